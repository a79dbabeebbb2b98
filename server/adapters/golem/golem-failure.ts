import { BeaconError, type ErrorCode, isBeaconError } from "@/server/domain/errors";

/** The longest reason that is passed on: what providers write ends up here. */
const MAX_REASON = 300;

/** Translates what golem-js throws: a BeaconError passes as it is, all else gets `code` and keeps its cause. */
export function golemFailure(code: ErrorCode, message: string, cause: unknown): BeaconError {
  if (isBeaconError(cause)) return cause;
  return new BeaconError(code, `${message}: ${reasonOf(cause)}`, { cause });
}

/** What an error of golem-js or of yagna's client says, and what yagna said to it. */
export function reasonOf(cause: unknown): string {
  const said = cause instanceof Error ? cause.message : String(cause);
  const previous = cause instanceof Error && "previous" in cause ? cause.previous : null;
  const deeper = previous instanceof Error ? `: ${reasonOf(previous)}` : "";
  const body = bodyOf(cause);
  return `${said}${deeper}${body === "" ? "" : ` (${body})`}`.slice(0, MAX_REASON);
}

/** The message in yagna's refusal; empty when it sent none. */
export function bodyOf(error: unknown): string {
  if (!(error instanceof Error) || !("body" in error)) return "";
  const { body } = error;
  if (typeof body === "string") return body.slice(0, MAX_REASON);
  if (typeof body !== "object" || body === null) return "";
  return ("message" in body ? String(body.message) : JSON.stringify(body)).slice(0, MAX_REASON);
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
  let leave = () => {};
  const cut = new Promise<never>((_resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not done within ${waitMs} ms`)), waitMs);
    const onAbort = () => reject(signal?.reason);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
    leave = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
  });
  try {
    return await Promise.race([work, cut]);
  } finally {
    leave();
    work.catch(() => undefined);
  }
}
