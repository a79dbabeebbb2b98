import type { Prices } from "@/server/domain/golem/prices";
import { expectedTotal } from "@/server/domain/golem/prices";

/** What decides between two offers that both will do. */
export type RankedOffer = {
  readonly providerId: string;
  readonly prices: Prices;
  /** Whether every source that knows where it is names the country that is wanted. */
  readonly isAgreed: boolean;
  /** The autonomous system of its address; null: not known. */
  readonly asn: number | null;
  /** How often it is in use right now. */
  readonly uses: number;
};

/** What is known beside the offers themselves. */
export type RankingOrder = {
  /** Providers whose exit was seen in this country at their last session. */
  readonly verified: ReadonlySet<string>;
  /** Autonomous systems that this job's sessions in this country have used. */
  readonly usedAsns: ReadonlySet<number>;
  readonly rentMs: number;
};

/**
 * Orders offers, the best first: exits that were verified in the country; then those whose sources
 * agree on it; then networks that were not used yet, for what two vantages in one network see is not
 * two observations (an unknown network counts as used); then the least used provider; then the cheapest for
 * the work at hand; at last by id, so that the same offers always come in the same order.
 */
export function rankOffers<T extends RankedOffer>(
  offers: readonly T[],
  { verified, usedAsns, rentMs }: RankingOrder,
): readonly T[] {
  const keyOf = ({ providerId, prices, isAgreed, asn, uses }: T): readonly number[] => [
    verified.has(providerId) ? 0 : 1,
    isAgreed ? 0 : 1,
    asn !== null && !usedAsns.has(asn) ? 0 : 1,
    uses,
    expectedTotal(prices, rentMs),
  ];
  return offers
    .map((offer) => ({ offer, key: keyOf(offer) }))
    .sort((a, b) => compareKeys(a.key, b.key) || compareIds(a.offer, b.offer))
    .map(({ offer }) => offer);
}

function compareKeys(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const compareIds = (a: RankedOffer, b: RankedOffer): number => {
  if (a.providerId === b.providerId) return 0;
  return a.providerId < b.providerId ? -1 : 1;
};
