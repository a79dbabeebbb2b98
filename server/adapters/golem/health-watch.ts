/** How often yagna is asked for its version, and how long it may take. */
const INTERVAL_MS = 2_000;
const PATIENCE_MS = 2_000;

/** Failures in a row after which yagna counts as gone: one may be a hiccup. */
const FAILURES = 2;

/**
 * Watches whether yagna answers. golem-js's event polls retry without a pause when it does not and
 * burn a whole core, so its process has to end then. Calls `onGone` at most once.
 *
 * @returns stops the watch.
 */
export function watchHealth(yagnaUrl: string, onGone: (reason: string) => void): () => void {
  let failures = 0;
  let isOver = false;
  const timer = setInterval(() => {
    fetch(`${yagnaUrl}/version/get`, { signal: AbortSignal.timeout(PATIENCE_MS) })
      .then(async (answer) => {
        await answer.body?.cancel();
        failures = answer.ok ? 0 : failures + 1;
      })
      .catch(() => {
        failures += 1;
      })
      .finally(() => {
        if (failures < FAILURES || isOver) return;
        stop();
        onGone("yagna does not answer");
      });
  }, INTERVAL_MS).unref();
  const stop = () => {
    isOver = true;
    clearInterval(timer);
  };
  return stop;
}
