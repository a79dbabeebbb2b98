import { setMaxListeners } from "node:events";
import type { GateRow, GateRows } from "@/server/adapters/service/gate-row";
import { BeaconError } from "@/server/domain/errors";
import {
  askGate,
  DESK_LIFE_MS,
  type GateAnswer,
  type GateAsk,
  type GateOutcome,
} from "@/server/domain/service/gate";

/** The right to put one request to a service. Whoever has it leaves, whatever happened. */
export type ServicePass = {
  /**
   * Ends the request and says how it went. Resolves when all workers can know; when the database fails,
   * they learn it with this process's next word, or when what it held lapses. A second call does nothing.
   */
  leave(outcome: GateOutcome): Promise<void>;
};

/** How often it is looked whether another process has left. */
const LOOK_MS = 100;
/** How long it may take until a change that an admin made is seen. */
const LONGEST_WAIT_MS = 1_000;
/** Of the time after which a silent process is taken for dead: it may be late twice. */
const RENEW_MS = DESK_LIFE_MS / 3;

/** A service as one process asks it. */
export type Desk = {
  enter(signal: AbortSignal, deadlineMs: number | null): Promise<ServicePass>;
  close(): Promise<void>;
};

type Waiter = {
  readonly deadlineMs: number | null;
  readonly admit: (pass: ServicePass) => void;
  readonly refuse: (reason: unknown) => void;
};

export type DeskOptions = {
  readonly serviceId: string;
  readonly name: string;
  readonly rows: GateRows;
  readonly now: () => Date;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
};

