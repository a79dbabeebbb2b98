/** What a provider charges, as its offer says: GLM to start, per second, and per second of one CPU thread. */
export type Prices = {
  readonly start: number;
  readonly envSec: number;
  readonly cpuSec: number;
  readonly threads: number;
};

/** Room for rounding and for clocks that differ. */
const TOLERANCE = 1.02;
const GRACE_SECONDS = 5;

/**
 * The most that a provider can fairly bill after so long: as if all its threads had been busy all the
 * time. A bill above it is not accepted; the allocation caps what slips through.
 */
export function fairTotal({ start, envSec, cpuSec, threads }: Prices, elapsedMs: number): number {
  const seconds = elapsedMs / 1_000 + GRACE_SECONDS;
  return TOLERANCE * (start + seconds * (envSec + threads * cpuSec));
}

/** What renting for so long comes to when one thread is busy all the time: how golem-js estimates, too. */
export const expectedTotal = ({ start, envSec, cpuSec }: Prices, rentMs: number): number =>
  start + (rentMs / 1_000) * (envSec + cpuSec);
