import { GolemNetwork } from "@golem-sdk/golem-js";
import { firstValueFrom, take, toArray } from "rxjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LoopbackNetwork } from "@/server/adapters/golem/loopback/network";
import { aLoopbackNetwork, aRestRental } from "./a-rest-rental";

let network: LoopbackNetwork;
beforeAll(async () => {
  network = await aLoopbackNetwork({ fundsGlm: "5" });
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
  it("has twenty providers in ten countries, each with a node id that its name decides", () => {
    const { providers } = network;
    expect(providers).toHaveLength(20);
    expect(new Set(providers.map(({ country }) => country)).size).toBe(10);
    for (const { id } of providers) expect(id).toMatch(/^0x[0-9a-f]{40}$/);
    expect(new Set(providers.map(({ id }) => id)).size).toBe(20);
    expect(new Set(providers.map(({ asn }) => asn)).size).toBe(20);
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
    expect(events.body).toHaveLength(20);
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

  it("lists offers without a demand, to a reader and to unmodified golem-js", async () => {
    const path = "/market-api/v1/scan";
    const wanted = { type: "offer", constraints: "(&(golem.inf.mem.gib>=32))", properties: {} };
    const { body: id } = await call("POST", path, wanted);
    const { body } = await call("GET", `${path}/${id}/events`);
    const large = network.providers.filter(({ memGib }) => memGib >= 32).map((it) => it.id);
    expect((body as { providerId: string }[]).map(({ providerId }) => providerId)).toEqual(large);
    expect(await call("DELETE", `${path}/${id}`)).toMatchObject({ status: 204 });
    expect(await call("GET", `${path}/${id}/events`)).toMatchObject({ status: 404 });

    const golem = new GolemNetwork({ api: { key: network.appKey, url: network.url } });
    await golem.connect();
    const specification = golem.market.buildScanSpecification({
      workload: { runtime: { name: "vm" }, capabilities: ["inet"] },
      payment: { network: "hoodi" },
    });
    const offers = golem.market.scan(specification).pipe(take(20), toArray());
    const found = (await firstValueFrom(offers)).map(({ provider }) => provider.name);
    expect(found).toEqual(network.providers.map(({ name }) => name));
    await golem.disconnect();
  });

  it("says who it is, what it pays from, and that payments and network are well", async () => {
    const { body: me } = await call("GET", "/me");
    const accounts = await call("GET", "/payment-api/v1/requestorAccounts");
    expect(accounts.body).toContainEqual({
      platform: "erc20-hoodi-tglm",
      address: me.identity,
      driver: "erc20",
      network: "hoodi",
      token: "tglm",
      send: true,
      receive: false,
    });
    const status = "/payment-api/v1/payments/status?network=hoodi&driver=erc20";
    expect(await call("GET", status)).toEqual({ status: 200, body: [] });
    const { body: net } = await call("GET", "/net-api/v2/net/status");
    expect(net).toMatchObject({ nodeId: me.identity });
  });
});

describe("what an earlier requestor left behind", () => {
  it("is found by state, session and time: agreements, invoices, allocations", async () => {
    const provider = network.providers[0]?.id ?? "";
    const rentals = [await aRestRental(network, provider), await aRestRental(network, provider)];
    const [ended, open] = rentals.map(({ agreementId }) => agreementId);
    await rentals[0]?.end();
    const path = "/market-api/v1/agreements";
    const listed = async (query: string) =>
      ((await call("GET", `${path}?${query}`)).body as { id: string }[]).map(({ id }) => id);
    expect(await listed("state=Approved")).toEqual([open]);
    expect(await listed("state=Terminated")).toEqual([ended]);
    expect(await listed("appSessionId=session")).toEqual([ended, open]);
    expect(await listed("appSessionId=another")).toEqual([]);
    expect(await listed("afterDate=2100-01-01T00:00:00Z")).toEqual([]);
    expect(await listed("beforeDate=2100-01-01T00:00:00Z")).toEqual([ended, open]);
    const all = await call("GET", path);
    expect(all.body[0]).toMatchObject({ role: "Requestor", timestamp: expect.any(String) });

    const invoices = "/payment-api/v1/invoices";
    const { body: first } = await call("GET", `${invoices}?maxItems=10`);
    expect(first).toMatchObject([{ agreementId: ended, status: "RECEIVED" }]);
    const after = encodeURIComponent(first[0].timestamp);
    expect((await call("GET", `${invoices}?afterTimestamp=${after}`)).body).toEqual([]);
    expect((await call("GET", `${invoices}?maxItems=0`)).body).toEqual([]);
  });

  it("is kept when an allocation is changed as it may not be", async () => {
    const path = "/payment-api/v1/allocations";
    const { body: made } = await call("POST", path, anAllocation("1"));
    const own = `${path}/${made.allocationId}`;
    expect(await call("PUT", own, { totalAmount: "2" })).toMatchObject({
      status: 200,
      body: { totalAmount: "2" },
    });
    expect(await call("PUT", own, { totalAmount: "1000" })).toMatchObject({ status: 400 });
    expect(await call("PUT", own, { totalAmount: "-1" })).toMatchObject({ status: 400 });
    const past = { timeout: "2020-01-01T00:00:00Z" };
    expect(await call("PUT", own, past)).toMatchObject({ status: 400 });
    expect(await call("PUT", `${path}/unknown`, {})).toMatchObject({ status: 404 });
    expect((await call("GET", own)).body).toMatchObject({ totalAmount: "2" });
    await call("DELETE", own);
    expect(await call("PUT", own, { totalAmount: "1" })).toMatchObject({ status: 410 });
  });
});
