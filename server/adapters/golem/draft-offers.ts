import {
  type Demand,
  type DemandSpecification,
  type GolemNetwork,
  OfferProposal,
} from "@golem-sdk/golem-js";
import { z } from "zod";
import { Bell } from "@/server/adapters/golem/bell";
import { golemFailure, statusOf, within } from "@/server/adapters/golem/golem-failure";
import type { AdmittedOffer, ContactNews } from "@/server/adapters/golem/offer-admission";
import { readRejection } from "@/server/domain/golem/read-rejection";

/** How long yagna may take for one answer. */
const PATIENCE_MS = 10_000;

/** One poll for the market's events: how long yagna waits for some, and how many it hands out at most. */
const POLL_SECONDS = 5;
const POLL_EVENTS = 50;

/** The pause after a poll that failed. */
const RETRY_MS = 500;

/** The most providers that are negotiated with for one demand; a flood of made-up nodes ends here. */
const MAX_NEGOTIATIONS = 500;

/** The longest reason of a provider that is kept. */
const MAX_REASON = 500;

const ProposalEvent = z.object({
  eventType: z.literal("ProposalEvent"),
  proposal: z.object({
    proposalId: z.string().max(200),
    issuerId: z.string().regex(/^0x[0-9a-f]{40}$/),
    state: z.enum(["Initial", "Draft", "Rejected", "Accepted", "Expired"]),
    timestamp: z.string().max(60),
    prevProposalId: z.string().max(200).optional(),
    properties: z.record(z.string(), z.unknown()),
    constraints: z.string().max(20_000),
  }),
});

const RejectionEvent = z.object({
  eventType: z.literal("ProposalRejectedEvent"),
  /** Of the counter-proposal that was rejected. */
  proposalId: z.string().max(200),
  reason: z.object({ message: z.string() }).nullish(),
});

/** A provider that is ready to sign. */
export type DraftOffer = AdmittedOffer & { readonly proposal: OfferProposal };

export type DraftOffersOptions = {
  readonly golem: GolemNetwork;
  readonly specification: DemandSpecification;
  /** Decides on an initial offer: null when it is not wanted. */
  readonly admit: (proposal: OfferProposal) => Promise<AdmittedOffer | null>;
  /** Orders drafts that are there at the same time, the best first. */
  readonly rank: (drafts: readonly DraftOffer[]) => readonly DraftOffer[];
  /** Told of every rejection. */
  readonly onContact: (news: ContactNews) => void;
};

/**
 * The market's answers to one demand, negotiated up to the draft that can be signed.
 *
 * golem-js makes the demand, the counter-proposals and the agreements; its event streams are not used.
 * Those end without a word, for all providers, when one of them sends a malformed offer or a rejection
 * without a reason, or when yagna fails once; here such an event costs its own provider at most.
 */
export class DraftOffers {
  readonly #options: DraftOffersOptions;
  readonly #demand: Demand;
  /** By provider: those that are negotiated with, once each. */
  readonly #wanted = new Map<string, AdmittedOffer>();
  /** By counter-proposal: the provider that it went to, or why it was rejected, whichever is known first. */
  readonly #counters = new Map<string, string>();
  readonly #rejections = new Map<string, string>();
  readonly #negotiated = new Set<string>();
  readonly #bell = new Bell();
  #drafts: readonly DraftOffer[] = [];
  #failure: unknown = null;
  #isOver = false;
  #refusals = 0;
  #cancelPoll = () => {};

  /** Puts a demand on the market. @throws BeaconError GOLEM_UNAVAILABLE */
  static async open(options: DraftOffersOptions): Promise<DraftOffers> {
    const { golem, specification } = options;
    try {
      const published = golem.services.marketApi.publishDemandSpecification(specification);
      return new DraftOffers(options, await within(published, PATIENCE_MS));
    } catch (error) {
      throw golemFailure("GOLEM_UNAVAILABLE", "the demand was not published", error);
    }
  }

  private constructor(options: DraftOffersOptions, demand: Demand) {
    this.#options = options;
    this.#demand = demand;
    void this.#poll();
  }

  /** How many providers would not let the manifest's hosts out. */
  get outboundRefusals(): number {
    return this.#refusals;
  }

