/** Providers refuse agreements that end sooner (yagna's provider agent, MIN_AGREEMENT_EXPIRATION). */
export const SHORTEST_RENTAL_MS = 300_000;

/** What passes between our decision and the provider's look at it: signing, clocks that differ. */
const MARGIN_MS = 30_000;

/** How long an agreement must hold for work of `rentMs`, in whole seconds. */
export const agreementSeconds = (rentMs: number): number =>
  Math.ceil((Math.max(rentMs, SHORTEST_RENTAL_MS) + MARGIN_MS) / 1_000);

/** How long a rented provider is kept at most beyond its job's deadline. */
export const RENT_MARGIN_MS = 5 * 60_000;

/** When a job's allocation ends by itself: by then the last agreement that it pays is over and billed. */
export const allocationEndOf = (deadlineAt: Date): Date =>
  new Date(deadlineAt.getTime() + 2 * RENT_MARGIN_MS);
