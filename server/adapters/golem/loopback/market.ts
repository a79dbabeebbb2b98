import { z } from "zod";
import { Bell } from "@/server/adapters/golem/bell";
import type { Conduct } from "@/server/adapters/golem/loopback/conduct";
import { meets, type Properties } from "@/server/adapters/golem/loopback/constraints";
import { secondsOf } from "@/server/adapters/golem/loopback/event-log";
import { randomHex } from "@/server/adapters/golem/loopback/identifiers";
import { manifestOf } from "@/server/adapters/golem/loopback/manifest";
import type { MicroClock } from "@/server/adapters/golem/loopback/micro-clock";
import { offerOf } from "@/server/adapters/golem/loopback/offer";
import { outboundObjection } from "@/server/adapters/golem/loopback/outbound-rule";
import type { ProviderHost } from "@/server/adapters/golem/loopback/provider-host";
import { created, noContent, ok, type Reply, refuse } from "@/server/adapters/golem/loopback/reply";
import type { Call, Route } from "@/server/adapters/golem/loopback/router";
import {
  type JobSimulation,
  scriptedFor,
  simulationOf,
} from "@/server/adapters/golem/loopback/scripted-faults";

/** How long the network takes to carry an offer or an answer. The real one needs seconds to minutes. */
const CARRY_MS = 20;

/** Providers turn down agreements that end sooner (yagna's MIN_AGREEMENT_EXPIRATION). */
const MIN_AGREEMENT_MS = 300_000;

/** So many offers at once come from a provider that floods. */
const FLOOD_OFFERS = 20;

const DemandBody = z.object({
  properties: z.record(z.string().max(200), z.json()),
  constraints: z.string().max(20_000),
});
type DemandBody = z.infer<typeof DemandBody>;

export type Demand = DemandBody & {
  readonly id: string;
  readonly timestamp: string;
  /** What its job wants to go wrong. */
  readonly simulation: JobSimulation | null;
  readonly inbox: object[];
  readonly bell: Bell;
  isOpen: boolean;
};

export type Proposal = {
  readonly id: string;
  readonly demand: Demand;
  readonly host: ProviderHost;
  readonly conduct: Conduct;
  readonly issuerId: string;
  readonly state: "Initial" | "Draft";
  readonly timestamp: string;
  readonly previousId: string | null;
  readonly properties: Properties;
  readonly constraints: string;
  /** Set once it was answered, by a counter-proposal or by an agreement. */
  isAnswered: boolean;
};

export type MarketOptions = {
  readonly hosts: readonly ProviderHost[];
  readonly requestorId: string;
  readonly platforms: readonly string[];
  readonly clock: MicroClock;
  readonly now: () => Date;
  /** Whether a provider takes one more agreement. */
  readonly hasRoom: (host: ProviderHost) => boolean;
  /** Called for each demand of a job that wants something to go wrong. */
  readonly onSimulation: (simulation: JobSimulation) => void;
};

/** Demands, and the talk of proposals and counter-proposals about them. */
export class Market {
  readonly #options: MarketOptions;
  readonly #demands = new Map<string, Demand>();
  readonly #proposals = new Map<string, Proposal>();

  constructor(options: MarketOptions) {
    this.#options = options;
  }

  proposal(id: string): Proposal | null {
    return this.#proposals.get(id) ?? null;
  }

