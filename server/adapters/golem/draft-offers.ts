import type { DemandSpecification, GolemNetwork, OfferProposal } from "@golem-sdk/golem-js";
import { type Subscription, switchMap } from "rxjs";
import { Bell } from "@/server/adapters/golem/bell";
import type { Claim } from "@/server/adapters/golem/claims";
import { golemFailure } from "@/server/adapters/golem/golem-failure";

/** A provider that is ready to sign, and where it is said to be. */
export type DraftOffer = { readonly proposal: OfferProposal; readonly claim: Claim };

export type DraftOffersOptions = {
  readonly golem: GolemNetwork;
  readonly specification: DemandSpecification;
  /** Decides on an initial offer: the provider's claim when it is wanted, null when not. */
  readonly admit: (proposal: OfferProposal) => Promise<Claim | null>;
  /** Orders drafts that are there at the same time: the lowest comes first, the second figure decides ties. */
  readonly rank: (proposal: OfferProposal) => readonly [number, number];
};

/**
 * The market's answers to one demand, negotiated with golem-js up to the draft that can be signed.
 *
 * golem-js's own pipeline hands out whichever draft comes first, and dies without a word when one
 * provider sends a malformed offer; here the choice is ours and the error arrives.
 */
export class DraftOffers {
  readonly #options: DraftOffersOptions;
  readonly #claims = new Map<string, Claim>();
  readonly #drafts: DraftOffer[] = [];
  readonly #bell = new Bell();
  readonly #subscription: Subscription;
  #failure: unknown = null;

  constructor(options: DraftOffersOptions) {
    this.#options = options;
    const { market } = options.golem;
    this.#subscription = market
      .publishAndRefreshDemand(options.specification)
      .pipe(switchMap((demand) => market.collectAllOfferProposals(demand)))
      .subscribe({
        next: (proposal) => this.#take(proposal),
        error: (error: unknown) => {
          this.#failure = error;
          this.#bell.ring();
        },
      });
  }

  /**
   * The best draft at hand, after waiting at most `waitMs` for the first one. Null: none came.
   *
   * @param gatherMs how long to wait for more once one is there, so that there is a choice.
   * @throws BeaconError GOLEM_UNAVAILABLE when the market broke off.
   */
  async next(waitMs: number, gatherMs: number, signal: AbortSignal): Promise<DraftOffer | null> {
    const isDone = () => this.#drafts.length > 0 || this.#failure !== null;
    await this.#bell.until(isDone, waitMs, signal);
    if (this.#drafts.length > 0) await this.#bell.until(() => false, gatherMs, signal);
    if (this.#failure !== null && this.#drafts.length === 0)
      throw golemFailure("GOLEM_UNAVAILABLE", "the market broke off", this.#failure);
    const { rank } = this.#options;
    this.#drafts.sort((a, b) => {
      const [[a1, a2], [b1, b2]] = [rank(a.proposal), rank(b.proposal)];
      return a1 - b1 || a2 - b2;
    });
    return this.#drafts.shift() ?? null;
  }

  /** Takes the demand off the market. */
  close(): void {
    this.#subscription.unsubscribe();
  }

  #take(proposal: OfferProposal): void {
    if (proposal.isInitial()) void this.#negotiate(proposal).catch(() => undefined);
    const claim = this.#claims.get(proposal.provider.id);
    if (!proposal.isDraft() || claim === undefined) return;
    this.#drafts.push({ proposal, claim });
    this.#bell.ring();
  }

  /** Answers an initial offer. What goes wrong here costs this one provider; golem-js has told its events. */
  async #negotiate(proposal: OfferProposal): Promise<void> {
    const { golem, specification, admit } = this.#options;
    const claim = await admit(proposal);
    if (claim === null) return;
    this.#claims.set(proposal.provider.id, claim);
    await golem.market.negotiateProposal(proposal, specification);
  }
}
