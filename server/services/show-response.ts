import { ExchangeDocument } from "@/schemas/evidence";
import type { Cid, TaskId } from "@/schemas/primitives";
import type { ResponseSnapshot } from "@/schemas/snapshot";
import type { JobStore } from "@/server/adapters/db/job-store";
import type { LogStore } from "@/server/adapters/db/log-store";
import type { SessionRow, SessionStore } from "@/server/adapters/db/session-store";
import type { Outcome, TaskStore } from "@/server/adapters/db/task-store";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import { fromUtf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { timesOf } from "@/server/domain/job/task-times";
import { instantOf } from "@/server/domain/time";

export type ShowResponseDeps = {
  readonly jobs: Pick<JobStore, "byId">;
  readonly tasks: Pick<TaskStore, "byId">;
  readonly sessions: Pick<SessionStore, "byId">;
  readonly log: Pick<LogStore, "state">;
  readonly content: Pick<ContentStore, "get">;
};

/** One task with all its evidence. @throws BeaconError TASK_NOT_FOUND */
export async function showResponse(
  deps: ShowResponseDeps,
  taskId: TaskId,
): Promise<ResponseSnapshot> {
  const { task, outcome, job, prompt, service } = await lookUp(deps, taskId);
  const sessionId = outcome?.sessionId ?? null;
  const [session, { publishedSize }, exchange] = await Promise.all([
    sessionId === null ? null : deps.sessions.byId(sessionId),
    deps.log.state(),
    outcome?.kind === "RESULT" ? exchangeAt(deps, outcome.exchangeCid) : null,
  ]);
  return {
    task: {
      id: task.id,
      prompt: task.promptId,
      service: task.serviceId,
      country: task.country,
      repeat: task.repeat,
      status: task.status,
      state: task.state,
      leafIndex: task.leafIndex !== null && task.leafIndex < publishedSize ? task.leafIndex : null,
    },
    job: { id: job.id, title: job.spec.title, simulated: job.simulated },
    prompt,
    systemPrompt: job.spec.system_prompt,
    serviceRef: service,
    sampling: job.spec.sampling,
    seed: task.seed,
    outcome: outcome === null ? null : shown(outcome),
    attempts: (outcome?.attempts ?? []).map(({ at, outcome: what }) => ({
      at: at === null ? null : instantOf(new Date(at)),
      outcome: what,
    })),
    startedAt: outcome?.startedAt ? instantOf(outcome.startedAt) : null,
    finishedAt: outcome === null ? null : instantOf(outcome.finishedAt),
    latencyMs: outcome?.kind === "RESULT" ? outcome.latencyMs : null,
    times: timesOf({
      dispatchedAt: job.dispatchedAt,
      claimedAt: task.claimedAt,
      startedAt: outcome?.startedAt ?? null,
      finishedAt: outcome?.finishedAt ?? null,
    }),
    exchange,
    session: session === null ? null : shownSession(session),
  };
}

/** A task with the job that it belongs to, and what was asked of whom. */
async function lookUp(deps: Pick<ShowResponseDeps, "jobs" | "tasks">, taskId: TaskId) {
  const found = await deps.tasks.byId(taskId);
  const job = found === null ? null : await deps.jobs.byId(found.task.jobId);
  if (found === null || job === null)
    throw new BeaconError("TASK_NOT_FOUND", `There is no task ${taskId}.`);
  const prompt = job.spec.prompts.find(({ id }) => id === found.task.promptId);
  const service = job.spec.services.find(({ id }) => id === found.task.serviceId);
  if (prompt === undefined || service === undefined)
    throw new Error(`task ${taskId} names a prompt or service that its spec has not`);
  return { ...found, job, prompt, service };
}

/** The exchange's document; null when its block is not held. Results of older installations name none. */
async function exchangeAt(
  deps: Pick<ShowResponseDeps, "content">,
  cid: Cid | null,
): Promise<ExchangeDocument | null> {
  const bytes = cid === null ? null : await deps.content.get(cid);
  return bytes === null ? null : ExchangeDocument.parse(JSON.parse(fromUtf8(bytes) ?? "null"));
}

function shown(outcome: Outcome): ResponseSnapshot["outcome"] {
  switch (outcome.kind) {
    case "RESULT":
      return {
        kind: "result",
        state: outcome.state,
        text: outcome.text,
        finishReason: outcome.finishReason,
        modelReported: outcome.modelReported,
        usage: { promptTokens: outcome.promptTokens, completionTokens: outcome.outputTokens },
        cid: outcome.cid,
        sizeBytes: outcome.sizeBytes,
      };
    case "FAILURE": {
      const { state, fault, code, message } = outcome;
      return { kind: "failure", state, fault, code, message };
    }
    case "WITHDRAWAL":
      return { kind: "withdrawal", reason: outcome.reason };
  }
}

function shownSession(session: SessionRow): NonNullable<ResponseSnapshot["session"]> {
  const { startedAt, endedAt, geo } = session;
  return {
    id: session.id,
    country: session.country,
    status: session.status,
    providerId: session.providerId,
    providerName: session.providerName,
    agreementId: session.agreementId,
    activityId: session.activityId,
    costGlm: session.costGlm,
    endReason: session.endReason,
    geo,
    verdict: geo?.verdict ?? null,
    startedAt: instantOf(startedAt),
    endedAt: endedAt === null ? null : instantOf(endedAt),
  };
}
