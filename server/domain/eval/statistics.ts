/** An interval for an unknown share, 0 to 1, and by which method it was made. */
export type ShareInterval = {
  readonly low: number;
  readonly high: number;
  /**
   * `wilson`: two-sided, 95 %. `exact-bound`: one-sided, 95 %, where none or all of the answers were
   * counted; the other end is 0 or 1 because a share ends there.
   */
  readonly method: "wilson" | "exact-bound";
};

/** The standard normal's 97.5 % point: 95 % lies within it on both sides (Abramowitz and Stegun, table 26.1). */
const Z = 1.959964;

/** What a one-sided bound misses at most: 5 in 100. */
const ALPHA = 0.05;

/**
 * Wilson's score interval for `hits` of `n`, 95 % two-sided: E. B. Wilson, Journal of the American
 * Statistical Association 22 (1927), 209. Recommended for small n by Brown, Cai and DasGupta,
 * Statistical Science 16 (2001), 101, because the text-book interval (share +- 1.96 standard errors)
 * covers far less than it says there. It holds 95 % on average over shares, not at each of them.
 *
 * @param n at least 1.
 */
export function wilsonInterval(hits: number, n: number): Pick<ShareInterval, "low" | "high"> {
  const share = hits / n;
  const z2 = Z * Z;
  const centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const reach = (Z / (1 + z2 / n)) * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return { low: Math.max(0, centre - reach), high: Math.min(1, centre + reach) };
}

/**
 * The largest share that would still bring none of `n` with 5 % probability: 1 - 0.05^(1/n). The
 * one-sided exact bound of Clopper and Pearson, Biometrika 26 (1934), 404, in its closed form for no hit;
 * the "rule of three" (3/n) is its approximation. None of 5: 45 %; of 30: 9.5 %.
 *
 * @param n at least 1.
 */
export const boundOfNone = (n: number): number => 1 - ALPHA ** (1 / n);

/**
 * What `hits` of `n` allow one to say of the share behind them; null when nothing was counted.
 *
 * Where none or all were counted, the one-sided exact bound is given and says so; elsewhere Wilson's
 * two-sided interval. Both take the answers for independent draws: answers to one prompt that are
 * pooled with answers to others are not, and then the truth is less certain than the interval.
 *
 * @param hits 0 to `n`.
 */
export function shareInterval(hits: number, n: number): ShareInterval | null {
  if (n === 0) return null;
  if (hits === 0) return { low: 0, high: boundOfNone(n), method: "exact-bound" };
  if (hits === n) return { low: 1 - boundOfNone(n), high: 1, method: "exact-bound" };
  return { ...wilsonInterval(hits, n), method: "wilson" };
}
