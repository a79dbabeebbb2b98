/** Allows so many tries a key in a window; a success does not give tries back. */
export type Throttle = {
  /** False: too many tries, this one must be refused. */
  take(key: string): boolean;
};

/** Counts tries in this process's memory. Keys whose window has passed are forgotten. */
export function createThrottle(limit: number, windowMs: number, now: () => Date): Throttle {
  const windows = new Map<string, { until: number; tries: number }>();
  return {
    take(key) {
      const at = now().getTime();
      for (const [other, { until }] of windows) if (until <= at) windows.delete(other);
      const window = windows.get(key) ?? { until: at + windowMs, tries: 0 };
      window.tries += 1;
      windows.set(key, window);
      return window.tries <= limit;
    },
  };
}
