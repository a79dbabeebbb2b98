import { z } from "zod";
import { Bell } from "@/server/adapters/golem/bell";
import type { Conduct } from "@/server/adapters/golem/loopback/conduct";
import { EventLog, secondsOf } from "@/server/adapters/golem/loopback/event-log";
import { randomHex } from "@/server/adapters/golem/loopback/identifiers";
import type { Market, Proposal } from "@/server/adapters/golem/loopback/market";
import type { MicroClock } from "@/server/adapters/golem/loopback/micro-clock";
import type { ProviderHost } from "@/server/adapters/golem/loopback/provider-host";
import {
  created,
  noContent,
  ok,
  type Reply,
  refuse,
  unreachable,
} from "@/server/adapters/golem/loopback/reply";
import type { Call, Route } from "@/server/adapters/golem/loopback/router";
import { microsOf } from "@/server/adapters/golem/micros";

/** How long a provider takes to approve. */
const APPROVAL_MS = 20;

const AgreementProposal = z.object({
  proposalId: z.string().max(100),
  validTo: z.iso.datetime(),
});
const Reason = z.object({ message: z.string().max(1_000).optional() }).nullish();

export type Agreement = {
  readonly id: string;
  readonly host: ProviderHost;
  readonly conduct: Conduct;
  /** The provider's draft that it was made of. */
  readonly draft: Proposal;
  /** The requestor's counter-proposal: its side of the terms. */
  readonly counter: Proposal;
  readonly validTo: string;
  readonly createdAt: string;
  approvedAt: string | null;
  /** The app session whose event polls hear of this agreement. */
  session: string | null;
  state: "Proposal" | "Pending" | "Approved" | "Terminated" | "Cancelled";
};

export type AgreementsOptions = {
  readonly market: Market;
  readonly clock: MicroClock;
  readonly now: () => Date;
  readonly requestorId: string;
  readonly onApproved: (agreement: Agreement) => void;
  /** Called once when an approved agreement ends, whoever ended it. */
  readonly onEnded: (agreement: Agreement) => void;
};

/** Agreements from proposal to end. */
export class Agreements {
  readonly #options: AgreementsOptions;
  readonly #all = new Map<string, Agreement>();
  readonly #events: EventLog;
  readonly #bell = new Bell();

  constructor(options: AgreementsOptions) {
    this.#options = options;
    this.#events = new EventLog(options.clock);
  }

  byId(id: string): Agreement | null {
    return this.#all.get(id) ?? null;
  }

  /** How many agreements a provider is busy with, or soon will be. */
  heldBy(host: ProviderHost): number {
    return [...this.#all.values()].filter(
      (agreement) =>
        agreement.host === host &&
        (agreement.state === "Approved" || agreement.state === "Pending"),
    ).length;
  }

