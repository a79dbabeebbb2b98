/** What bounds how a service is asked, by all workers together. */
export type GateLimits = {
  readonly requestsPerMinute: number;
  readonly concurrency: number;
};

/** How all workers together stand with one service. Times are milliseconds, one is microseconds, since 1970. */
export type GateState = {
  /** The theoretical arrival time of the generic cell rate algorithm (ITU-T I.371, annex A). Whole, so that nothing is lost to rounding. */
  readonly nextAtUs: number;
  /** How many requests each worker process has under way, and until when that is believed. */
  readonly desks: { readonly [desk: string]: { readonly held: number; readonly untilMs: number } };
  /** Faults of the service in a row. */
  readonly faults: number;
  /** Pauses in a row. More than none: the next request is a trial, alone. */
  readonly pauses: number;
  /** The trial under way. */
  readonly trial: { readonly desk: string; readonly untilMs: number } | null;
};

export const FRESH_GATE: GateState = {
  nextAtUs: 0,
  desks: {},
  faults: 0,
  pauses: 0,
  trial: null,
};

/** How one request went, as far as the service answers for it. */
export type GateOutcome =
  | "ok"
  | "service-fault"
  /** Nothing is known of the service: it was not asked after all, or somebody on the way failed. */
  | "unknown"
  /** The service asked to be left alone for so long. */
  | { readonly retryAfterMs: number };

/** What one worker process says and wants, all at once. */
export type GateAsk = {
  readonly desk: string;
  /** Requests that it has under way; those that ended are not among them. */
  readonly held: number;
  /** How many more it would begin. */
  readonly wanted: number;
  /** Of the requests that ended, in order. */
  readonly ended: readonly { readonly outcome: GateOutcome; readonly isTrial: boolean }[];
  /** Whether the trial is one of those it has under way. */
  readonly hasTrial: boolean;
};

export type GateAnswer = {
  readonly state: GateState;
  /** How many it may begin now. */
  readonly granted: number;
  /** Whether what was granted is a trial; then it is one. */
  readonly isTrial: boolean;
  /** When it is worth asking again, if not everything was granted; null: when another request ends. */
  readonly againInMs: number | null;
  /** The service is to be left alone from now on until then. */
  readonly pause: { readonly untilMs: number; readonly reason: string } | null;
};

/** After so many faults in a row a service is paused: fewer happen to a service that works. */
export const FAULTS_TO_PAUSE = 5;
/** The first pause; each one after a failed trial is twice as long, up to the longest. */
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 15 * 60_000;
/** A service that asks to be left alone for longer is believed for a day. */
const LONGEST_WISH_MS = 24 * 3_600_000;
/** A worker process that said nothing for so long is dead: what it had under way counts no more. */
export const DESK_LIFE_MS = 30_000;

const MINUTE_US = 60_000_000;

export type Pace = { readonly burst: number; readonly intervalUs: number };

/**
 * How requests are spread: so many at once (vendors enforce a minute's limit second by second), then one
 * each interval. The interval is a little longer than the limit asks for, so that no minute ever has more.
 */
export function paceOf(requestsPerMinute: number): Pace {
  const burst = Math.max(1, Math.ceil(requestsPerMinute / 60));
  return { burst, intervalUs: Math.ceil(MINUTE_US / (requestsPerMinute - burst + 1)) };
}

/** How many requests the pace allows now, and the arrival time that each one moves by an interval. */
function allowedBy({ burst, intervalUs }: Pace, nextAtUs: number, nowMs: number) {
  const nowUs = nowMs * 1_000;
  const arrivalUs = Math.max(nextAtUs, nowUs);
  const roomUs = (burst - 1) * intervalUs - (arrivalUs - nowUs);
  return { arrivalUs, count: Math.max(0, Math.floor(roomUs / intervalUs) + 1) };
}

/** Milliseconds until the pace allows one more. */
const paceWaitMs = ({ burst, intervalUs }: Pace, nextAtUs: number, nowMs: number): number =>
  Math.max(1, Math.ceil((nextAtUs - (burst - 1) * intervalUs) / 1_000 - nowMs));

type Standing = Pick<GateState, "faults" | "pauses" | "trial"> & {
  readonly pause: GateAnswer["pause"];
};

