import type { Place } from "@/schemas/country";
import { EVENTS_KEPT_HOURS } from "@/schemas/live-event";
import type { SessionId } from "@/schemas/primitives";
import type { WithdrawalReason } from "@/schemas/task";
import type { EventBus } from "@/server/adapters/db/event-bus";
import type { JobStore, OpenJob, StoredJob } from "@/server/adapters/db/job-store";
import type { LogStore } from "@/server/adapters/db/log-store";
import type { SessionRow, SessionStore } from "@/server/adapters/db/session-store";
import type { TaskRow } from "@/server/adapters/db/task-row";
import type { Outcome, TaskStore } from "@/server/adapters/db/task-store";
import type { Producer } from "@/server/adapters/queue/producer";
import type { ErrorCode } from "@/server/domain/errors";
import { MAX_CLAIMS } from "@/server/domain/job/retry";
import { sessionMessage } from "@/server/domain/job/session-message";
import { slotsFor } from "@/server/domain/job/slots";

export type ReconcileDeps = {
  readonly jobs: Pick<JobStore, "open" | "byId" | "announced" | "unreleased">;
  readonly tasks: Pick<TaskStore, "releaseExpired" | "open" | "unclosed">;
  readonly sessions: Pick<SessionStore, "loseSilent" | "ofJob" | "unfiled">;
  readonly log: Pick<LogStore, "state">;
  readonly producer: Pick<Producer, "enqueue">;
  readonly bus: Pick<EventBus, "announce" | "prune">;
  readonly closeTasks: (
    job: StoredJob,
    finished: readonly { task: TaskRow; outcome: Outcome; vantage: null }[],
  ) => Promise<number>;
  /** Files the entry of a session that has ended. */
  readonly fileSession: (id: SessionId) => Promise<void>;
  /** After so long without a sign of life a session is lost. */
  readonly leaseMs: number;
  readonly now: () => Date;
};

/** A session ends with `CODE: sentence`; these say that no other will do better. */
const BUDGET_SPENT: readonly ErrorCode[] = ["GOLEM_BUDGET_SPENT", "SERVICE_BUDGET_SPENT"];
/** And this one that its service must be left alone for a while: so long, no other is rented for it. */
const SERVICE_PAUSED: ErrorCode = "SERVICE_PAUSED";
const PAUSED_MS = 5 * 60_000;
/** Sessions whose entries one sweep files, and how long after their end: the process that ran one may still settle it. */
const FILE_BATCH = 50;
const FILE_AFTER_MS = 60_000;
/** How many open tasks one sweep closes at a time. */
const CLOSE_BATCH = 500;
const EVENTS_KEPT_MS = EVENTS_KEPT_HOURS * 3_600_000;
/** After a lost session the next waits this long, doubled with every further loss, up to the last. */
const RETRY_MS = [0, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000] as const;

/**
 * Mends what a crash left behind: gives back tasks whose lease ran out, sends lost messages again,
 * and closes what a withdrawal or a deadline leaves open. Run every few seconds; may be run by two
 * at once, because every step is a compare-and-set or a message that does no harm twice.
 */
export async function reconcile(deps: ReconcileDeps): Promise<void> {
  const now = deps.now();
  await deps.sessions.loseSilent(new Date(now.getTime() - deps.leaseMs), now);
  await deps.tasks.releaseExpired(now);
  const { publishedSize } = await deps.log.state();
  for (const jobId of await deps.jobs.announced(publishedSize))
    await deps.producer.enqueue("job.dispatch", jobId, { jobId });
  // One job that cannot be mended must not keep the others from it.
  const mended = await Promise.allSettled(
    (await deps.jobs.open()).map((job) => reconcileJob(deps, job, now)),
  );
  const filed = await Promise.allSettled(
    (await deps.sessions.unfiled(new Date(now.getTime() - FILE_AFTER_MS), FILE_BATCH)).map(
      ({ id }) => deps.fileSession(id),
    ),
  );
  for (const { id } of await deps.jobs.unreleased())
    await deps.producer.enqueue("allocation.release", id, { jobId: id });
  await deps.bus.prune(new Date(now.getTime() - EVENTS_KEPT_MS));
  for (const outcome of [...mended, ...filed])
    if (outcome.status === "rejected") throw outcome.reason;
}

