import type { Place } from "@/schemas/country";
import type { Amount, JobId, SessionId } from "@/schemas/primitives";
import type { EventBus } from "@/server/adapters/db/event-bus";
import type { JobStore, StoredJob } from "@/server/adapters/db/job-store";
import type { SessionStore } from "@/server/adapters/db/session-store";
import type { TaskStore } from "@/server/adapters/db/task-store";
import type { AskedFrom, OpenSession } from "@/server/adapters/golem/open-session";
import type { Producer } from "@/server/adapters/queue/producer";
import { type BeaconError, isBeaconError } from "@/server/domain/errors";
import { sessionIdFrom } from "@/server/domain/identity";
import type { Logger } from "@/server/telemetry/logger";

/** Which slot of which job a session takes. */
export type Slot = { readonly jobId: JobId; readonly country: Place; readonly slot: number };

export type SessionEnd = {
  readonly status: "SETTLED" | "LOST";
  /** What was accepted, in GLM; null: nothing was, or nobody was rented. */
  readonly costGlm: Amount | null;
  readonly reason: string | null;
};

/** What a session asks through, and how that ends. */
export type Opened = {
  readonly from: AskedFrom;
  /** Why nothing is asked through it after all; null: it is. */
  readonly refusal: BeaconError | null;
  /** A last look at where the exit comes out, after the last task. */
  lookAgain(): Promise<void>;
  /** Gives back what was opened, and settles it. Never throws. */
  close(): Promise<SessionEnd>;
};

export type RunSessionDeps = {
  readonly jobs: Pick<JobStore, "byId" | "isWithdrawn">;
  readonly tasks: Pick<TaskStore, "extendLeases" | "release" | "open">;
  readonly sessions: Pick<SessionStore, "begin" | "heartbeat" | "end">;
  readonly bus: Pick<EventBus, "announce">;
  readonly producer: Pick<Producer, "enqueue">;
  /** Rents a provider in the slot's country, or opens the doors of home. */
  readonly open: (
    job: StoredJob,
    session: { readonly id: SessionId; readonly country: Place },
    signals: readonly AbortSignal[],
  ) => Promise<Opened>;
  /** Asks what is open of the session's country, until nothing is or `stop` aborts. */
  readonly askTasks: (session: Omit<OpenSession, "paid">, stop: AbortSignal) => Promise<void>;
  /** Files the entry of a session that has ended. */
  readonly file: (id: SessionId) => Promise<void>;
  readonly log: Logger;
  readonly now: () => Date;
  readonly random16: () => Uint8Array;
};

/** A session that has shown no life for so long is lost, and its tasks are given to another. */
export const LEASE_MS = 12_000;
const HEARTBEAT_MS = 3_000;
/** How long what is being asked may take once this process is told to leave. */
const LEAVING_MS = 2_000;

/**
 * One session: takes a slot, opens what it asks through, asks the open tasks of its place until none is
 * left, looks once more at where it asked from, and settles.
 *
 * May be run any number of times for the same slot: one session holds it, the others return at once.
 * May die at any point: tasks it held go back when their lease ends.
 *
 * @param signal ends the session early: nothing new is claimed, what is held is given back.
 */
export async function runSession(
  deps: RunSessionDeps,
  slot: Slot,
  signal: AbortSignal,
): Promise<void> {
  const job = await deps.jobs.byId(slot.jobId);
  if (job === null || (job.dispatchedAt === null && job.intentIndex === null)) return;
  if (!(await hasWork(deps, slot))) return;
  const id = sessionIdFrom(deps.random16());
  const startedAt = deps.now();
  const aliveSince = new Date(startedAt.getTime() - LEASE_MS);
  if (!(await deps.sessions.begin({ ...slot, id, startedAt }, aliveSince))) return;
  const log = deps.log.child({ jobId: job.id, sessionId: id, country: slot.country });
  const life = keepAlive(deps, job.id, id, log);
  let opened: Opened | null = null;
  try {
    opened = await deps.open(job, { id, country: slot.country }, [
      signal,
      life.lost,
      life.withdrawn,
    ]);
    await deps.bus.announce({ kind: "job.changed", jobId: job.id });
    const broken = brokenOff(signal, life.withdrawn);
    await askThrough(deps, opened, { job, id, broken }, [signal, life.lost, life.withdrawn]);
    if ((await deps.tasks.open(job.id)).length === 0)
      await deps.producer.enqueue("job.compare", job.id, { jobId: job.id });
    const end = await opened.close();
    await deps.sessions.end(id, { ...judged(end, opened, life.lost), at: deps.now() });
  } catch (error) {
    const reason = isBeaconError(error) ? reasonOf(error) : "an error of our own";
    log.warn({ err: error }, "session ended early");
    // Settling may take a minute: nobody's task waits for it.
    await deps.tasks.release(id, null);
    const end = await opened?.close();
    await deps.sessions.end(id, {
      status: "LOST",
      at: deps.now(),
      costGlm: end?.costGlm ?? null,
      reason,
    });
    if (!isBeaconError(error)) throw error;
  } finally {
    life.stop();
    await deps.tasks.release(id, null);
    await deps.file(id);
    await deps.bus.announce({ kind: "job.changed", jobId: job.id });
  }
}