/** What one process has under way at one service. One statement at a time; what comes meanwhile shares the next. */
export function openDesk({ serviceId, name, rows, now, wait }: DeskOptions): Desk {
  const waiting = new Set<Waiter>();
  let ended: GateAsk["ended"] = [];
  let told: (() => void)[] = [];
  let held = 0;
  let hasTrial = false;
  let known: GateRow | null = null;
  let paused: Pause | null = null;
  let isDue = false;
  let running: Promise<void> | null = null;
  let sleep = new AbortController();
  let isRenewing = false;
  const closed = new AbortController();

  const pausedError = () =>
    new BeaconError(
      "SERVICE_PAUSED",
      `${serviceId} is asked nothing before ${new Date(paused?.untilMs ?? 0).toISOString()}: ${paused?.reason ?? ""}`,
      { details: { service: serviceId, untilMs: paused?.untilMs ?? 0 } },
    );
  const isPaused = () => paused !== null && paused.untilMs > now().getTime();

  /** What ended somebody's waiting: that time ran out is the service's doing, all else is not. */
  function whyNot(reason: unknown): unknown {
    if (!(reason instanceof DOMException && reason.name === "TimeoutError")) return reason;
    if (isPaused()) return pausedError();
    const message = `The limits of ${serviceId} left no room in time.`;
    return new BeaconError("MODEL_RATE_LIMITED", message, { cause: reason });
  }

  /** Says what ended and asks for what is wanted, until that is stored. */
  async function exchange(): Promise<GateAnswer> {
    const heard = told;
    told = [];
    try {
      const ask = { desk: name, held, wanted: waiting.size, ended, hasTrial };
      const reply = await tellGate({ serviceId, rows, now }, known, ask);
      ended = ended.slice(ask.ended.length);
      ({ row: known, paused } = reply);
      return reply.answer;
    } finally {
      for (const tell of heard) tell();
    }
  }

  function passOf(isTrial: boolean): ServicePass {
    let isOver = false;
    return {
      leave(outcome) {
        if (isOver) return Promise.resolve();
        isOver = true;
        held = Math.max(0, held - 1); // nothing is held any more once the gate is closed
        if (isTrial) hasTrial = false;
        ended = [...ended, { outcome, isTrial }];
        return new Promise((resolve) => {
          told.push(resolve);
          wake();
        });
      },
    };
  }

  function admit({ granted, isTrial }: GateAnswer): void {
    const next = [...waiting].slice(0, granted);
    if (next.length < granted) isDue = true; // somebody gave up meanwhile: what was granted is given back
    for (const waiter of next) {
      waiting.delete(waiter);
      held += 1;
      if (isTrial) hasTrial = true;
      waiter.admit(passOf(isTrial));
    }
  }

  /** A pause that lasts longer than somebody can wait is not waited for. */
  function refuseLate(): void {
    for (const waiter of waiting) {
      if (waiter.deadlineMs === null || waiter.deadlineMs > (paused?.untilMs ?? 0)) continue;
      waiting.delete(waiter);
      waiter.refuse(pausedError());
    }
  }

  async function run(): Promise<void> {
    while (isDue) {
      isDue = false;
      const answer = await exchange();
      admit(answer);
      if (isPaused()) refuseLate();
      if (held > 0) void renew();
      if (waiting.size > 0 && !isDue) await untilDue(answer.againInMs);
    }
  }

  /** Waits until it is worth asking again, or somebody wakes it. */
  async function untilDue(againInMs: number | null): Promise<void> {
    sleep = new AbortController();
    await wait(Math.min(againInMs ?? LOOK_MS, LONGEST_WAIT_MS), sleep.signal);
    isDue ||= waiting.size > 0;
  }

  function wake(): void {
    isDue = true;
    sleep.abort();
    running ??= run()
      .catch((error: unknown) => {
        known = null;
        for (const waiter of waiting) waiter.refuse(error);
        waiting.clear();
      })
      .finally(() => {
        running = null;
        if (isDue && (waiting.size > 0 || told.length > 0)) wake();
      });
  }

  /** Keeps telling that this process lives, for as long as it has requests under way. */
  async function renew(): Promise<void> {
    if (isRenewing) return;
    isRenewing = true;
    while (held > 0) {
      await wait(RENEW_MS, closed.signal);
      if (closed.signal.aborted) break;
      if (held > 0) wake();
    }
    isRenewing = false;
  }

  return {
    async enter(signal, deadlineMs) {
      signal.throwIfAborted();
      setMaxListeners(0, signal);
      let giveUp = () => {};
      try {
        return await new Promise<ServicePass>((admit, refuse) => {
          const waiter = { deadlineMs, admit, refuse };
          giveUp = () => {
            if (waiting.delete(waiter)) refuse(whyNot(signal.reason));
          };
          signal.addEventListener("abort", giveUp, { once: true });
          waiting.add(waiter);
          wake();
        });
      } finally {
        signal.removeEventListener("abort", giveUp);
      }
    },
    async close() {
      closed.abort();
      held = 0;
      hasTrial = false;
      for (const waiter of waiting)
        waiter.refuse(new BeaconError("SERVICE_PAUSED", "This process ends."));
      waiting.clear();
      wake();
      await running;
    },
  };
}

type Pause = NonNullable<GateAnswer["pause"]>;

/**
 * Has one ask answered and stored, as often as somebody else is quicker.
 *
 * @throws BeaconError SERVICE_NOT_FOUND
 */
async function tellGate(
  { serviceId, rows, now }: Pick<DeskOptions, "serviceId" | "rows" | "now">,
  known: GateRow | null,
  ask: GateAsk,
): Promise<{ answer: GateAnswer; row: GateRow | null; paused: Pause | null }> {
  for (let row = known; ; ) {
    row ??= await rows.read(serviceId);
    if (row === null)
      throw new BeaconError("SERVICE_NOT_FOUND", `There is no service ${serviceId} here.`);
    const { state, limits, pausedUntilMs, pauseReason } = row;
    const answer = askGate(state, ask, limits, pausedUntilMs, now().getTime());
    const swapped = await rows.swap(serviceId, row, answer);
    row = swapped.row;
    if (!swapped.isStored) continue;
    const before =
      pausedUntilMs === null ? null : { untilMs: pausedUntilMs, reason: pauseReason ?? "" };
    return { answer, row, paused: answer.pause ?? before };
  }
}
