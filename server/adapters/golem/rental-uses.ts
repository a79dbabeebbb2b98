import type { DraftOffer } from "@/server/adapters/golem/draft-offers";
import type { RentOrder } from "@/server/adapters/golem/vantage";
import type { Prices } from "@/server/domain/golem/prices";

/** One rental that this process makes or has. */
export type RentalUse = {
  readonly providerId: string;
  readonly asn: number | null;
  readonly jobId: string;
  readonly country: string;
  readonly allocationId: string;
  readonly prices: Prices;
  /** Null until there is an agreement. */
  readonly agreementId: string | null;
  /** Aborts when its allocation pays no more. */
  readonly usedUp: AbortController;
};

/** The caller's hold of a use. */
export type TakenUse = {
  readonly usedUp: AbortSignal;
  /** Says which agreement it came to. */
  signed(agreementId: string): void;
  /** Safe to call twice. */
  giveBack(): void;
};

/** Which providers this process uses right now: their next rentals prefer others. */
export class RentalUses {
  readonly #uses = new Map<symbol, RentalUse>();

  /** How often a provider is in use. */
  of(providerId: string): number {
    return this.#all().filter((use) => use.providerId === providerId).length;
  }

  /** The autonomous systems that a job uses in a country. */
  asns({ jobId, country }: Pick<RentOrder, "jobId" | "country">): readonly number[] {
    return this.#all().flatMap((use) =>
      use.jobId === jobId && use.country === country && use.asn !== null ? [use.asn] : [],
    );
  }

  /** The agreements of all rentals, those that are being made included. */
  agreementIds(): readonly string[] {
    return this.#all().flatMap(({ agreementId }) => agreementId ?? []);
  }

  /** The rentals that one allocation pays. */
  under(allocationId: string): readonly RentalUse[] {
    return this.#all().filter((use) => use.allocationId === allocationId);
  }

  /** The allocations that pay for anything right now. */
  allocationIds(): readonly string[] {
    return [...new Set(this.#all().map(({ allocationId }) => allocationId))];
  }

  /** Counts a provider as in use until it is given back. */
  take(
    { jobId, country, allocationId }: Pick<RentOrder, "jobId" | "country" | "allocationId">,
    { providerId, asn, prices }: Pick<DraftOffer, "providerId" | "asn" | "prices">,
  ): TakenUse {
    const key = Symbol(providerId);
    const usedUp = new AbortController();
    const use = { providerId, asn, jobId, country, allocationId, prices, usedUp };
    this.#uses.set(key, { ...use, agreementId: null });
    return {
      usedUp: usedUp.signal,
      signed: (agreementId) => {
        if (this.#uses.has(key)) this.#uses.set(key, { ...use, agreementId });
      },
      giveBack: () => {
        this.#uses.delete(key);
      },
    };
  }

  #all(): readonly RentalUse[] {
    return [...this.#uses.values()];
  }
}
