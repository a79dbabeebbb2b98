import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { LoopbackNetwork } from "@/server/adapters/golem/loopback/network";
import type { Vantage, VantageRenter } from "@/server/adapters/golem/vantage";
import { aNetwork, anAllocation, anOrder, aQuestion, aRenter, ask } from "./a-renter";

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 });

const KEY = "sk-planted-canary-91d0";

/** What each provider's machine sees in the VPN, by provider. */
const seen = new Map<string, Buffer[]>();
let network: LoopbackNetwork;
let renter: VantageRenter;
let vantage: Vantage;
let abroad: Vantage;
beforeAll(async () => {
  network = await aNetwork({
    onProviderBytes: (bytes, { providerId }) =>
      seen.set(providerId, [...(seen.get(providerId) ?? []), Buffer.from(bytes)]),
  });
  renter = await aRenter(network, {
    patience: { lossCheckMs: 60_000 },
    echoes: network.echoUrls,
  });
  const allocation = await anAllocation(renter);
  const origins = [network.vendor.origin];
  [vantage, abroad] = await Promise.all([
    renter.rent(anOrder("DE", allocation, { origins })),
    renter.rent(anOrder("KE", allocation, { origins })),
  ]);
});
afterAll(async () => {
  await Promise.all([vantage.settle(2_000), abroad.settle(2_000)]);
  await renter.close();
  await network.stop();
});

describe("the model door", () => {
  it("keeps connections alive and carries many requests side by side", async () => {
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
    const { body, headers, peer } = await vantage.modelDoor.request(aQuestion("hi"));
    expect(headers).toContainEqual(["x-beacon-simulated", expect.stringContaining("simulated")]);
    expect(JSON.parse(new TextDecoder().decode(body)).system_fingerprint).toContain("simulated");
    expect([vantage.modelDoor.origin, peer]).toEqual(["http://door", null]);
  });

  it("answers 404 for a model that it does not have", async () => {
    const body = JSON.stringify({ model: "gpt", messages: [{ role: "user", content: "hi" }] });
    const request = aQuestion("", { body: new TextEncoder().encode(body) });
    expect((await vantage.modelDoor.request(request)).status).toBe(404);
  });

  it("tells a machine that is gone, and works again once it is back", async () => {
    network.vanish(vantage.provider.id, "closes");
    await expect(vantage.modelDoor.request(aQuestion("hi"))).rejects.toMatchObject({
      code: "MODEL_UNREACHABLE",
    });
    network.fault(vantage.provider.id);
    expect(await ask(vantage, "still there?")).toBe("DE: still there?");
  });
});

describe("the exit doors of two countries", () => {
  const chat = { model: "echo", messages: [{ role: "user", content: "what is secret?" }] };

  it("lead to the service from each country's address, and carry no byte of key, question or answer", async () => {
    for (const { exitDoor } of [vantage, abroad]) {
      const { status, peer } = await exitDoor(network.vendor.origin).request(
        aQuestion("", {
          headers: { "content-type": "application/json", authorization: `Bearer ${KEY}` },
          body: new TextEncoder().encode(JSON.stringify(chat)),
        }),
      );
      expect([status, peer?.tls?.protocol]).toEqual([200, "TLSv1.3"]);
    }
    const asked = network.vendor.requests().slice(-2);
    expect(asked.map(({ country }) => country)).toEqual(["DE", "KE"]);
    expect(new Set(asked.map(({ address }) => address)).size).toBe(2);
    expect(asked.every(({ headerNames }) => headerNames.includes("authorization"))).toBe(true);
    for (const { provider } of [vantage, abroad]) {
      const bytes = Buffer.concat(seen.get(provider.id) ?? []).toString("latin1");
      expect(bytes).toContain(`CONNECT ${new URL(network.vendor.origin).host}`);
      for (const secret of [KEY, "what is secret?", "/v1/chat/completions HTTP/1.1\r\nhost: 127"])
        expect(bytes).not.toContain(secret);
    }
  });

  it("see each exit's own address at both echoes", async () => {
    for (const { provider, probeExit } of [vantage, abroad]) {
      const expected = network.providers.find(({ id }) => id === provider.id)?.address;
      for (const echo of network.echoUrls)
        expect(await probeExit(echo, AbortSignal.timeout(5_000))).toMatchObject({
          address: expected,
          echo,
        });
    }
  });

  it("name the exit that is gone", async () => {
    network.vanish(abroad.provider.id, "closes");
    const [echo] = network.echoUrls;
    await expect(abroad.probeExit(echo, AbortSignal.timeout(2_000))).rejects.toMatchObject({
      code: "GOLEM_TUNNEL_FAILED",
    });
    const { origin } = network.vendor;
    await expect(abroad.exitDoor(origin).request(aQuestion(""))).rejects.toMatchObject({
      code: "MODEL_UNREACHABLE",
    });
    network.fault(abroad.provider.id);
  });
});