async function reconcileJob(deps: ReconcileDeps, job: OpenJob, now: Date): Promise<void> {
  const sessions = await deps.sessions.ofJob(job.id);
  const ending = endingOf(job, now);
  await closeOpen(
    deps,
    job,
    {
      ending: ending ?? "budget-spent",
      only: ending === null ? spentPlaces(sessions) : null,
      minClaims: 0,
    },
    now,
  );
  // What every session gives back is no session's to close.
  if (ending === null)
    await closeOpen(deps, job, { ending: "given-up", only: null, minClaims: MAX_CLAIMS }, now);
  const open = await deps.tasks.open(job.id);
  if (open.length === 0) return deps.producer.enqueue("job.compare", job.id, { jobId: job.id });
  if (ending !== null || job.dispatchedAt === null) return;
  for (const { country, queued } of open)
    for (const slot of slotsFor(queued, country)) {
      const own = sessions.filter((s) => s.country === country && s.slot === slot);
      if (own.some((session) => session.endedAt === null) || !isTimeAgain(own, now)) continue;
      const { queue, payload } = sessionMessage(job.id, country, slot);
      await deps.producer.enqueue(queue, `${job.id}-${country}-${slot}-${own.length}`, payload);
    }
}

/** Why a job is over although tasks are open; null: it is not. */
function endingOf(job: OpenJob, now: Date): WithdrawalReason | null {
  if (job.withdrawnAt !== null) return "withdrawn-by-admin";
  return job.deadlineAt <= now ? "deadline-passed" : null;
}

/** The places in which nobody is at work and the last session said that nothing is left to pay with. */
function spentPlaces(sessions: readonly SessionRow[]): readonly Place[] {
  const places = new Set(sessions.map(({ country }) => country));
  return [...places].filter((place) => {
    const own = sessions.filter(({ country }) => country === place);
    const last = own.at(-1)?.endReason ?? "";
    return (
      own.every(({ endedAt }) => endedAt !== null) &&
      BUDGET_SPENT.some((code) => last.startsWith(`${code}:`))
    );
  });
}

/** Whether a slot whose sessions all ended has waited long enough for the next. */
function isTimeAgain(ended: readonly SessionRow[], now: Date): boolean {
  const losses = ended.filter(({ status }) => status === "LOST").length;
  const isPaused = ended.at(-1)?.endReason?.startsWith(`${SERVICE_PAUSED}:`) ?? false;
  const waitMs = isPaused ? PAUSED_MS : (RETRY_MS[Math.min(losses, RETRY_MS.length - 1)] ?? 0);
  const last = Math.max(0, ...ended.map(({ endedAt }) => endedAt?.getTime() ?? 0));
  return now.getTime() - last >= waitMs;
}

type Closing = {
  readonly ending: WithdrawalReason | "given-up";
  readonly only: readonly Place[] | null;
  readonly minClaims: number;
};

/**
 * Closes what is open and nobody is asking. A task that no session has ever held is withdrawn; one that
 * was held when the deadline came has timed out; one that session after session came to nothing with
 * has failed.
 */
async function closeOpen(
  deps: ReconcileDeps,
  open: OpenJob,
  { ending, only, minClaims }: Closing,
  now: Date,
): Promise<void> {
  if (only?.length === 0) return;
  const job = await deps.jobs.byId(open.id);
  if (job === null || job.intentIndex === null) return;
  for (;;) {
    const tasks = await deps.tasks.unclosed(open.id, CLOSE_BATCH, { now, only, minClaims });
    if (tasks.length === 0) return;
    const closed = await deps.closeTasks(
      job,
      tasks.map((task) => ({ task, outcome: outcomeOf(task, ending, now), vantage: null })),
    );
    if (closed === 0) return;
    await deps.bus.announce({ kind: "job.changed", jobId: open.id });
  }
}

function outcomeOf(task: TaskRow, ending: Closing["ending"], now: Date): Outcome {
  const closed = {
    taskId: task.id,
    jobId: task.jobId,
    // Whoever held it is gone and has told nothing but that.
    attempts: Array.from({ length: task.claims }, () => ({
      at: null,
      outcome: "it was held by a session that did not close it",
    })),
    sessionId: null,
    startedAt: null,
    finishedAt: now,
  };
  if (ending === "given-up")
    return {
      ...closed,
      kind: "FAILURE",
      state: "harness-error",
      fault: "beacon",
      code: "GOLEM_PROVIDER_LOST",
      message: `It was handed to ${task.claims} sessions, and each of them ended without an answer.`,
      wasSent: true,
    };
  if (ending !== "deadline-passed" || task.claims === 0)
    return { ...closed, kind: "WITHDRAWAL", reason: ending };
  return {
    ...closed,
    kind: "FAILURE",
    state: "timed-out",
    // Nobody knows better: a session that did not close it was ours.
    fault: "beacon",
    code: "MODEL_TIMED_OUT",
    wasSent: true,
    message: "The job's deadline passed before a session that held this task closed it.",
  };
}
