import type { OfferProposal } from "@golem-sdk/golem-js";
import type { CountryClaim } from "@/schemas/evidence";
import type { Claims } from "@/server/adapters/golem/claims";
import type { ProviderNews, RentOrder } from "@/server/adapters/golem/vantage";
import {
  expectedTotal,
  type MaxPrices,
  overpriced,
  type Prices,
} from "@/server/domain/golem/prices";
import { readClaims } from "@/server/domain/golem/read-claims";
import { SHORTEST_RENTAL_MS } from "@/server/domain/golem/rental-length";

/** An offer that will do, and what is known of its provider. */
export type AdmittedOffer = {
  readonly providerId: string;
  readonly providerName: string;
  readonly prices: Prices;
  readonly claims: readonly CountryClaim[];
  readonly isAgreed: boolean;
  readonly asn: number | null;
};

/** A contact that says something of a provider, without what the order already says. */
export type ContactNews = Pick<ProviderNews, "providerId" | "providerName" | "event" | "detail">;

export type OfferAdmissionOptions = {
  readonly order: Pick<RentOrder, "country" | "standing">;
  readonly claims: Pick<Claims, "of">;
  readonly maxPrices: MaxPrices;
  readonly remainingGlm: number;
  /** Told of offers that are passed over for what they ask, once a provider. */
  readonly onOverpriced: (offer: { id: string; name: string }, detail: string) => void;
};

/**
 * Decides which offers are answered: those that at least one source places in the country wanted, that no
 * rule forbids, and that stay within the prices and the allocation.
 */
export class OfferAdmission {
  readonly #options: OfferAdmissionOptions;
  readonly #overpriced = new Set<string>();
  #hasUnaffordable = false;
  #hasAffordable = false;

  constructor(options: OfferAdmissionOptions) {
    this.#options = options;
  }

  /**
   * True when offers were passed over only because the allocation holds too little, and it would have paid
   * for none: not for one that was answered, nor for one whose provider is only left alone.
   */
  get isBudgetTheReason(): boolean {
    return this.#hasUnaffordable && !this.#hasAffordable;
  }

  /** Null when the offer is not to be answered. Throws on one whose prices cannot be read. */
  async admit(proposal: OfferProposal): Promise<AdmittedOffer | null> {
    const { order, claims, maxPrices, remainingGlm } = this.#options;
    const { id } = proposal.provider;
    const { denied, allowed } = order.standing;
    if (allowed.size > 0 && !allowed.has(id)) return null;
    const isDenied = denied.has(id);
    const prices = pricesOf(proposal);
    const where = await claims.of(id, proposal.properties);
    const reading = readClaims(where.claims, order.country);
    if (reading === "elsewhere" || reading === "unknown") return null;
    const providerName = nameOf(proposal);
    const objection = overpriced(prices, maxPrices);
    if (objection !== null) {
      if (!isDenied && !this.#overpriced.has(id))
        this.#options.onOverpriced({ id, name: providerName }, objection);
      this.#overpriced.add(id);
      return null;
    }
    if (expectedTotal(prices, SHORTEST_RENTAL_MS) > remainingGlm) {
      this.#hasUnaffordable ||= !isDenied;
      return null;
    }
    this.#hasAffordable = true;
    if (isDenied) return null;
    return { providerId: id, providerName, prices, isAgreed: reading === "agreed", ...where };
  }
}

/** The longest name of a provider that is kept. */
const MAX_NAME = 200;

/** What a provider calls itself; whatever it sends is text here. */
const nameOf = ({ provider }: OfferProposal): string =>
  String(provider.name ?? "").slice(0, MAX_NAME);

/** What an offer charges. */
const pricesOf = (proposal: OfferProposal): Prices => {
  const { cpuThreads } = proposal.getDto();
  return {
    ...proposal.pricing,
    threads: Number.isFinite(cpuThreads) && cpuThreads > 0 ? cpuThreads : 1,
  };
};
