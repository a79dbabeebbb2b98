import { setMaxListeners } from "node:events";

/** Runs work under a time limit. */
export type WithDeadline = <T>(
  limitMs: number,
  signals: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
) => Promise<T>;

/**
 * Runs `work` with a signal that aborts after `limitMs`, for the reason of a "TimeoutError", or as soon
 * as one of `signals` does, for that one's reason.
 *
 * Not `AbortSignal.any([AbortSignal.timeout(ms), …])`: on Node 20 such a signal never fires once the
 * garbage collector has passed (measured on 20.20.2), and what it should have ended hangs.
 */
export const withDeadline: WithDeadline = async (limitMs, signals, work) => {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new DOMException("The time limit has passed.", "TimeoutError")),
    limitMs,
  );
  const follow = (event: { readonly target: EventTarget | null }) =>
    controller.abort((event.target as AbortSignal).reason);
  for (const signal of signals) {
    setMaxListeners(0, signal);
    if (signal.aborted) controller.abort(signal.reason);
    signal.addEventListener("abort", follow, { once: true });
  }
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener("abort", follow);
  }
};

/** Waits so long, and no longer than until one of `signals` aborts. */
export type Pause = (waitMs: number, signals: readonly AbortSignal[]) => Promise<void>;

/** Waits; an abort ends the wait and is no error. */
export const pause: Pause = (waitMs, signals) =>
  withDeadline(
    waitMs,
    signals,
    (signal) =>
      new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener("abort", () => resolve(), { once: true });
      }),
  );
