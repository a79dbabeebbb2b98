import { BeaconError } from "@/server/domain/errors";

/**
 * Lets so many in at a time, and so many more wait in the order in which they came: what readers may ask
 * freely must not take every connection from the rest of the portal.
 *
 * @returns runs `work` when there is room. It throws BeaconError EXPLORER_BUSY when too many wait.
 */
export function createTurnstile(
  inside: number,
  waiting: number,
): <T>(work: () => Promise<T>) => Promise<T> {
  let free = inside;
  const queue: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else if (queue.length < waiting) await new Promise<void>((resolve) => queue.push(resolve));
    else
      throw new BeaconError(
        "EXPLORER_BUSY",
        "Too many people are searching at this moment. Try again in a few seconds.",
      );
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
