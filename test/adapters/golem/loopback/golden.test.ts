import { type Allocation, GolemNetwork, type MarketOrderSpec } from "@golem-sdk/golem-js";
import { firstValueFrom } from "rxjs";
import { afterEach, describe, expect, it } from "vitest";
import type { LoopbackNetwork, LoopbackOptions } from "@/server/adapters/golem/loopback/network";
import { LOOPBACK_PROVIDERS } from "@/server/adapters/golem/loopback/providers";
import { aLoopbackNetwork, aManifest } from "./a-rest-rental";
import { aTraceRecorder, expectGolden } from "./a-trace";

let network: LoopbackNetwork;
afterEach(() => network.stop());

/** A network of one provider, so that nothing depends on who answers first, and golem-js as it comes. */
async function start(provider: string, over: Partial<LoopbackOptions> = {}) {
  const recorder = aTraceRecorder();
  network = await aLoopbackNetwork({
    providers: LOOPBACK_PROVIDERS.filter(({ name }) => name === provider),
    onExchange: recorder.record,
    ...over,
  });
  const golem = new GolemNetwork({
    api: { key: network.appKey, url: network.url },
    payment: { driver: "erc20", network: "hoodi", token: "tglm" },
  });
  await golem.connect();
  return { golem, id: network.providers[0]?.id ?? "", trace: recorder.trace };
}

const workload = { imageUrl: "http://127.0.0.1/beacon.gvmi", imageHash: "0".repeat(56) };
const anOrder = (
  over: Partial<NonNullable<MarketOrderSpec["demand"]["workload"]>> = {},
  allocation?: Allocation,
): MarketOrderSpec => ({
  demand: { workload: { ...workload, ...over } },
  market: {
    rentHours: 0.25,
    pricing: { model: "linear", maxStartPrice: 1, maxCpuPerHourPrice: 1, maxEnvPerHourPrice: 1 },
  },
  ...(allocation === undefined ? {} : { payment: { allocation } }),
});

/** Asks for one provider until its rejection is heard; the reason that it gave. */
async function rejectionOf(golem: GolemNetwork, order: MarketOrderSpec): Promise<string> {
  const giveUp = new AbortController();
  const reason = new Promise<string>((resolve) => {
    golem.market.events.on("offerCounterProposalRejected", (event) => resolve(event.reason));
  });
  const rental = golem.oneOf({ order, signalOrTimeout: giveUp.signal });
  const ended = expect(rental).rejects.toThrow();
  const said = await reason;
  giveUp.abort();
  await ended;
  return said;
}

describe("what golem-js and yagna say to each other, as it was recorded", () => {
  it("in a happy rental", async () => {
    const { golem, trace } = await start("elbe-compute");
    const rental = await golem.oneOf({ order: anOrder({ capabilities: ["vpn"] }) });
    const exe = await rental.getExeUnit();
    expect(exe.provider.name).toBe("elbe-compute");
    await rental.stopAndFinalize(8_000);
    await golem.disconnect();
    expectGolden("happy-rental", trace());
  });

  it("when a proposal is rejected", async () => {
    const { golem, id, trace } = await start("elbe-compute");
    network.fault(id, "rejects");
    expect(await rejectionOf(golem, anOrder())).toContain("No capacity");
    await golem.disconnect();
    expectGolden("rejected-proposal", trace());
  });

  it("when an agreement is never approved", async () => {
    const { golem, id, trace } = await start("elbe-compute");
    network.fault(id, "agreement-timeout");
    const allocation = await golem.payment.createAllocation({ budget: 1, expirationSec: 900 });
    const { demand, market } = anOrder();
    const details = await golem.market.buildDemandDetails(demand, market, allocation);
    const drafts = golem.market.collectDraftOfferProposals({
      demandSpecification: details,
      pricing: market.pricing,
    });
    const draft = await firstValueFrom(drafts);
    const patience = { waitingForApprovalTimeoutSec: 1 };
    await expect(
      golem.market.proposeAgreement(draft, { expirationSec: 900, ...patience }),
    ).rejects.toThrow();
    await golem.payment.releaseAllocation(allocation);
    await golem.disconnect();
    expectGolden("agreement-timeout", trace());
  });

  it("when a provider's outbound rule refuses the manifest", async () => {
    const { golem, trace } = await start("kansai-blade");
    const manifest = aManifest(["https://127.0.0.1:4433"]);
    const order = anOrder({ manifest, capabilities: ["inet", "vpn", "manifest-support"] });
    expect(await rejectionOf(golem, order)).toMatch(/^Outbound rejected because: Everyone/);
    await golem.disconnect();
    expectGolden("outbound-refusal", trace());
  });

  it("when a rental under an allocation of its own is settled", async () => {
    const { golem, trace } = await start("elbe-compute", { debitNoteMs: 1_500 });
    const allocation = await golem.payment.createAllocation({ budget: 1, expirationSec: 1_800 });
    const rental = await golem.oneOf({ order: anOrder({}, allocation) });
    const noted = new Promise<void>((resolve) => {
      golem.payment.events.on("debitNoteAccepted", () => resolve());
    });
    await rental.getExeUnit();
    await noted;
    await rental.stopAndFinalize(8_000);
    const { spentAmount } = await golem.payment.getAllocation(allocation.id);
    expect(Number(spentAmount)).toBeGreaterThan(0);
    await golem.payment.releaseAllocation(allocation);
    await golem.disconnect();
    expectGolden("settlement", trace());
  });
});
