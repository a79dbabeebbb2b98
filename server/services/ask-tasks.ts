import type { Amount, Cid } from "@/schemas/primitives";
import type { GeoVerdict } from "@/schemas/task";
import type { Pause } from "@/server/adapters/clock/deadline";
import type { EventBus } from "@/server/adapters/db/event-bus";
import type { JobStore } from "@/server/adapters/db/job-store";
import type { TaskRow } from "@/server/adapters/db/task-row";
import type { Outcome, TaskStore } from "@/server/adapters/db/task-store";
import type { OpenSession } from "@/server/adapters/golem/open-session";
import { BeaconError } from "@/server/domain/errors";
import type { GivenBack } from "@/server/domain/job/retry";

export type AskTasksDeps = {
  readonly tasks: Pick<TaskStore, "claim" | "release" | "giveBack">;
  readonly jobs: Pick<JobStore, "dollars">;
  readonly bus: Pick<EventBus, "announce">;
  readonly execute: (
    session: OpenSession,
    task: TaskRow,
    stop: AbortSignal,
  ) => Promise<Outcome | GivenBack>;
  readonly close: (session: OpenSession, finished: readonly FinishedTask[]) => Promise<number>;
  /** What one question may cost at most, by service of the job; those that cost nothing are not here. */
  readonly atMostUsd: ReadonlyMap<string, Amount>;
  /** How long a claimed task is this session's without a heartbeat. */
  readonly leaseMs: number;
  readonly pause: Pause;
  readonly now: () => Date;
};

/** A task that was asked, how it closes, and where it was asked. */
export type FinishedTask = {
  readonly task: TaskRow;
  readonly outcome: Outcome;
  /** Null: at home. */
  readonly vantage: {
    readonly providerId: string;
    readonly geo: GeoVerdict;
    readonly vantage: Cid;
  } | null;
};

/** Tasks of one session that are asked at the same time. */
const CONCURRENCY = 16;
/** Tasks claimed at once: enough that claiming never waits, few enough that a lost session gives little back. */
const CLAIM = 64;
/** Of tasks that are paid for, fewer: what is put aside for those that a lost session held counts as spent. */
const PAID_CLAIM = CONCURRENCY;
/** How long to wait for what others have put aside to come free. */
const PURSE_MS = 1_000;
/** How often a batch of answers that could not be stored is stored again: a database may be away for a minute. */
const STORE_AGAIN_MS = [0, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000] as const;

/**
 * Claims, asks and closes the open tasks of a session's job and place, `CONCURRENCY` at a time, until
 * none is left or `stop` aborts. What could not be asked goes back.
 *
 * When one of them fails, nothing new is begun, but what comes back all the same is closed first: a
 * response that has come is never asked for again because of an error of ours.
 *
 * @throws BeaconError SERVICE_BUDGET_SPENT when all that is left costs more dollars than the job has,
 *   SERVICE_PAUSED when all that is left is for services that are to be left alone for longer;
 *   the first error of claiming, asking or closing.
 */
export async function askTasks(
  deps: AskTasksDeps,
  session: OpenSession,
  stop: AbortSignal,
): Promise<void> {
  const failed = new AbortController();
  const closer = createCloser(deps, session, failed);
  const paused = new Set<string>();
  for (;;) {
    const { claimed, isShort } = await askRound(deps, session, { stop, failed, closer, paused });
    await closer.finish();
    failed.signal.throwIfAborted();
    if (stop.aborted) return;
    if (!isShort) break;
    if (claimed === 0) await moneyFreed(deps, session, stop);
  }
  if (paused.size > 0)
    throw new BeaconError(
      "SERVICE_PAUSED",
      `${[...paused].join(", ")} must be left alone for a while; the rest is asked later`,
    );
}

/** What others have put aside may come free; when nothing is put aside, nothing will. */
async function moneyFreed(
  deps: Pick<AskTasksDeps, "jobs" | "pause">,
  { job }: OpenSession,
  stop: AbortSignal,
): Promise<void> {
  const { reserved } = await deps.jobs.dollars(job.id);
  if (reserved === "0")
    throw new BeaconError(
      "SERVICE_BUDGET_SPENT",
      `the dollars of job ${job.id} do not pay for what is left to ask`,
    );
  await deps.pause(PURSE_MS, [stop]);
}

type Round = {
  readonly stop: AbortSignal;
  readonly failed: AbortController;
  readonly closer: ReturnType<typeof createCloser>;
  /** Services that are asked no more. */
  readonly paused: Set<string>;
};

