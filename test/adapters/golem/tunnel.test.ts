import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Faults } from "@/server/adapters/golem/loopback/faults";
import type { LoopbackNetwork } from "@/server/adapters/golem/loopback/network";
import type { Vantage, VantageRenter } from "@/server/adapters/golem/vantage";
import { aNetwork, anAllocation, anOrder, aQuestion, aRenter, ask } from "./a-renter";

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 });

let network: LoopbackNetwork;
let renter: VantageRenter;
let vantage: Vantage;
beforeAll(async () => {
  network = await aNetwork();
  renter = await aRenter(network, { lossCheckMs: 60_000 });
  vantage = await renter.rent(anOrder("DE", await anAllocation(renter)));
});
afterAll(async () => {
  await vantage.settle(2_000);
  await renter.close();
  await network.stop();
});

const withFault = (faults: Faults) => network.fault(vantage.provider.id, faults);

describe("the model door", () => {
  it("keeps connections alive and carries many requests side by side", async () => {
    withFault({});
    const prompts = Array.from({ length: 100 }, (_, i) => `question ${i}`);
    const answers = await Promise.all(prompts.map((prompt) => ask(vantage, prompt)));
    expect(answers).toEqual(prompts.map((prompt) => `DE: ${prompt}`));
  });

  it("carries a long question and a long answer whole", async () => {
    const long = "ünï ".repeat(9_000);
    expect(await ask(vantage, long)).toBe(`DE: ${long}`);
  });

  it("lists the models, and says in every answer that it is simulated", async () => {
    const list = await vantage.modelDoor.request(
      aQuestion("", { method: "GET", path: "/v1/models", body: null }),
    );
    expect(JSON.parse(new TextDecoder().decode(list.body)).data[0].id).toBe("echo");
    const { body, headers } = await vantage.modelDoor.request(aQuestion("hi"));
    expect(headers["x-beacon-simulated"]).toContain("simulated");
    expect(JSON.parse(new TextDecoder().decode(body)).system_fingerprint).toContain("simulated");
  });

  it("answers 404 for a model that it does not have", async () => {
    const body = JSON.stringify({ model: "gpt", messages: [{ role: "user", content: "hi" }] });
    const request = aQuestion("", { body: new TextEncoder().encode(body) });
    expect((await vantage.modelDoor.request(request)).status).toBe(404);
  });

  it("hands over an answer that is not JSON as it came", async () => {
    withFault({ answers: "not-json" });
    const { status, body } = await vantage.modelDoor.request(aQuestion("hi"));
    expect([status, new TextDecoder().decode(body)]).toEqual([200, "<h1>502 Bad Gateway</h1>"]);
  });

  it("stops reading an answer that is too large", async () => {
    withFault({ answers: "endless" });
    await expect(vantage.modelDoor.request(aQuestion("hi"))).rejects.toMatchObject({
      code: "MODEL_RESPONSE_TOO_LARGE",
    });
  });

  it("gives up an answer that never ends when the signal aborts", async () => {
    withFault({ answers: "stalling" });
    const signal = AbortSignal.timeout(300);
    const startedAt = performance.now();
    await expect(vantage.modelDoor.request(aQuestion("hi", { signal }))).rejects.toMatchObject({
      code: "MODEL_TIMED_OUT",
    });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it("gives up a model that thinks too long", async () => {
    withFault({ delayMs: 5_000 });
    const signal = AbortSignal.timeout(200);
    await expect(vantage.modelDoor.request(aQuestion("hi", { signal }))).rejects.toMatchObject({
      code: "MODEL_TIMED_OUT",
    });
  });

  it("calls a request that is broken off for another reason than time one that never began", async () => {
    withFault({ delayMs: 5_000 });
    const breaking = new AbortController();
    const answer = vantage.modelDoor.request(aQuestion("hi", { signal: breaking.signal }));
    breaking.abort();
    await expect(answer).rejects.toMatchObject({ code: "MODEL_UNREACHABLE" });
  });

  it("tells an answer cut short from one that never began", async () => {
    withFault({ answers: "stalling" });
    const cut = vantage.modelDoor.request(aQuestion("hi"));
    setTimeout(() => network.vanish(vantage.provider.id), 200);
    await expect(cut).rejects.toMatchObject({ code: "MODEL_RESPONSE_CUT_SHORT" });
    withFault({ vanishesAfterAnswers: 1 });
    await expect(vantage.modelDoor.request(aQuestion("hi"))).rejects.toMatchObject({
      code: "MODEL_UNREACHABLE",
    });
    await expect(vantage.modelDoor.request(aQuestion("hi"))).rejects.toMatchObject({
      code: "MODEL_UNREACHABLE",
    });
  });

  it("works again once the provider is back", async () => {
    withFault({});
    expect(await ask(vantage, "still there?")).toBe("DE: still there?");
  });
});

describe("the exit probe", () => {
  it("fails with its code when the provider is gone", async () => {
    network.vanish(vantage.provider.id);
    await expect(vantage.probeExit(AbortSignal.timeout(2_000))).rejects.toMatchObject({
      code: "GOLEM_TUNNEL_FAILED",
    });
    withFault({});
  });
});
