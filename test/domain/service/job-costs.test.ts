import { describe, expect, it } from "vitest";
import type { ServiceRef } from "@/schemas/job-spec";
import type { ServiceUsage } from "@/schemas/usage";
import { unitsOf } from "@/server/domain/job/amount";
import { taskCountOf } from "@/server/domain/job/places";
import { costAtMost } from "@/server/domain/service/cost";
import { jobCosts } from "@/server/domain/service/job-costs";
import { questionBytesAtMost } from "@/server/domain/service/known-services";
import { leastTimeOf } from "@/server/domain/service/least-time";
import type { Price } from "@/server/domain/service/prices";
import { type Charge, dollarsAtMost } from "@/server/domain/service/worst-case";
import { aSpec } from "@/test/domain/job/job-specs";

const price = (usd: string): Price => ({
  inputUsd: usd,
  inputAtMostUsd: usd,
  outputUsd: usd,
  source: "a test",
  date: "2026-11-22",
});
const asked = (id: string, connection: string, model = "m"): ServiceRef => ({
  id,
  door: "exit",
  model,
  api: { connection, dialect: "openai", base_url: "https://api.vendor.example/v1" },
});
const inside: ServiceRef = { id: "control-open", door: "model", model: "control-open" };
const spec = aSpec({
  services: [asked("paid", "vendor"), asked("other", "vendor", "n"), inside],
  contrasts: [],
  controls: [],
  home: true,
  repeats: 5,
});
const charge = ({ door }: ServiceRef): Charge => (door === "model" ? "in-glm" : price("2"));
const usage: ServiceUsage = {
  connection: "vendor",
  model: "m",
  answers: 12,
  meanOutputTokens: 99.2,
};

describe("what each service of a job costs", () => {
  const [paid, other, control] = jobCosts(spec, charge, [usage]);

  it("is at most what all of them together are held against the budget with", () => {
    const worst = dollarsAtMost(spec, charge);
    const sum = [paid, other].reduce(
      (total, cost) => total + (cost?.kind === "priced" ? unitsOf(cost.atMostUsd) : 0n),
      0n,
    );
    expect(worst.kind === "known" && unitsOf(worst.usd)).toBe(sum);
    expect(control).toEqual({ service: "control-open", tasks: 10, kind: "in-glm" });
  });

  it("is expected from answers that were counted before, rounded up, and from nothing else", () => {
    if (paid?.kind !== "priced") throw new Error("it has a price");
    const one = costAtMost(questionBytesAtMost(spec), 100, price("2"));
    expect(unitsOf(paid.expected?.usd ?? "0")).toBe(unitsOf(one) * 15n);
    expect(paid.expected?.usage).toBe(usage);
    expect(other).toMatchObject({ kind: "priced", expected: null });
  });

  it("is expected to be no more than at most, however long answers were", () => {
    const [long] = jobCosts(spec, charge, [{ ...usage, meanOutputTokens: 9_000 }]);
    if (long?.kind !== "priced") throw new Error("it has a price");
    expect(long.expected?.usd).toBe(long.atMostUsd);
  });

  it("is said to be unknown, or beyond what can be said", () => {
    expect(jobCosts(spec, () => null, [])[0]).toMatchObject({ kind: "unknown", tasks: 15 });
    const large = aSpec({
      ...spec,
      repeats: 50,
      sampling: { ...spec.sampling, max_output_tokens: 8_192 },
    });
    expect(jobCosts(large, () => price("999999999"), [])[0]).toMatchObject({ kind: "beyond" });
  });
});

describe("how long a job takes at least", () => {
  const limited = ({ door }: ServiceRef) => (door === "model" ? null : 30);

  it("follows from the pace of a connection, all its models together", () => {
    const tasks = 2 * taskCountOf({ ...spec, services: [asked("paid", "vendor")] });
    // 30 a minute: one at once, then one each two seconds.
    expect(leastTimeOf(spec, limited)).toEqual({
      connection: "vendor",
      tasks,
      perMinute: 30,
      seconds: (tasks - 1) * 2,
    });
  });

  it("is that of the slowest connection", () => {
    const services = [asked("a", "fast"), asked("b", "slow")];
    const pace = (service: ServiceRef) =>
      service.door !== "model" && service.api.connection === "slow" ? 1 : 6_000;
    expect(leastTimeOf({ ...spec, services }, pace)?.connection).toBe("slow");
  });

  it("is nothing where the first burst is enough, and not said without a limit", () => {
    expect(leastTimeOf({ ...spec, repeats: 1 }, () => 60_000)?.seconds).toBe(0);
    expect(leastTimeOf({ ...spec, services: [inside] }, limited)).toBeNull();
  });
});
