import { HOME } from "@/schemas/country";
import type { FailureEntry, LogEntry, ResultEntry, WithdrawalEntry } from "@/schemas/log-entry";
import type { Cid, SessionId } from "@/schemas/primitives";
import type { GeoVerdict } from "@/schemas/task";
import type { StoredJob } from "@/server/adapters/db/job-store";
import type { TaskRow } from "@/server/adapters/db/task-row";
import type { Closing, Outcome, TaskStore } from "@/server/adapters/db/task-store";
import type { Signer } from "@/server/adapters/keys/key-store";
import { fileEntry } from "@/server/domain/log/filing";
import { instantOf } from "@/server/domain/time";

export type CloseTasksDeps = {
  readonly tasks: Pick<TaskStore, "close">;
  readonly runner: Signer;
  readonly origin: string;
  readonly now: () => Date;
};

/** A task that is done with, and where it was asked; null: at home, or it never got that far. */
export type FinishedTask = {
  readonly task: TaskRow;
  readonly outcome: Outcome;
  readonly vantage: {
    readonly providerId: string;
    readonly geo: GeoVerdict;
    readonly vantage: Cid;
  } | null;
};

/**
 * Closes tasks of one job: makes each one's entry, signs it, and stores outcome and entry together.
 * What was closed before, or is held by another session by now, stays as it is.
 *
 * @param sessionId who holds the tasks' leases; null when nobody has to.
 * @returns how many were closed by this call.
 */
export async function closeTasks(
  deps: CloseTasksDeps,
  job: Pick<StoredJob, "id" | "simulated" | "specCid" | "intentIndex">,
  sessionId: SessionId | null,
  finished: readonly FinishedTask[],
): Promise<number> {
  const closings = finished.map(
    (one): Closing => ({
      outcome: one.outcome,
      claims: one.task.claims,
      entry: fileEntry(entryOf(deps, job, one), deps.origin, deps.runner),
    }),
  );
  return (await deps.tasks.close(sessionId, closings)).length;
}

function entryOf(
  deps: Pick<CloseTasksDeps, "runner" | "now">,
  job: Pick<StoredJob, "id" | "simulated" | "specCid" | "intentIndex">,
  { task, outcome, vantage }: FinishedTask,
): LogEntry {
  if (job.intentIndex === null)
    throw new Error(`job ${job.id} has tasks to close but no intent in the log`);
  const about = {
    v: 1 as const,
    at: instantOf(deps.now()),
    simulated: job.simulated,
    job: job.id,
    intent: job.intentIndex,
    task: task.id,
    spec_cid: job.specCid,
    prompt: task.promptId,
    service: task.serviceId,
    country: task.country,
    repeat: task.repeat,
    seed: task.seed,
    runner_key: deps.runner.keyId,
  };
  if (outcome.kind === "WITHDRAWAL")
    return {
      ...about,
      type: "beacon.withdrawal/v1",
      reason: outcome.reason,
    } satisfies WithdrawalEntry;
  const execution = {
    session: outcome.sessionId,
    provider: vantage?.providerId ?? null,
    geo: vantage?.geo ?? null,
    ...(vantage === null ? {} : { vantage: vantage.vantage }),
    attempts: outcome.attempts.length,
    started_at: outcome.startedAt === null ? null : instantOf(outcome.startedAt),
    finished_at: instantOf(outcome.finishedAt),
  };
  if (outcome.kind === "FAILURE")
    return {
      ...about,
      ...execution,
      type: "beacon.failure/v1",
      state: outcome.state,
      fault: outcome.fault,
      code: outcome.code,
    } satisfies FailureEntry;
  const { session, started_at } = execution;
  const isFromHome = task.country === HOME;
  if (session === null || started_at === null || isFromHome !== (vantage === null))
    throw new Error(`task ${task.id} has a response but nobody who brought it`);
  return {
    ...about,
    ...execution,
    session,
    started_at,
    type: "beacon.result/v1",
    state: outcome.state,
    cid: outcome.cid,
    size_bytes: outcome.sizeBytes,
    exchange: outcome.exchangeCid,
  } satisfies ResultEntry;
}
