/** The middle, and what one in a hundred is above. */
export type Quantiles = { readonly p50: number; readonly p99: number };

/** Of measured values, by nearest rank, with two decimals. */
export function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number =>
    Number((sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN).toFixed(2));
  return { p50: at(0.5), p99: at(0.99) };
}
