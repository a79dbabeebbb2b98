/** What a provider charges, as its offer says: GLM to start, per second, and per second of one CPU thread. */
export type Prices = {
  readonly start: number;
  readonly envSec: number;
  readonly cpuSec: number;
  readonly threads: number;
};

/** Offers above any of these are passed over. GLM; hours. */
export type MaxPrices = {
  readonly startGlm: number;
  readonly cpuHourGlm: number;
  readonly envHourGlm: number;
};

/** Room for rounding and for clocks that differ. */
const TOLERANCE = 1.02;
const GRACE_SECONDS = 5;

/** An amount of GLM has 18 decimals; a double holds the first 15 of any figure, so parts are rounded up at 12. */
const PRECISION = 1e12;
const UNITS_PER_STEP = 1_000_000n;

/**
 * The most that a provider can fairly bill after so long: as if all its threads had been busy all the
 * time. A bill above it is not accepted; the allocation caps what slips through.
 */
export function fairTotal({ start, envSec, cpuSec, threads }: Prices, elapsedMs: number): number {
  const seconds = Math.max(0, elapsedMs) / 1_000 + GRACE_SECONDS;
  return TOLERANCE * (start + seconds * (envSec + threads * cpuSec));
}

/** An amount of GLM as whole units of 10^-18, rounded up at the twelfth decimal. */
export const unitsAbove = (glm: number): bigint =>
  BigInt(Math.ceil(glm * PRECISION)) * UNITS_PER_STEP;

/** What renting for so long comes to when one thread is busy all the time: how golem-js estimates, too. */
export const expectedTotal = ({ start, envSec, cpuSec }: Prices, rentMs: number): number =>
  start + (rentMs / 1_000) * (envSec + cpuSec);

/** Which price of an offer is no sound figure or above its cap, in words; null when none is. */
export function overpriced(prices: Prices, caps: MaxPrices): string | null {
  const { start, envSec, cpuSec } = prices;
  const [env, cpu] = [envSec * 3_600, cpuSec * 3_600];
  if (![start, env, cpu].every((price) => Number.isFinite(price) && price >= 0))
    return "its prices are no figures";
  if (start > caps.startGlm) return `asks ${start} GLM to start, at most ${caps.startGlm}`;
  if (cpu > caps.cpuHourGlm)
    return `asks ${cpu} GLM for an hour of CPU, at most ${caps.cpuHourGlm}`;
  if (env > caps.envHourGlm) return `asks ${env} GLM for an hour, at most ${caps.envHourGlm}`;
  return null;
}
