import { expect, it } from "vitest";
import { closeTasks } from "@/server/services/close-tasks";
import { aService } from "@/test/adapters/service/a-service";
import { announced, anOutcome, aSessionId, DE, NOON, SOME_VANTAGE } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const paid = (id: string, model: string) => ({
  id,
  door: "exit",
  model,
  api: {
    connection: "vendor",
    dialect: "openai-compatible",
    base_url: "https://vendor.example/v1",
  },
});
const price = (name: string) => ({
  name,
  price: {
    input_usd_per_mtok: "1",
    output_usd_per_mtok: "1",
    source: "a test",
    date: "2026-11-22",
  },
});

it("answers that were paid for are counted by service and model, and others are not", async () => {
  const { services, tasks, usage, jobs } = house.context;
  expect(await usage.ofPaidModels()).toEqual([]);
  await services.put(
    aService({
      id: "vendor",
      dialect: "openai-compatible",
      base_url: "https://vendor.example/v1",
      models: [price("model-a"), price("model-b")],
    }),
    NOON,
  );
  const job = await announced(house.context, {
    services: [
      paid("one", "model-a"),
      paid("two", "model-b"),
      { id: "control-regional", door: "model", model: "control-regional" },
    ],
    countries: ["DE"],
    contrasts: [],
    controls: [],
    budget: { glm: "0.5", usd: "1" },
  });
  const { tasks: claimed } = await tasks.claim({
    jobId: job.id,
    country: DE,
    sessionId: aSessionId(),
    limit: 64,
    now: NOON,
    leaseUntil: new Date(NOON.getTime() + 12_000),
    atMostUsd: new Map(["one", "two"].map((id) => [id, "0.1"])),
    skip: [],
  });
  const tokens: Record<string, (number | null)[]> = {
    one: [100, 201],
    two: [null, null],
    "control-regional": [7, 7],
  };
  for (const task of claimed) {
    const outputTokens = tokens[task.serviceId]?.[task.repeat] ?? null;
    const costUsd = task.serviceId === "control-regional" ? null : "0.01";
    const outcome = anOutcome(task, { outputTokens, costUsd });
    await closeTasks(house.context, job, aSessionId(), [{ task, outcome, vantage: SOME_VANTAGE }]);
  }
  expect((await jobs.dollars(job.id)).spent).toBe("0.04");
  expect(await usage.ofPaidModels()).toEqual([
    { connection: "vendor", model: "model-a", answers: 2, meanOutputTokens: 150.5 },
  ]);
});
