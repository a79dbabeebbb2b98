import { BeaconError, type ErrorCode, isBeaconError } from "@/server/domain/errors";

/** Translates what golem-js throws: a BeaconError passes as it is, all else gets `code` and keeps its cause. */
export function golemFailure(code: ErrorCode, message: string, cause: unknown): BeaconError {
  if (isBeaconError(cause)) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new BeaconError(code, `${message}: ${reason}`, { cause });
}

/** The HTTP status of a refusal by yagna; null when the error is none. */
export function statusOf(error: unknown): number | null {
  if (!(error instanceof Error) || !("status" in error)) return null;
  return typeof error.status === "number" ? error.status : null;
}

/**
 * Waits for `work` at most `waitMs`, or until `signal` aborts. golem-js ignores abort signals in some
 * places and retries for minutes in others, so no promise of its is awaited without this.
 */
export async function within<T>(
  work: Promise<T>,
  waitMs: number,
  signal?: AbortSignal,
): Promise<T> {
  const limit = AbortSignal.any([AbortSignal.timeout(waitMs), ...(signal ? [signal] : [])]);
  let stop = () => {};
  const cut = new Promise<never>((_resolve, reject) => {
    stop = () => reject(limit.reason);
    if (limit.aborted) stop();
    else limit.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, cut]);
  } finally {
    limit.removeEventListener("abort", stop);
    work.catch(() => undefined);
  }
}