function pauseAfterFaults(pauses: number, nowMs: number): GateAnswer["pause"] {
  const ms = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** pauses);
  const reason =
    pauses === 0
      ? `It failed ${FAULTS_TO_PAUSE} times in a row.`
      : `It failed again when it was tried after a pause, the ${pauses}. time.`;
  return { untilMs: nowMs + ms, reason };
}

/** What one ended request changes. While a trial is due, only the trial counts: the others began before the pause. */
function after(
  standing: Standing,
  { outcome, isTrial }: GateAsk["ended"][number],
  nowMs: number,
): Standing {
  if (outcome === "unknown") return isTrial ? { ...standing, trial: null } : standing;
  if (typeof outcome === "object") {
    const untilMs = nowMs + Math.min(LONGEST_WISH_MS, Math.max(0, outcome.retryAfterMs));
    const isLonger = untilMs > (standing.pause?.untilMs ?? nowMs);
    return {
      ...standing,
      trial: isTrial ? null : standing.trial,
      pause: isLonger ? { untilMs, reason: "It asked to be left alone." } : standing.pause,
    };
  }
  if (standing.pauses > 0 && !isTrial) return standing;
  if (outcome === "ok") return { ...standing, faults: 0, pauses: 0, trial: null };
  const faults = standing.faults + 1;
  if (!isTrial && faults < FAULTS_TO_PAUSE) return { ...standing, faults };
  return {
    faults: 0,
    pauses: standing.pauses + 1,
    trial: null,
    pause: pauseAfterFaults(standing.pauses, nowMs),
  };
}

/**
 * One worker process reports and asks. Pure: whoever stores the new state does so by compare-and-set.
 *
 * @param pausedUntilMs until when the service is to be left alone, as stored; null: it is not.
 */
export function askGate(
  state: GateState,
  ask: GateAsk,
  limits: GateLimits,
  pausedUntilMs: number | null,
  nowMs: number,
): GateAnswer {
  const others = Object.fromEntries(
    Object.entries(state.desks).filter(
      ([desk, { untilMs }]) => desk !== ask.desk && untilMs > nowMs,
    ),
  );
  const standing = ask.ended.reduce<Standing>((known, end) => after(known, end, nowMs), {
    faults: state.faults,
    pauses: state.pauses,
    trial: trialAsKnown(state.trial, ask, nowMs),
    pause: null,
  });
  const pause = laterPause(standing.pause, pausedUntilMs);
  const pausedForMs = (pause?.untilMs ?? pausedUntilMs ?? 0) - nowMs;
  const isTrialDue = standing.pauses > 0;
  const busy = Object.values(others).reduce((sum, { held }) => sum + held, ask.held);
  const room = isTrialDue
    ? Number(standing.trial === null)
    : Math.max(0, limits.concurrency - busy);
  const pace = paceOf(limits.requestsPerMinute);
  const { arrivalUs, count } = allowedBy(pace, state.nextAtUs, nowMs);
  const granted = pausedForMs > 0 ? 0 : Math.min(ask.wanted, count, room);
  const isTrial = isTrialDue && granted > 0;
  const held = ask.held + granted;
  const own = { held, untilMs: nowMs + DESK_LIFE_MS };
  const nextAtUs = granted > 0 ? arrivalUs + granted * pace.intervalUs : state.nextAtUs;
  const whenFreeMs = room > granted ? paceWaitMs(pace, nextAtUs, nowMs) : null;
  return {
    state: {
      nextAtUs,
      desks: held > 0 ? { ...others, [ask.desk]: own } : others,
      faults: standing.faults,
      pauses: standing.pauses,
      trial: isTrial ? { desk: ask.desk, untilMs: own.untilMs } : standing.trial,
    },
    granted,
    isTrial,
    againInMs: pausedForMs > 0 ? pausedForMs : whenFreeMs,
    pause,
  };
}

/** The trial under way: prolonged by who has it, forgotten when who had it is dead or dropped it. */
function trialAsKnown(
  trial: GateState["trial"],
  { desk, hasTrial }: GateAsk,
  nowMs: number,
): GateState["trial"] {
  if (trial?.desk === desk) return hasTrial ? { desk, untilMs: nowMs + DESK_LIFE_MS } : null;
  return trial !== null && trial.untilMs > nowMs ? trial : null;
}

/** A new pause, unless the service is to be left alone for longer already. */
const laterPause = (
  pause: GateAnswer["pause"],
  pausedUntilMs: number | null,
): GateAnswer["pause"] => (pause !== null && pause.untilMs > (pausedUntilMs ?? 0) ? pause : null);
