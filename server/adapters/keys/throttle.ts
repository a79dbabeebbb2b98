/** Allows so many tries a key in a window; a success does not give tries back. */
export type Throttle = {
  /** False: too many tries, this one must be refused. */
  take(key: string): boolean;
};

type Window = { readonly until: number; tries: number };

/**
 * Counts tries in this process's memory. Keys whose window has passed are forgotten.
 *
 * @param limit tries a key in a window.
 * @param total tries of all keys together that are let through in a window: what each of them costs, they
 *   cost no more often. Once it is reached no key is remembered either.
 */
export function createThrottle(
  limit: number,
  windowMs: number,
  now: () => Date,
  total: number = Number.POSITIVE_INFINITY,
): Throttle {
  // In the order in which they end, since all are as long.
  const windows = new Map<string, Window>();
  let all: Window = { until: 0, tries: 0 };
  return {
    take(key) {
      const at = now().getTime();
      for (const [other, { until }] of windows) {
        if (until > at) break;
        windows.delete(other);
      }
      if (all.until <= at) all = { until: at + windowMs, tries: 0 };
      if (all.tries >= total) return false;
      const window = windows.get(key) ?? { until: at + windowMs, tries: 0 };
      window.tries += 1;
      windows.set(key, window);
      if (window.tries > limit) return false;
      all.tries += 1;
      return true;
    },
  };
}