/**
 * Claims and asks until nothing is left to claim.
 *
 * @returns how many were claimed, and whether the job's dollars did not pay for all.
 */
async function askRound(
  deps: AskTasksDeps,
  session: OpenSession,
  { stop, failed, closer, paused }: Round,
): Promise<{ readonly claimed: number; readonly isShort: boolean }> {
  const { job, id, from } = session;
  const size = deps.atMostUsd.size > 0 ? PAID_CLAIM : CLAIM;
  let waiting: readonly TaskRow[] = [];
  let claiming: Promise<void> | null = null;
  let isExhausted = false;
  let isShort = false;
  let claimed = 0;

  async function claim(): Promise<void> {
    const now = deps.now();
    const { tasks, isUsdSpent } = await deps.tasks.claim({
      jobId: job.id,
      country: from.country,
      sessionId: id,
      limit: size,
      now,
      leaseUntil: new Date(now.getTime() + deps.leaseMs),
      atMostUsd: deps.atMostUsd,
      skip: [...paused],
    });
    waiting = [...waiting, ...tasks];
    claimed += tasks.length;
    isExhausted = tasks.length < size;
    isShort = isUsdSpent;
    if (tasks.length > 0) await deps.bus.announce({ kind: "job.changed", jobId: job.id });
  }
  async function next(): Promise<TaskRow | null> {
    while (!stop.aborted && !failed.signal.aborted) {
      if (waiting.length <= size / 4 && !isExhausted)
        claiming ??= claim()
          .catch((error: unknown) => failed.abort(error))
          .finally(() => {
            claiming = null;
          });
      const [task, ...rest] = waiting;
      waiting = rest;
      if (task !== undefined) return task;
      if (claiming === null) return null;
      await claiming;
    }
    return null;
  }
  const giveBack = async (tasks: readonly TaskRow[]): Promise<void> => {
    if (tasks.length > 0)
      await deps.tasks.giveBack(
        id,
        tasks.map((task) => task.id),
      );
  };
  async function takeBack(task: TaskRow, { wasAsked, isPaused }: GivenBack): Promise<void> {
    if (wasAsked) await deps.tasks.release(id, [task.id]);
    if (isPaused) paused.add(task.serviceId);
    const idle = isPaused ? waiting.filter((one) => paused.has(one.serviceId)) : [];
    waiting = waiting.filter((one) => !idle.includes(one));
    await giveBack(wasAsked ? idle : [task, ...idle]);
  }
  async function ask(task: TaskRow): Promise<void> {
    const result = await deps.execute(session, task, stop);
    if (result.kind === "BACK") await takeBack(task, result);
    else closer.add({ task, outcome: result, vantage: vantageOf(session) });
  }
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (let task = await next(); task !== null; task = await next())
        await ask(task).catch((error: unknown) => failed.abort(error));
    }),
  );
  await giveBack(waiting).catch((error: unknown) => failed.abort(error));
  return { claimed, isShort };
}

const vantageOf = ({ from: { provider } }: OpenSession): FinishedTask["vantage"] =>
  provider === null
    ? null
    : { providerId: provider.id, geo: provider.geo, vantage: provider.vantage };

/**
 * Closes finished tasks in batches: what comes in while one batch is being stored makes the next.
 * A batch that could not be stored aborts `failed` and is stored again at the end, until it is.
 */
function createCloser(deps: AskTasksDeps, session: OpenSession, failed: AbortController) {
  let waiting: FinishedTask[] = [];
  let storing: Promise<void> | null = null;
  async function store(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await deps.close(session, batch);
      } catch (error) {
        waiting = [...batch, ...waiting];
        throw error;
      }
      await deps.bus.announce({ kind: "job.changed", jobId: session.job.id });
    }
  }
  const start = () => {
    storing ??= store().finally(() => {
      storing = null;
    });
    return storing;
  };
  return {
    add(finished: FinishedTask): void {
      waiting.push(finished);
      start().catch((error: unknown) => failed.abort(error));
    },
    /** @throws the error of the last try when what has come could not be stored for a minute. */
    async finish(): Promise<void> {
      await storing?.catch(() => {});
      for (const waitMs of STORE_AGAIN_MS) {
        if (waitMs > 0) await deps.pause(waitMs, []);
        try {
          return await start();
        } catch (error) {
          failed.abort(error);
        }
      }
      await start();
    },
  };
}
