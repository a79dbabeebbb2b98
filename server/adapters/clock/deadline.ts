/** Runs work under a time limit. */
export type WithDeadline = <T>(
  limitMs: number,
  signals: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
) => Promise<T>;

/**
 * Runs `work` with a signal that aborts after `limitMs`, or as soon as one of `signals` does.
 *
 * Not `AbortSignal.any([AbortSignal.timeout(ms), …])`: on Node 20 such a signal never fires once the
 * garbage collector has passed (measured on 20.20.2), and what it should have ended hangs.
 */
export const withDeadline: WithDeadline = async (limitMs, signals, work) => {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, limitMs);
  for (const signal of signals) {
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
  }
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener("abort", abort);
  }
};
