/**
 * Lets so many in at a time, and so many more wait in the order in which they came: what readers may ask
 * freely must not take every connection from the rest of the portal.
 *
 * @param busy what is thrown at whoever comes when too many wait.
 * @returns runs `work` when there is room.
 */
export function createTurnstile(
  inside: number,
  waiting: number,
  busy: () => Error,
): <T>(work: () => Promise<T>) => Promise<T> {
  let free = inside;
  const queue: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else if (queue.length < waiting) await new Promise<void>((resolve) => queue.push(resolve));
    else throw busy();
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
