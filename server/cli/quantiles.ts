/** The middle, and what one in a hundred is above. */
export type Quantiles = { readonly p50: number; readonly p99: number };

/** The value that `share` of all are at most, by nearest rank, with two decimals. NaN of nothing. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
  return Number(at.toFixed(2));
}

/** Of measured values, by nearest rank, with two decimals. */
export function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b);
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
}
