import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LoopbackNetwork } from "@/server/adapters/golem/loopback/network";
import { aNetwork } from "../a-renter";

let network: LoopbackNetwork;
beforeAll(async () => {
  network = await aNetwork({ fundsGlm: "5" });
});
afterAll(() => network.stop());

/** One call of yagna's REST, as any client would make it. */
async function call(method: string, path: string, body?: unknown, key = network.appKey) {
  const answer = await fetch(`${network.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get("content-type")?.includes("json") ?? false;
  return { status: answer.status, body: isJson ? JSON.parse(text) : text };
}

const anAllocation = (totalAmount: string) => ({
  totalAmount,
  paymentPlatform: "erc20-hoodi-tglm",
  timeout: new Date(Date.now() + 60_000).toISOString(),
});

const aDemand = (...constraints: string[]) => ({
  properties: { "golem.srv.comp.expiration": Date.now() + 900_000 },
  constraints: `(&${constraints.join("\n\t")})`,
});

type ProposalEvent = { proposal: { issuerId: string; properties: Record<string, unknown> } };

describe("the loopback network", () => {
  it("has ten providers in five countries, each with a node id that its name decides", () => {
    const { providers } = network;
    expect(providers).toHaveLength(10);
    expect(new Set(providers.map(({ country }) => country)).size).toBe(5);
    for (const { id } of providers) expect(id).toMatch(/^0x[0-9a-f]{40}$/);
    expect(new Set(providers.map(({ id }) => id)).size).toBe(10);
  });

  it("lets nobody in without the key but to version, echo and relay", async () => {
    expect(await call("GET", "/me", undefined, "wrong")).toMatchObject({ status: 401 });
    expect((await fetch(`${network.url}/me`)).status).toBe(401);
    expect((await fetch(`${network.url}/version/get`)).status).toBe(200);
    expect(await (await fetch(network.echoUrl)).json()).toMatchObject({ address: "127.0.0.1" });
  });

  it("lists nodes by the start of their id, as the relay does", async () => {
    const [first] = network.providers;
    const list = await fetch(`${network.relayUrl}/nodes/${first?.id.slice(2, 8)}`);
    expect(await list.json()).toMatchObject({
      [first?.id ?? ""]: [{ peer: `${first?.address}:11500` }],
    });
    expect(await (await fetch(`${network.relayUrl}/nodes/zz`)).json()).toEqual({});
  });

  it("publishes neither country nor address in an offer", async () => {
    const { body: id } = await call(
      "POST",
      "/market-api/v1/demands",
      aDemand("(golem.runtime.name=vm)"),
    );
    const events = await call("GET", `/market-api/v1/demands/${id}/events?timeout=2&maxEvents=20`);
    expect(events.body).toHaveLength(10);
    for (const { proposal } of events.body as ProposalEvent[]) {
      const truth = network.providers.find((provider) => provider.id === proposal.issuerId);
      const keys = Object.keys(proposal.properties);
      expect(
        keys.filter((key) => /geo|country|address$/.test(key) && !/payment/.test(key)),
      ).toEqual([]);
      expect(JSON.stringify(proposal.properties)).not.toContain(truth?.address);
    }
  });

  it("offers only what meets the constraints", async () => {
    const demand = aDemand("(golem.inf.mem.gib>=32)", "(golem.runtime.capabilities=vpn)");
    const { body: id } = await call("POST", "/market-api/v1/demands", demand);
    const events = await call("GET", `/market-api/v1/demands/${id}/events?timeout=2&maxEvents=20`);
    const names = network.providers
      .filter(({ memGib }) => memGib >= 32)
      .map((provider) => provider.id);
    expect((events.body as ProposalEvent[]).map(({ proposal }) => proposal.issuerId)).toEqual(
      names,
    );
  });

  it("answers a long poll with nothing after its time, and with 404 once unsubscribed", async () => {
    const { body: id } = await call("POST", "/market-api/v1/demands", aDemand("(none=1)"));
    const events = `/market-api/v1/demands/${id}/events?timeout=0.1`;
    expect(await call("GET", events)).toEqual({ status: 200, body: [] });
    await call("DELETE", `/market-api/v1/demands/${id}`);
    expect(await call("GET", events)).toMatchObject({ status: 404 });
  });

  it("reserves allocations exactly and no more than the account holds", async () => {
    const path = "/payment-api/v1/allocations";
    const { body: first } = await call("POST", path, anAllocation("4.999999999999999999"));
    const second = await call("POST", path, anAllocation("0.000000000000000002"));
    expect(second).toMatchObject({
      status: 400,
      body: { reservedFunds: "4.999999999999999999", availableFunds: "5" },
    });
    const amended = await call("PUT", `${path}/${first.allocationId}`, { totalAmount: "1" });
    expect(amended).toMatchObject({ status: 200, body: { remainingAmount: "1" } });
    expect(await call("DELETE", `${path}/${first.allocationId}`)).toMatchObject({ status: 200 });
    expect(await call("DELETE", `${path}/${first.allocationId}`)).toMatchObject({ status: 410 });
  });

  it("refuses bodies that do not fit", async () => {
    expect(await call("POST", "/market-api/v1/demands", { constraints: 1 })).toMatchObject({
      status: 400,
    });
    expect(await call("POST", "/payment-api/v1/allocations", anAllocation("-1"))).toMatchObject({
      status: 400,
    });
    expect(await call("GET", "/nowhere")).toMatchObject({ status: 404 });
  });
});