  routes(): readonly Route[] {
    const demands = "/market-api/v1/demands";
    const proposal = `${demands}/:demand/proposals/:proposal`;
    return [
      { method: "POST", path: demands, handle: (call) => this.#subscribe(call.read(DemandBody)) },
      { method: "DELETE", path: `${demands}/:demand`, handle: (call) => this.#unsubscribe(call) },
      { method: "GET", path: `${demands}/:demand/events`, handle: (call) => this.#collect(call) },
      { method: "POST", path: proposal, handle: (call) => this.#counter(call) },
      { method: "POST", path: `${proposal}/reject`, handle: () => noContent },
      {
        method: "GET",
        path: proposal,
        handle: (call) => {
          const found = this.proposal(call.param("proposal"));
          return found === null ? refuse(404, "Proposal not found.") : ok(viewOf(found));
        },
      },
    ];
  }

  /** Forgets every demand and what is talked about them, as a yagna does that is started anew. */
  forget(): void {
    for (const demand of this.#demands.values()) {
      demand.isOpen = false;
      demand.bell.ring();
    }
    this.#demands.clear();
    this.#proposals.clear();
  }

  #subscribe(body: DemandBody): Reply {
    const simulation = simulationOf(body.properties);
    const demand: Demand = {
      ...body,
      simulation,
      id: `${randomHex(16)}-${randomHex(32)}`,
      timestamp: this.#options.clock(),
      inbox: [],
      bell: new Bell(),
      isOpen: true,
    };
    this.#demands.set(demand.id, demand);
    if (simulation !== null) this.#options.onSimulation(simulation);
    soon(() => {
      for (const host of this.#options.hosts) this.#offer(demand, host);
    });
    return created(demand.id);
  }

  #offer(demand: Demand, host: ProviderHost): void {
    const properties = offerOf(host.provider, this.#options.platforms);
    if (host.isGone || !meets(properties, demand.constraints)) return;
    const terms = { properties, constraints: "(&(golem.node.debug.subnet=public))" };
    const isFlood = this.#conductOf(demand, host).shows("floods");
    for (let offers = isFlood ? FLOOD_OFFERS : 1; offers > 0; offers -= 1)
      this.#deliver(this.#lay(demand, host, terms));
  }

  #conductOf({ simulation }: Demand, host: ProviderHost): Conduct {
    if (simulation === null) return host.conductTowards(null, () => []);
    const providers = this.#options.hosts.map(({ provider }) => provider);
    return host.conductTowards(simulation.job, () =>
      scriptedFor(simulation, host.provider, providers),
    );
  }

  /** Ends a demand. Its proposals are forgotten; agreements keep those that they were made of. */
  #unsubscribe(call: Call): Reply {
    const demand = this.#demands.get(call.param("demand"));
    if (demand === undefined) return refuse(404, "Demand not found.");
    demand.isOpen = false;
    this.#demands.delete(demand.id);
    for (const [id, proposal] of this.#proposals)
      if (proposal.demand === demand) this.#proposals.delete(id);
    demand.bell.ring();
    return noContent;
  }

  async #collect({ param, query, closed }: Call): Promise<Reply> {
    const demand = this.#demands.get(param("demand"));
    if (demand === undefined) return refuse(404, "Subscription not found.");
    const hasNews = () => demand.inbox.length > 0 || !demand.isOpen;
    await demand.bell.until(hasNews, secondsOf(query, "timeout", 5), closed);
    if (!demand.isOpen) return refuse(404, "Subscription not found.");
    return ok(demand.inbox.splice(0, Number(query.get("maxEvents") ?? 20)));
  }

  #counter(call: Call): Reply {
    const offered = this.#proposals.get(call.param("proposal"));
    if (offered === undefined) return refuse(404, "Proposal not found.");
    if (offered.isAnswered) return refuse(410, "Proposal was already countered.");
    const body = call.read(DemandBody);
    offered.isAnswered = true;
    const { demand, host } = offered;
    const issuerId = this.#options.requestorId;
    const counter = this.#lay(demand, host, body, { issuerId, previousId: offered.id });
    if (!counter.conduct.isGone) soon(() => this.#respond(offered, counter));
    return ok(counter.id);
  }

  /** The provider's answer to a counter-proposal: a rejection, or a draft that takes over the negotiable `?` terms. */
  #respond(offered: Proposal, counter: Proposal): void {
    const { demand, host, constraints } = offered;
    const reason = this.#objection(counter);
    if (reason !== null) {
      demand.inbox.push({
        eventType: "ProposalRejectedEvent",
        eventDate: this.#options.clock(),
        proposalId: counter.id,
        reason: { message: reason, "golem.proposal.rejection.is-final": true },
      });
      demand.bell.ring();
      return;
    }
    const negotiated = Object.entries(counter.properties).filter(([key]) => key.endsWith("?"));
    const properties = { ...offered.properties, ...Object.fromEntries(negotiated) };
    const chain = { issuerId: host.provider.id, previousId: counter.id };
    this.#deliver(this.#lay(demand, host, { properties, constraints }, chain));
  }

  #objection({ host, conduct, properties }: Proposal): string | null {
    if (conduct.shows("rejects")) return "No capacity available: this provider is busy";
    if (!this.#options.hasRoom(host))
      return "No capacity available. Reached Agreements limit: provider is busy";
    const leftMs = Number(properties["golem.srv.comp.expiration"]) - this.#options.now().getTime();
    if (leftMs < MIN_AGREEMENT_MS - 2_000) return "Proposal expires in less than 5min from now";
    const manifest = manifestOf(properties);
    if (typeof manifest === "string") return `Manifest verification failed: ${manifest}`;
    return manifest === null ? null : outboundObjection(manifest, host.provider.outbound);
  }

  #lay(
    demand: Demand,
    host: ProviderHost,
    terms: { readonly properties: Properties; readonly constraints: string },
    chain: { readonly issuerId: string; readonly previousId: string } | null = null,
  ): Proposal {
    const proposal: Proposal = {
      id: `R-${randomHex(32)}`,
      demand,
      host,
      conduct: this.#conductOf(demand, host),
      issuerId: chain?.issuerId ?? host.provider.id,
      state: chain === null ? "Initial" : "Draft",
      timestamp: this.#options.clock(),
      previousId: chain?.previousId ?? null,
      ...terms,
      isAnswered: false,
    };
    this.#proposals.set(proposal.id, proposal);
    return proposal;
  }

  #deliver(proposal: Proposal): void {
    const { demand } = proposal;
    const eventDate = this.#options.clock();
    demand.inbox.push({ eventType: "ProposalEvent", eventDate, proposal: viewOf(proposal) });
    demand.bell.ring();
  }
}

const soon = (act: () => void): void => {
  setTimeout(act, CARRY_MS).unref();
};

const viewOf = (proposal: Proposal): object => ({
  proposalId: proposal.id,
  issuerId: proposal.issuerId,
  state: proposal.state,
  timestamp: proposal.timestamp,
  ...(proposal.previousId === null ? {} : { prevProposalId: proposal.previousId }),
  properties: proposal.properties,
  constraints: proposal.constraints,
});