/** Asks what there is to ask through what was opened, and looks at it once more afterwards. */
async function askThrough(
  deps: Pick<RunSessionDeps, "askTasks">,
  { from, refusal, lookAgain }: Opened,
  session: Omit<OpenSession, "from" | "paid">,
  signals: readonly AbortSignal[],
): Promise<void> {
  if (refusal !== null) return;
  const stop = AbortSignal.any([...signals, from.lost]);
  try {
    await deps.askTasks({ ...session, from }, stop);
  } finally {
    // Also when asking ended badly: what has come is judged by where it came through.
    if (!from.lost.aborted) await lookAgain();
  }
}

/** What is being asked is broken off when the job is withdrawn, and soon after this process is told to leave. */
function brokenOff(leaving: AbortSignal, withdrawn: AbortSignal): AbortSignal {
  const broken = new AbortController();
  const end = () => broken.abort(new Error("what was asked is no longer waited for"));
  const leave = () => setTimeout(end, LEAVING_MS).unref();
  if (withdrawn.aborted) end();
  if (leaving.aborted) leave();
  withdrawn.addEventListener("abort", end, { once: true });
  leaving.addEventListener("abort", leave, { once: true });
  return broken.signal;
}

/** How a session says why it ended: `CODE: sentence`. */
const reasonOf = ({ code, message }: BeaconError): string => `${code}: ${message}`;

/**
 * A session that lost its provider, that was declared lost, or through which nothing was to be asked, did
 * not settle, whatever was paid.
 */
function judged(end: SessionEnd, { from, refusal }: Opened, lost: AbortSignal): SessionEnd {
  if (refusal !== null) return { ...end, status: "LOST", reason: reasonOf(refusal) };
  return from.lost.aborted || lost.aborted
    ? { ...end, status: "LOST", reason: end.reason ?? "the provider or its agreement went away" }
    : end;
}

/**
 * Shows life for a session and learns what others decide about it: `lost` when it was declared lost,
 * `withdrawn` when its job was withdrawn.
 */
function keepAlive(
  deps: Pick<RunSessionDeps, "jobs" | "sessions" | "tasks" | "now">,
  jobId: JobId,
  id: SessionId,
  log: Logger,
): { readonly lost: AbortSignal; readonly withdrawn: AbortSignal; stop(): void } {
  const lost = new AbortController();
  const withdrawn = new AbortController();
  async function beat(): Promise<void> {
    const at = deps.now();
    if (!(await deps.sessions.heartbeat(id, at))) return lost.abort();
    await deps.tasks.extendLeases(id, new Date(at.getTime() + LEASE_MS));
    if (await deps.jobs.isWithdrawn(jobId)) withdrawn.abort(new Error("the job was withdrawn"));
  }
  const timer = setInterval(() => {
    beat().catch((error: unknown) =>
      log.warn({ err: error }, "heartbeat failed, it will be tried again"),
    );
  }, HEARTBEAT_MS);
  return {
    lost: lost.signal,
    withdrawn: withdrawn.signal,
    stop: () => clearInterval(timer),
  };
}

const hasWork = async (deps: Pick<RunSessionDeps, "tasks">, slot: Slot): Promise<boolean> =>
  (await deps.tasks.open(slot.jobId)).some(
    ({ country, queued }) => country === slot.country && queued > 0,
  );
