import type { DraftOffer } from "@/server/adapters/golem/draft-offers";
import type { RentOrder } from "@/server/adapters/golem/vantage";

type Use = {
  readonly providerId: string;
  readonly asn: number | null;
  readonly jobId: string;
  readonly country: string;
};

/** Which providers this process uses right now: their next rentals prefer others. */
export class RentalUses {
  readonly #uses = new Set<Use>();

  /** How often a provider is in use. */
  of(providerId: string): number {
    return [...this.#uses].filter((use) => use.providerId === providerId).length;
  }

  /** The autonomous systems that a job uses in a country. */
  asns({ jobId, country }: Pick<RentOrder, "jobId" | "country">): readonly number[] {
    return [...this.#uses].flatMap((use) =>
      use.jobId === jobId && use.country === country && use.asn !== null ? [use.asn] : [],
    );
  }

  /** Counts a provider as in use. Returns what undoes it, once however often it is called. */
  take({ jobId, country }: RentOrder, { providerId, asn }: DraftOffer): () => void {
    const use = { providerId, asn, jobId, country };
    this.#uses.add(use);
    return () => {
      this.#uses.delete(use);
    };
  }
}
