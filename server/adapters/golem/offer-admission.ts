import type { OfferProposal } from "@golem-sdk/golem-js";
import type { Claim, Claims } from "@/server/adapters/golem/claims";
import { expectedTotal } from "@/server/adapters/golem/fair-bill";
import { pricesOf } from "@/server/adapters/golem/hire";
import type { RentOrder } from "@/server/adapters/golem/vantage";

/** The shortest agreement that providers sign. An allocation that cannot pay for it rents nothing. */
const SHORTEST_RENTAL_MS = 300_000;

/** Offers above any of these are passed over. GLM; hours. */
export type MaxPrices = {
  readonly startGlm: number;
  readonly cpuHourGlm: number;
  readonly envHourGlm: number;
};

export type OfferAdmissionOptions = {
  readonly order: Pick<RentOrder, "country" | "avoid">;
  readonly claims: Pick<Claims, "of">;
  readonly maxPrices: MaxPrices;
  readonly remainingGlm: number;
};

/** Decides which offers are answered: those from the country wanted, not to be avoided, and within the prices. */
export class OfferAdmission {
  readonly #options: OfferAdmissionOptions;
  #hasUnaffordable = false;

  constructor(options: OfferAdmissionOptions) {
    this.#options = options;
  }

  /** True once an offer was passed over only because the allocation holds too little. */
  get hasUnaffordable(): boolean {
    return this.#hasUnaffordable;
  }

  /** The provider's claim when its offer is to be answered; null when not. */
  async admit(proposal: OfferProposal): Promise<Claim | null> {
    const { order, claims, maxPrices, remainingGlm } = this.#options;
    const prices = pricesOf(proposal);
    if (order.avoid.includes(proposal.provider.id)) return null;
    if (prices.start > maxPrices.startGlm) return null;
    if (prices.cpuSec * 3_600 > maxPrices.cpuHourGlm) return null;
    if (prices.envSec * 3_600 > maxPrices.envHourGlm) return null;
    const claim = await claims.of(proposal.provider.id);
    if (claim?.country !== order.country) return null;
    if (expectedTotal(prices, SHORTEST_RENTAL_MS) <= remainingGlm) return claim;
    this.#hasUnaffordable = true;
    return null;
  }
}