  /**
   * The best draft at hand, after waiting at most `waitMs` for the first one. Null: none came.
   *
   * @param gatherMs how long to wait for more once one is there, so that there is a choice.
   * @throws BeaconError GOLEM_UNAVAILABLE when the market could not be asked at last.
   */
  async next(waitMs: number, gatherMs: number, signal: AbortSignal): Promise<DraftOffer | null> {
    await this.#bell.until(() => this.#drafts.length > 0, waitMs, signal);
    if (this.#drafts.length > 0) await this.#bell.until(() => false, gatherMs, signal);
    const [best, ...others] = this.#options.rank(this.#drafts);
    this.#drafts = others;
    if (best === undefined && this.#failure !== null)
      throw golemFailure("GOLEM_UNAVAILABLE", "the market does not answer", this.#failure);
    return best ?? null;
  }

  /** Takes the demand off the market. */
  close(): void {
    this.#isOver = true;
    this.#cancelPoll();
    const gone = this.#options.golem.services.marketApi.unpublishDemand(this.#demand);
    // A demand that stays on the market ends by itself; nobody here answers what comes to it.
    void within(gone, PATIENCE_MS).catch(() => undefined);
  }

  async #poll(): Promise<void> {
    const { market } = this.#options.golem.services.yagna;
    while (!this.#isOver) {
      const asked = market.collectOffers(this.#demand.id, POLL_SECONDS, POLL_EVENTS);
      this.#cancelPoll = () => asked.cancel();
      try {
        const events: readonly unknown[] = await asked;
        this.#failure = null;
        for (const event of events) this.#take(event);
      } catch (error) {
        this.#failure = error;
        // yagna no longer has the demand: nothing will come of it.
        if (statusOf(error) === 404) return;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      }
    }
  }

  #take(event: unknown): void {
    const rejection = RejectionEvent.safeParse(event);
    if (rejection.success) {
      const { proposalId, reason } = rejection.data;
      this.#rejections.set(proposalId, reason?.message.slice(0, MAX_REASON) ?? "no reason given");
      this.#tellRejection(proposalId);
      return;
    }
    const proposed = ProposalEvent.safeParse(event);
    if (!proposed.success) return;
    const { prevProposalId, ...rest } = proposed.data.proposal;
    try {
      const model = { ...rest, ...(prevProposalId === undefined ? {} : { prevProposalId }) };
      this.#receive(new OfferProposal(model, this.#demand));
    } catch {
      // A malformed offer: golem-js finds no prices in it.
    }
  }

  #receive(proposal: OfferProposal): void {
    const { id } = proposal.provider;
    const wanted = this.#wanted.get(id);
    if (proposal.isDraft() && wanted !== undefined) {
      this.#drafts = [...this.#drafts, { ...wanted, proposal }];
      this.#bell.ring();
    }
    const isFull = this.#negotiated.size >= MAX_NEGOTIATIONS;
    if (!proposal.isInitial() || this.#negotiated.has(id) || isFull) return;
    this.#negotiated.add(id);
    // What goes wrong here costs this one provider.
    void this.#negotiate(proposal).catch(() => undefined);
  }

  /** Answers an initial offer. */
  async #negotiate(proposal: OfferProposal): Promise<void> {
    const { golem, specification, admit } = this.#options;
    const admitted = await admit(proposal);
    if (admitted === null || this.#isOver) return;
    this.#wanted.set(admitted.providerId, admitted);
    const counter = await golem.market.negotiateProposal(proposal, specification);
    // golem-js keeps every proposal until it disconnects.
    golem.services.proposalCache.delete(counter.id);
    this.#counters.set(counter.id, admitted.providerId);
    this.#tellRejection(counter.id);
  }

  /** Tells of a rejection once both the reason and the provider are known. */
  #tellRejection(counterId: string): void {
    const detail = this.#rejections.get(counterId);
    const offer = this.#wanted.get(this.#counters.get(counterId) ?? "");
    if (detail === undefined || offer === undefined) return;
    this.#rejections.delete(counterId);
    const event = readRejection(detail);
    if (event === "outbound-refused") this.#refusals += 1;
    const { providerId, providerName } = offer;
    this.#options.onContact({ providerId, providerName, event, detail });
  }
}
