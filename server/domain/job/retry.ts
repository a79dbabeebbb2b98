/** Attempts of one session that failed before the first byte of a response. */
const MAX_ATTEMPTS = 3;
/** Times that a question is put again to a service that did not take it. */
const MAX_TURNED_AWAY = 5;
/** Waits between attempts: by the end of the last, a provider that is gone has been found to be. */
const RETRY_MS = [500, 3_000] as const;
/** A task that this many sessions were lost with is closed as a failure. */
const MAX_CLAIMS = 4;

/** How an attempt ended, as far as it decides what comes next. */
export type AttemptEnd =
  | { readonly kind: "response"; readonly tryAgainAfterMs: number | null }
  | { readonly kind: "failure"; readonly beforeFirstByte: boolean };

/** What came before, and what is left. */
export type AttemptsSoFar = {
  /** Attempts of this session that failed, this one included when it did. */
  readonly failures: number;
  /** Times that this session was turned away by the service, this one included when it was. */
  readonly turnedAway: number;
  /** How often the task was handed out, this time included. */
  readonly claims: number;
  /** Whether nothing can be asked from here any more. */
  readonly isLost: boolean;
  readonly isWithdrawn: boolean;
  /** Milliseconds until the job's deadline. */
  readonly leftMs: number;
};

export type NextStep =
  | { readonly step: "close" }
  /** The task goes back to the queue. */
  | { readonly step: "give-back" }
  | { readonly step: "again"; readonly waitMs: number };

/**
 * What follows an attempt at a task.
 *
 * Tried again only while no byte of a response has come, or when a service says that it did not take the
 * question and when to come back. A refusal or an empty answer is an answer.
 */
export function nextStep(end: AttemptEnd, so: AttemptsSoFar): NextStep {
  const close: NextStep = { step: "close" };
  if (end.kind === "failure" && so.isWithdrawn) return { step: "give-back" };
  const waitMs = end.kind === "response" ? end.tryAgainAfterMs : retryWaitMs(end, so);
  if (waitMs === null || waitMs >= so.leftMs) return close;
  if (end.kind === "response") {
    if (so.turnedAway > MAX_TURNED_AWAY) return close;
    return so.isLost || so.isWithdrawn ? { step: "give-back" } : { step: "again", waitMs };
  }
  if (so.isLost) return so.claims < MAX_CLAIMS ? { step: "give-back" } : close;
  return so.failures < MAX_ATTEMPTS ? { step: "again", waitMs } : close;
}

/** How long to wait after a failure; null: it is not tried again. */
const retryWaitMs = (
  { beforeFirstByte }: Extract<AttemptEnd, { kind: "failure" }>,
  { failures, isLost }: AttemptsSoFar,
): number | null => {
  if (!beforeFirstByte) return null;
  return isLost ? 0 : (RETRY_MS[failures - 1] ?? 0);
};