  /** Ends the approved agreements that `isMeant` picks, as a provider does that wants its machine back. */
  terminateByProvider(isMeant: (agreement: Agreement) => boolean, reason: string): void {
    for (const agreement of this.#all.values())
      if (agreement.state === "Approved" && !agreement.conduct.isGone && isMeant(agreement))
        this.#end(agreement, "Provider", reason);
  }

  routes(): readonly Route[] {
    const path = "/market-api/v1/agreements";
    return [
      { method: "POST", path, handle: (call) => this.#create(call) },
      { method: "GET", path, handle: (call) => ok(this.#list(call.query)) },
      { method: "GET", path: `${path}/:id`, handle: this.#on((it) => ok(this.#viewOf(it))) },
      {
        method: "POST",
        path: `${path}/:id/confirm`,
        handle: this.#on((it, call) => this.#confirm(it, call)),
      },
      {
        method: "POST",
        path: `${path}/:id/wait`,
        handle: this.#on((it, call) => this.#wait(it, call)),
      },
      { method: "POST", path: `${path}/:id/cancel`, handle: this.#on((it) => this.#cancel(it)) },
      {
        method: "POST",
        path: `${path}/:id/terminate`,
        handle: this.#on((it, call) => this.#terminate(it, call)),
      },
      {
        method: "GET",
        path: "/market-api/v1/agreementEvents",
        handle: (call) => this.#events.poll(call),
      },
    ];
  }

  /** A handler for the agreement that the path names. */
  #on(handle: (agreement: Agreement, call: Call) => Reply | Promise<Reply>): Route["handle"] {
    return (call) => {
      const agreement = this.byId(call.param("id"));
      return agreement === null ? refuse(404, "Agreement not found.") : handle(agreement, call);
    };
  }

  /** As `ListAgreements`: filters by state, app session and time of creation. */
  #list(query: URLSearchParams): readonly object[] {
    const state = query.get("state");
    const session = query.get("appSessionId");
    const after = microsOf(query.get("afterDate") ?? "");
    const before = microsOf(query.get("beforeDate") ?? "");
    return [...this.#all.values()]
      .filter((agreement) => state === null || agreement.state === state)
      .filter((agreement) => session === null || agreement.session === session)
      .filter(({ createdAt }) => !(microsOf(createdAt) <= after || microsOf(createdAt) >= before))
      .map(({ id, createdAt: timestamp, approvedAt }) => ({
        id,
        timestamp,
        ...(approvedAt === null ? {} : { approvedDate: approvedAt }),
        role: "Requestor",
      }));
  }

  #create(call: Call): Reply {
    const { proposalId, validTo } = call.read(AgreementProposal);
    const draft = this.#options.market.proposal(proposalId);
    const counter = this.#options.market.proposal(draft?.previousId ?? "");
    if (draft === null) return refuse(404, "Proposal not found.");
    if (counter === null || draft.state !== "Draft")
      return refuse(400, "Proposal was not negotiated.");
    if (draft.isAnswered) return refuse(409, "Proposal was already accepted.");
    if (Date.parse(validTo) <= this.#options.now().getTime())
      return refuse(400, "validTo is in the past.");
    draft.isAnswered = true;
    const agreement: Agreement = {
      id: randomHex(32),
      host: draft.host,
      conduct: draft.conduct,
      draft,
      counter,
      validTo,
      createdAt: this.#options.clock(),
      approvedAt: null,
      session: null,
      state: "Proposal",
    };
    this.#all.set(agreement.id, agreement);
    return created(agreement.id);
  }

  #confirm(agreement: Agreement, call: Call): Reply {
    if (agreement.state !== "Proposal")
      return refuse(409, `Agreement is in ${agreement.state} state.`);
    agreement.session = call.query.get("appSessionId");
    agreement.state = "Pending";
    setTimeout(() => this.#approve(agreement), APPROVAL_MS).unref();
    return noContent;
  }

  #approve(agreement: Agreement): void {
    const { conduct, session, id: agreementId, state } = agreement;
    if (conduct.isGone || conduct.shows("agreement-timeout") || state !== "Pending") return;
    agreement.state = "Approved";
    agreement.approvedAt = this.#options.clock();
    this.#events.append(session, { eventType: "AgreementApprovedEvent", agreementId });
    this.#bell.ring();
    this.#options.onApproved(agreement);
  }

  async #wait(agreement: Agreement, { query, closed }: Call): Promise<Reply> {
    const isSettled = () => agreement.state !== "Pending";
    await this.#bell.until(isSettled, secondsOf(query, "timeout", 60), closed);
    if (agreement.state === "Approved") return noContent;
    if (agreement.state === "Pending") return refuse(408, "Timeout while waiting for approval.");
    if (agreement.state === "Proposal") return refuse(400, "Agreement was not confirmed.");
    return refuse(410, `Agreement is in ${agreement.state} state.`);
  }

  #cancel(agreement: Agreement): Reply {
    if (agreement.state !== "Pending") return refuse(409, `Agreement is ${agreement.state}.`);
    agreement.state = "Cancelled";
    this.#bell.ring();
    return noContent;
  }

  #terminate(agreement: Agreement, call: Call): Reply {
    if (agreement.state === "Terminated") return refuse(410, "Agreement is already terminated.");
    if (agreement.state !== "Approved")
      return refuse(409, `Agreement is in ${agreement.state} state.`);
    if (agreement.conduct.isGone) return unreachable();
    agreement.conduct.end();
    this.#end(agreement, "Requestor", call.read(Reason)?.message ?? "Finished");
    return { status: 200 };
  }

  #end(agreement: Agreement, terminator: "Requestor" | "Provider", message: string): void {
    agreement.state = "Terminated";
    this.#events.append(agreement.session, {
      eventType: "AgreementTerminatedEvent",
      agreementId: agreement.id,
      terminator,
      signature: "NoSignature",
      reason: { message },
    });
    this.#options.onEnded(agreement);
  }

  #viewOf(agreement: Agreement): object {
    const { draft, counter, host } = agreement;
    return {
      agreementId: agreement.id,
      demand: {
        properties: counter.properties,
        constraints: counter.constraints,
        demandId: counter.demand.id,
        requestorId: this.#options.requestorId,
        timestamp: counter.timestamp,
      },
      offer: {
        properties: draft.properties,
        constraints: draft.constraints,
        offerId: draft.id,
        providerId: host.provider.id,
        timestamp: draft.timestamp,
      },
      validTo: agreement.validTo,
      ...(agreement.approvedAt === null ? {} : { approvedDate: agreement.approvedAt }),
      state: agreement.state,
      timestamp: agreement.createdAt,
      appSessionId: agreement.session,
    };
  }
}
