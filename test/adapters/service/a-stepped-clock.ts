type Waiting = { readonly atMs: number; readonly end: () => void };

/** Longer waits than this only keep a process's places; they are no look for whether something has changed. */
const LONGEST_LOOK_MS = 1_000;

/** A clock that moves when it is told to, whoever waits for it. */
export function aSteppedClock(start: Date) {
  let nowMs = start.getTime();
  const waiting = new Set<Waiting>();
  const looks: (() => void)[] = [];
  const nextLook = () => new Promise<void>((resolve) => looks.push(resolve));
  /** @returns how many had waited for that. */
  const pass = (ms: number): number => {
    nowMs += ms;
    const due = [...waiting].filter(({ atMs }) => atMs <= nowMs);
    for (const one of due) one.end();
    return due.length;
  };
  return {
    now: () => new Date(nowMs),
    wait: (ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        const one = {
          atMs: nowMs + ms,
          end: () => {
            waiting.delete(one);
            resolve();
          },
        };
        waiting.add(one);
        signal.addEventListener("abort", one.end, { once: true });
        if (ms <= LONGEST_LOOK_MS) for (const looked of looks.splice(0)) looked();
      }),
    pass,
    /** Whether `entering` is decided once so much time has passed, and not only waits to look again. */
    async decides(entering: Promise<unknown>, ms = 0): Promise<boolean> {
      const look = nextLook().then(() => false);
      const decided = entering.then(
        () => true,
        () => true,
      );
      if (ms > 0 && pass(ms) === 0) return false;
      return Promise.race([decided, look]);
    },
  };
}
