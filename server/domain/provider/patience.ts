/** How far back contacts count when a provider is rented. */
export const COUNTED_MS = 7 * 24 * 3_600_000;

const LOOPBACK_BACK_OFF_MS = 500;
const BACK_OFF_MS = 60_000;

/** How long a provider is left alone after one failure. On the loopback network nothing is far away. */
export const shortestBackOffMs = (isSimulated: boolean): number =>
  isSimulated ? LOOPBACK_BACK_OFF_MS : BACK_OFF_MS;
