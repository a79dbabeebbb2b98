/** The speed of light in vacuum: exact, by the definition of the metre (SI Brochure, 9th edition, section 2.2). */
const LIGHT_KM_PER_MS = 299_792.458 / 1_000;

/**
 * How far away from this machine, in km, whoever handled a question can be at most, if its answer was
 * back after `fastestRoundTripMs`. Null: none came back.
 *
 * The signal went there and back, so it had half the time for the way, and nothing is faster than light
 * in vacuum. Glass fibre carries it at some two thirds of that, and no line is straight: the true
 * distance is well below the bound. The usual two thirds are not taken into account, because a
 * satellite or a radio link may be faster than fibre, and then the bound would not hold.
 *
 * It is a bound and no estimate. It cannot say that a machine is near, nor in which country. It holds for
 * the exit only if the answer really came from beyond it: an echo service that is asked without TLS
 * could be played by a machine on the way, so such round trips must not be handed in.
 */
export const withinKm = (fastestRoundTripMs: number | null): number | null =>
  fastestRoundTripMs === null ? null : Math.ceil((fastestRoundTripMs / 2) * LIGHT_KM_PER_MS);
