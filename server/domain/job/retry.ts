/** Attempts of one session that failed before the first byte of a response. */
const MAX_ATTEMPTS = 3;
/** Times that a question is put again to a service that did not take it. */
const MAX_TURNED_AWAY = 5;
/** How long a session waits at most for a service that does not take questions: its provider costs meanwhile. */
export const LONGEST_WAIT_MS = 60_000;
/** Waits between attempts: by the end of the last, a provider that is gone has been found to be. */
const RETRY_MS = [500, 3_000] as const;
/** A task that was handed out so often and came to nothing is closed as a failure. */
export const MAX_CLAIMS = 4;

/** How an attempt ended, as far as it decides what comes next. */
export type AttemptEnd =
  | { readonly kind: "response"; readonly tryAgainAfterMs: number | null }
  | {
      readonly kind: "failure";
      readonly beforeFirstByte: boolean;
      /** False: it is certain that no byte of the question left this machine. */
      readonly wasSent: boolean;
      readonly tryAgainAfterMs: number | null;
    };

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
  /** Whether what is being asked is broken off: the job was withdrawn, or this process is leaving. */
  readonly isBroken: boolean;
  /** Whether the service charges for questions. */
  readonly isPaid: boolean;
  /** Milliseconds until the job's deadline. */
  readonly leftMs: number;
};

/** A task that goes back to the queue, to be asked by whoever claims it next. */
export type GivenBack = {
  readonly kind: "BACK";
  /** False: it is certain that nobody was asked. */
  readonly wasAsked: boolean;
  /** Whether its service must be left alone for longer than a session waits. */
  readonly isPaused: boolean;
};

export type NextStep =
  | { readonly step: "close" }
  /** The task goes back to the queue. */
  | { readonly step: "give-back"; readonly isPaused?: true }
  | { readonly step: "again"; readonly waitMs: number };

/**
 * What follows an attempt at a task.
 *
 * Tried again only while no byte of a response has come, or when a service says that it did not take the
 * question and when to come back. A refusal or an empty answer is an answer.
 *
 * A paid question that may have arrived is never put again out of the same reservation: it goes back to
 * the queue, where what was put aside for it counts as spent, and the next one who takes it puts aside
 * anew.
 */
export function nextStep(end: AttemptEnd, so: AttemptsSoFar): NextStep {
  const close: NextStep = { step: "close" };
  if (end.kind === "failure" && so.isBroken) return { step: "give-back" };
  if (end.tryAgainAfterMs !== null) return afterTurningAway(end.tryAgainAfterMs, so);
  const waitMs = end.kind === "response" ? null : retryWaitMs(end, so);
  if (end.kind === "response" || waitMs === null || waitMs >= so.leftMs) return close;
  if (so.isLost || (so.isPaid && end.wasSent))
    return so.claims < MAX_CLAIMS ? { step: "give-back" } : close;
  return so.failures < MAX_ATTEMPTS ? { step: "again", waitMs } : close;
}

/** The service did not take the question and says when to come back. It charges nothing for that. */
function afterTurningAway(waitMs: number, so: AttemptsSoFar): NextStep {
  if (waitMs >= so.leftMs || so.turnedAway > MAX_TURNED_AWAY) return { step: "close" };
  if (waitMs > LONGEST_WAIT_MS) return { step: "give-back", isPaused: true };
  return so.isLost || so.isBroken ? { step: "give-back" } : { step: "again", waitMs };
}

/** How long to wait after a failure; null: it is not tried again. */
const retryWaitMs = (
  { beforeFirstByte }: Extract<AttemptEnd, { kind: "failure" }>,
  { failures, isLost }: AttemptsSoFar,
): number | null => {
  if (!beforeFirstByte) return null;
  return isLost ? 0 : (RETRY_MS[failures - 1] ?? 0);
};
