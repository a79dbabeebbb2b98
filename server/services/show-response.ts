import type { TaskId } from "@/schemas/primitives";
import type { ResponseSnapshot } from "@/schemas/snapshot";
import type { JobStore } from "@/server/adapters/db/job-store";
import type { LogStore } from "@/server/adapters/db/log-store";
import type { SessionRow, SessionStore } from "@/server/adapters/db/session-store";
import type { Outcome, TaskStore } from "@/server/adapters/db/task-store";
import { BeaconError } from "@/server/domain/errors";
import { instantOf } from "@/server/domain/time";

export type ShowResponseDeps = {
  readonly jobs: Pick<JobStore, "byId">;
  readonly tasks: Pick<TaskStore, "byId">;
  readonly sessions: Pick<SessionStore, "byId">;
  readonly log: Pick<LogStore, "state">;
};

/** One task with all its evidence. @throws BeaconError TASK_NOT_FOUND */
export async function showResponse(
  deps: ShowResponseDeps,
  taskId: TaskId,
): Promise<ResponseSnapshot> {
  const found = await deps.tasks.byId(taskId);
  const job = found === null ? null : await deps.jobs.byId(found.task.jobId);
  if (found === null || job === null)
    throw new BeaconError("TASK_NOT_FOUND", `There is no task ${taskId}.`);
  const { task, outcome } = found;
  const prompt = job.spec.prompts.find(({ id }) => id === task.promptId);
  const service = job.spec.services.find(({ id }) => id === task.serviceId);
  if (prompt === undefined || service === undefined)
    throw new Error(`task ${taskId} names a prompt or service that its spec has not`);
  const sessionId = outcome?.sessionId ?? null;
  const [session, { publishedSize }] = await Promise.all([
    sessionId === null ? null : deps.sessions.byId(sessionId),
    deps.log.state(),
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
    session: session === null ? null : shownSession(session),
  };
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
  const { jobId: _, slot: __, heartbeatAt: ___, startedAt, endedAt, geo, ...same } = session;
  return {
    ...same,
    geo,
    verdict: geo?.verdict ?? null,
    startedAt: instantOf(startedAt),
    endedAt: endedAt === null ? null : instantOf(endedAt),
  };
}
