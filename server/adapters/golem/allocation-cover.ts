import type { AllocationDesk } from "@/server/adapters/golem/allocation-desk";
import type { BillClerk } from "@/server/adapters/golem/bill-clerk";
import type { DraftOffer } from "@/server/adapters/golem/draft-offers";
import type { RentalUse, RentalUses, TakenUse } from "@/server/adapters/golem/rental-uses";
import type { RentOrder } from "@/server/adapters/golem/vantage";
import { BeaconError } from "@/server/domain/errors";
import { expectedTotal } from "@/server/domain/golem/prices";
import { SHORTEST_RENTAL_MS } from "@/server/domain/golem/rental-length";

export type AllocationCoverOptions = {
  readonly desk: Pick<AllocationDesk, "view">;
  readonly clerk: Pick<BillClerk, "unbilledGlm">;
  readonly uses: RentalUses;
};

/**
 * Keeps rentals under one allocation from promising more than it holds. yagna takes off what was accepted
 * and nothing else, so several sessions would each see the whole rest.
 */
export class AllocationCover {
  readonly #options: AllocationCoverOptions;
  /** One decision after the other: each counts the rentals that the last one let in. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: AllocationCoverOptions) {
    this.#options = options;
  }

  /**
   * Counts an offer's provider as in use when the allocation pays for its shortest rental beside what
   * runs: what that has come to without a bill, and a shortest rental more of each.
   *
   * @returns null when it does not.
   * @throws BeaconError GOLEM_UNAVAILABLE
   */
  take(
    order: Pick<RentOrder, "jobId" | "country" | "allocationId">,
    offer: Pick<DraftOffer, "providerId" | "asn" | "prices">,
  ): Promise<TakenUse | null> {
    const decided = this.#turn.then(() => this.#decide(order, offer));
    this.#turn = decided.catch(() => undefined);
    return decided;
  }

  /** Tells the rentals of each allocation in use when what they have come to is all that it holds. */
  async look(): Promise<void> {
    // An allocation that yagna does not show now is looked at again in a moment.
    for (const id of this.#options.uses.allocationIds())
      await this.#lookAt(id).catch(() => undefined);
  }

  async #lookAt(allocationId: string): Promise<void> {
    const { desk, uses } = this.#options;
    // Before the allocation is asked: a bill that is accepted in between counts twice rather than never.
    const due = sumOf(uses.under(allocationId), (use) => this.#dueOf(use));
    const view = await desk.view(allocationId);
    if (view === null || due < Number(view.remaining)) return;
    for (const { usedUp } of uses.under(allocationId))
      usedUp.abort(new BeaconError("GOLEM_BUDGET_SPENT", "its allocation is used up"));
  }

  async #decide(
    order: Parameters<AllocationCover["take"]>[0],
    offer: Parameters<AllocationCover["take"]>[1],
  ): Promise<TakenUse | null> {
    const { desk, uses } = this.#options;
    const { allocationId } = order;
    const promised = sumOf(uses.under(allocationId), (use) => this.#promisedTo(use));
    const view = await desk.view(allocationId);
    if (view === null) throw unknownAllocation(allocationId);
    const left = Number(view.remaining) - promised;
    return expectedTotal(offer.prices, SHORTEST_RENTAL_MS) > left ? null : uses.take(order, offer);
  }

  /** What a rental has come to and was not billed for. */
  #dueOf({ agreementId }: RentalUse): number {
    return agreementId === null ? 0 : this.#options.clerk.unbilledGlm(agreementId);
  }

  #promisedTo(use: RentalUse): number {
    const { prices, agreementId } = use;
    const isStarted = agreementId !== null;
    const ahead = expectedTotal(isStarted ? { ...prices, start: 0 } : prices, SHORTEST_RENTAL_MS);
    return this.#dueOf(use) + ahead;
  }
}

/** A network that forgot an allocation has been started anew; that is no budget that was spent. */
export const unknownAllocation = (id: string): BeaconError =>
  new BeaconError("GOLEM_UNAVAILABLE", `the network knows no allocation ${id}`);

const sumOf = (uses: readonly RentalUse[], of: (use: RentalUse) => number): number =>
  uses.reduce((sum, use) => sum + of(use), 0);
