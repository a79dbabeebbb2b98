import type { Amount, Cid } from "@/schemas/primitives";
import type { GeoVerdict } from "@/schemas/task";
import type { EventBus } from "@/server/adapters/db/event-bus";
import type { TaskRow } from "@/server/adapters/db/task-row";
import type { Outcome, TaskStore } from "@/server/adapters/db/task-store";
import type { OpenSession } from "@/server/adapters/golem/open-session";
import { BeaconError } from "@/server/domain/errors";

export type AskTasksDeps = {
  readonly tasks: Pick<TaskStore, "claim" | "release" | "giveBack">;
  readonly bus: Pick<EventBus, "announce">;
  /** Null: the provider was lost before a response began. */
  readonly execute: (session: OpenSession, task: TaskRow) => Promise<Outcome | null>;
  readonly close: (session: OpenSession, finished: readonly FinishedTask[]) => Promise<number>;
  /** What one question may cost at most, by service of the job; those that cost nothing are not here. */
  readonly atMostUsd: ReadonlyMap<string, Amount>;
  /** How long a claimed task is this session's without a heartbeat. */
  readonly leaseMs: number;
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

/**
 * Claims, asks and closes the open tasks of a session's job and country, `CONCURRENCY` at a time,
 * until none is left or `stop` aborts. What could not be asked goes back.
 *
 * When one of them fails, nothing new is begun, but what comes back all the same is closed first: a
 * response that has come is never asked for again because of an error of ours.
 *
 * @throws BeaconError SERVICE_BUDGET_SPENT when all that is left costs more dollars than the job has;
 *   the first error of claiming, asking or closing.
 */
export async function askTasks(
  deps: AskTasksDeps,
  session: OpenSession,
  stop: AbortSignal,
): Promise<void> {
  const { job, id, from } = session;
  const failed = new AbortController();
  const claimed: TaskRow[] = [];
  let claiming: Promise<void> | null = null;
  let isExhausted = false;
  let isUsdSpent = false;

  async function claim(): Promise<void> {
    const leaseUntil = new Date(deps.now().getTime() + deps.leaseMs);
    const { tasks, isUsdSpent: isShort } = await deps.tasks.claim({
      jobId: job.id,
      country: from.country,
      sessionId: id,
      limit: CLAIM,
      leaseUntil,
      atMostUsd: deps.atMostUsd,
    });
    claimed.push(...tasks);
    if (tasks.length < CLAIM) isExhausted = true;
    isUsdSpent = isShort;
  }
  async function next(): Promise<TaskRow | null> {
    while (!stop.aborted && !failed.signal.aborted) {
      if (claimed.length <= CONCURRENCY && !isExhausted)
        claiming ??= claim()
          .catch((error: unknown) => failed.abort(error))
          .finally(() => {
            claiming = null;
          });
      const task = claimed.shift();
      if (task !== undefined) return task;
      if (claiming === null) return null;
      await claiming;
    }
    return null;
  }

  const vantage =
    from.provider === null
      ? null
      : {
          providerId: from.provider.id,
          geo: from.provider.geo,
          vantage: from.provider.vantage,
        };
  const closer = createCloser(deps, session, failed);
  async function ask(task: TaskRow): Promise<void> {
    const outcome = await deps.execute(session, task);
    if (outcome === null) await deps.tasks.release(id, [task.id]);
    else closer.add({ task, outcome, vantage });
  }
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (let task = await next(); task !== null; task = await next())
        await ask(task).catch((error: unknown) => failed.abort(error));
    }),
  );
  await closer.finish();
  if (claimed.length > 0)
    await deps.tasks.giveBack(
      id,
      claimed.map((task) => task.id),
    );
  failed.signal.throwIfAborted();
  if (isUsdSpent && !stop.aborted)
    throw new BeaconError(
      "SERVICE_BUDGET_SPENT",
      `the dollars of job ${job.id} do not pay for what is left to ask`,
    );
}

/**
 * Closes finished tasks in batches: what comes in while one batch is being stored makes the next.
 * A batch that could not be stored aborts `failed` and is tried once more at the end.
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
    async finish(): Promise<void> {
      await storing?.catch(() => {});
      await start();
    },
  };
}
