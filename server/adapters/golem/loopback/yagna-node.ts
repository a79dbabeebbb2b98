import { lookup } from "node:dns/promises";
import type { Amount } from "@/schemas/primitives";
import type { ProviderFault } from "@/schemas/simulation";
import { Activities } from "@/server/adapters/golem/loopback/activities";
import { AgreementWatch } from "@/server/adapters/golem/loopback/agreement-watch";
import { Agreements } from "@/server/adapters/golem/loopback/agreements";
import { Allocations } from "@/server/adapters/golem/loopback/allocations";
import { Bills } from "@/server/adapters/golem/loopback/bills";
import type { Conduct } from "@/server/adapters/golem/loopback/conduct";
import { nodeIdOf } from "@/server/adapters/golem/loopback/identifiers";
import { Market } from "@/server/adapters/golem/loopback/market";
import { createMicroClock } from "@/server/adapters/golem/loopback/micro-clock";
import { nodeStatusRoutes } from "@/server/adapters/golem/loopback/node-status";
import { ProviderHost } from "@/server/adapters/golem/loopback/provider-host";
import type { LoopbackProvider } from "@/server/adapters/golem/loopback/providers";
import type { Resolve } from "@/server/adapters/golem/loopback/reach";
import { Scans } from "@/server/adapters/golem/loopback/scans";
import { type OnProviderBytes, TunnelGate } from "@/server/adapters/golem/loopback/tunnel-gate";
import { VirtualNetworks } from "@/server/adapters/golem/loopback/virtual-networks";
import { YagnaTrouble } from "@/server/adapters/golem/loopback/yagna-trouble";

/** The payment platforms that the providers take: the test network, and the one that golem-js 3.6.0 defaults to. */
const PLATFORMS = ["erc20-hoodi-tglm", "erc20-holesky-tglm"];

export type YagnaNodeOptions = {
  readonly now: () => Date;
  /** What the requestor's account holds; 1000 GLM unless set. */
  readonly fundsGlm?: Amount;
  /** How often a provider sends a debit note; two minutes, as negotiated by golem-js, unless set. */
  readonly debitNoteMs?: number;
  /** How long a provider waits for a debit note to be accepted before it ends the agreement; as negotiated unless set. */
  readonly debitNoteAcceptMs?: number;
  /** How long a provider keeps an agreement without an activity; 90 s, as real ones do, unless set. */
  readonly idleMs?: number;
  /** How many agreements each provider takes at a time; any number unless set. */
  readonly agreementsAtATime?: number;
  /** How much longer a slow yagna takes for each reply; 2 s unless set. */
  readonly yagnaSlowMs?: number;
  /** The IPv4 addresses of a manifest's host; asked once, when a machine starts. This host's resolver unless set. */
  readonly resolve?: Resolve;
  readonly onProviderBytes?: OnProviderBytes;
};

/** A yagna with the providers that it knows. */
export type YagnaNode = ReturnType<typeof assembleYagna>;

/** yagna's parts, wired: agreements end activities, activities are billed, bills are paid from allocations. */
export function assembleYagna(
  providers: readonly LoopbackProvider[],
  appKey: string,
  options: YagnaNodeOptions,
) {
  const { now, fundsGlm = "1000", agreementsAtATime = Number.POSITIVE_INFINITY } = options;
  const { resolve = resolveByHost, onProviderBytes = () => undefined } = options;
  const requestorId = nodeIdOf("requestor");
  const clock = createMicroClock(now);
  const hosts = providers.map((provider) => new ProviderHost({ provider, onMidRun }));
  const allocations = new Allocations({ clock, now, requestorId, fundsGlm });
  const bills = new Bills({ clock, now, requestorId, allocations });
  const market: Market = new Market({
    hosts,
    requestorId,
    platforms: PLATFORMS,
    clock,
    now,
    hasRoom: (host) => agreements.heldBy(host) < agreementsAtATime,
    onSimulation: (simulation) => trouble.arm(simulation),
  });
  const agreements: Agreements = new Agreements({
    market,
    clock,
    now,
    requestorId,
    onApproved: (agreement) => watch.onApproved(agreement),
    onEnded: (agreement) => {
      const used = activities.ofAgreement(agreement);
      for (const activity of used) activities.end(activity);
      for (const activity of used) bills.flood(activity, activities);
      bills.issueInvoice(agreement, activities);
      if (agreement.conduct.isGone) agreement.conduct.breakStreams("silent");
    },
  });
  const activities: Activities = new Activities({
    agreements,
    now,
    resolve,
    onCreated: (activity) => watch.onActivityCreated(activity),
    onEnded: (activity) => watch.onActivityEnded(activity),
  });
  const watch = new AgreementWatch({
    agreements,
    activities,
    bills,
    now,
    debitNoteMs: options.debitNoteMs ?? 120_000,
    idleMs: options.idleMs ?? 90_000,
    debitNoteAcceptMs: options.debitNoteAcceptMs ?? null,
  });
  const networks = new VirtualNetworks();
  const scans = new Scans({ hosts, platforms: PLATFORMS, clock });
  const trouble = new YagnaTrouble({
    slowMs: options.yagnaSlowMs ?? 2_000,
    onRestart: () => {
      for (const part of [market, networks, scans]) part.forget();
    },
  });
  const gate = new TunnelGate({ appKey, networks, activities, trouble, onProviderBytes });

  /** A fault of a rental, not of its bytes, ends the rental when it begins in the middle of it. */
  function onMidRun(conduct: Conduct, fault: ProviderFault): void {
    if (fault === "rejects" || fault === "agreement-timeout" || fault === "deploy-failure")
      agreements.terminateByProvider(
        (agreement) => agreement.conduct === conduct,
        "the provider needs its machine (scripted)",
      );
    if (fault === "exec-failure") activities.lose(conduct);
    if (fault === "vanishes") conduct.breakStreams("silent");
    if (fault === "floods")
      for (const activity of activities.runningFor(conduct)) bills.flood(activity, activities);
  }

  const parts = [allocations, bills, market, scans, agreements, activities, networks];
  return {
    hosts,
    agreements,
    gate,
    trouble,
    routes: [
      ...nodeStatusRoutes(requestorId, PLATFORMS),
      ...parts.flatMap((part) => part.routes()),
    ],
    stop: () => {
      gate.close();
      trouble.end();
      watch.stop();
    },
  };
}

const resolveByHost: Resolve = async (host) => {
  try {
    return (await lookup(host, { family: 4, all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
};
