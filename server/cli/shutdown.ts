import { setTimeout as sleep } from "node:timers/promises";

/** The orderly end of a command that has started things. */
export type Shutdown = {
  /** Aborted as soon as the end is asked for. */
  readonly signal: AbortSignal;
  /** What is to be stopped, last come first stopped; `kill` is its end at once. */
  add(stop: () => Promise<void>, kill?: () => void): void;
  /** Stops everything and leaves the process. */
  leave(exitCode: number): Promise<never>;
};

/**
 * npm passes Ctrl-C on to a process that has had it from the terminal already: what follows the
 * first within this time is the same key stroke.
 */
const SAME_KEY_STROKE_MS = 400;
/** A step that is under way when the end is asked for is waited for, so that it can be undone. */
const STEP_TIMEOUT_MS = 3_000;

/**
 * Listens for Ctrl-C, SIGTERM and the terminal's end: the first stops in order, a second ends at once.
 *
 * @param note told once that the end has begun.
 */
export function listenForShutdown(note: (line: string) => void): Shutdown & {
  /** Tells what is under way, so that the end can wait for its step. */
  watch(main: Promise<unknown>): void;
} {
  const controller = new AbortController();
  const stops: (() => Promise<void>)[] = [];
  const kills: (() => void)[] = [];
  let main: Promise<unknown> = Promise.resolve();
  let leaving: Promise<never> | null = null;
  let askedAt = 0;

  async function stopAll(exitCode: number): Promise<never> {
    await Promise.race([main.catch(() => {}), sleep(STEP_TIMEOUT_MS)]);
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) {
      await stop().catch((error: unknown) => note(`while stopping: ${error}`));
    }
    process.exit(exitCode);
  }

  const leave = (exitCode: number) => {
    controller.abort();
    leaving ??= stopAll(exitCode);
    return leaving;
  };

  const asked = () => {
    if (leaving === null) {
      askedAt = performance.now();
      note("stopping; a second Ctrl-C ends at once");
      leave(0).catch(() => process.exit(1));
    } else if (askedAt > 0 && performance.now() - askedAt > SAME_KEY_STROKE_MS) {
      for (const kill of kills.reverse()) kill();
      process.exit(130);
    }
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, asked);

  return {
    signal: controller.signal,
    add: (stop, kill) => {
      stops.push(stop);
      if (kill !== undefined) kills.push(kill);
    },
    leave,
    watch: (promise) => {
      main = promise;
    },
  };
}
