/** How often yagna is asked for its version, and how long it may take. */
const INTERVAL_MS = 2_000;
const PATIENCE_MS = 2_000;

export type HealthWatchOptions = {
  readonly yagnaUrl: string;
  /** For how long yagna may be away: it can be restarted in the meantime, and sick for a moment. */
  readonly patienceMs: number;
  readonly now: () => Date;
  /** Told what came of every question. */
  readonly onLook?: ((isWell: boolean) => void) | undefined;
  readonly onGone: (reason: string) => void;
};

/**
 * Watches whether yagna answers, and calls `onGone` at most once.
 *
 * @returns stops the watch.
 */
export function watchHealth(options: HealthWatchOptions): () => void {
  const { yagnaUrl, patienceMs, now, onLook, onGone } = options;
  let wellAtMs = now().getTime();
  let isOver = false;
  const timer = setInterval(async () => {
    const isWell = await answers(yagnaUrl);
    if (isWell) wellAtMs = now().getTime();
    if (!isOver) onLook?.(isWell);
    if (isOver || now().getTime() - wellAtMs < patienceMs) return;
    stop();
    onGone("yagna does not answer");
  }, INTERVAL_MS).unref();
  const stop = () => {
    isOver = true;
    clearInterval(timer);
  };
  return stop;
}

async function answers(yagnaUrl: string): Promise<boolean> {
  try {
    const answer = await fetch(`${yagnaUrl}/version/get`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}
