import type { JobSpec } from "@/schemas/job-spec";
import type { SessionId } from "@/schemas/primitives";
import type { WithDeadline } from "@/server/adapters/clock/deadline";
import type { Attempt, Outcome, TaskRow } from "@/server/adapters/db/task-store";
import type { Vantage } from "@/server/adapters/golem/vantage";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import type { ChatOutcome, Model } from "@/server/adapters/llm/model";
import { MAX_BLOCK_BYTES } from "@/server/domain/digest";

export type ExecuteTaskDeps = {
  readonly model: Model;
  readonly content: Pick<ContentStore, "put">;
  readonly withDeadline: WithDeadline;
  readonly now: () => Date;
};

/** Attempts of one session, all of them before the first byte of a response. */
const MAX_ATTEMPTS = 3;
/** Waits between attempts: by the end of the last, a provider that is gone has been found to be. */
const RETRY_MS = [500, 3_000] as const;
/** A task that this many sessions were lost with is closed as a failure. */
const MAX_CLAIMS = 4;
/** All that is known of an attempt whose session was lost. */
const LOST_WITH_ITS_SESSION: Attempt = {
  at: null,
  outcome: "an earlier session was lost while it held this task",
};
/** How long one attempt may take, the response included. */
const ATTEMPT_TIMEOUT_MS = 60_000;

/**
 * Asks a claimed task's question through a vantage's model door and keeps what comes back.
 *
 * Tried again only while no byte of a response has come; a refusal or an empty answer is an answer.
 *
 * @param deadlineAt when the job ends; no attempt outlives it.
 * @returns how the task closes, or null when the provider was lost before a response began: then the
 *   task goes back and another session asks it.
 */
export async function executeTask(
  deps: ExecuteTaskDeps,
  job: { readonly spec: JobSpec; readonly deadlineAt: Date },
  sessionId: SessionId,
  vantage: Pick<Vantage, "modelDoor" | "lost">,
  task: TaskRow,
): Promise<Outcome | null> {
  const prompt = job.spec.prompts.find(({ id }) => id === task.promptId);
  const service = job.spec.services.find(({ id }) => id === task.serviceId);
  if (prompt === undefined || service === undefined)
    throw new Error(`task ${task.id} names a prompt or service that its spec has not`);
  const attempts: Attempt[] = Array.from({ length: task.claims - 1 }, () => LOST_WITH_ITS_SESSION);
  let startedAt = deps.now();
  for (;;) {
    startedAt = deps.now();
    const timeoutMs = Math.max(
      1,
      Math.min(ATTEMPT_TIMEOUT_MS, job.deadlineAt.getTime() - startedAt.getTime()),
    );
    const answer = await deps.withDeadline(timeoutMs, [vantage.lost], (signal) =>
      deps.model.complete(
        vantage.modelDoor,
        {
          model: service.model,
          systemPrompt: job.spec.system_prompt,
          prompt: prompt.text,
          sampling: job.spec.sampling,
          seed: task.seed,
        },
        { signal, maxBytes: MAX_BLOCK_BYTES },
      ),
    );
    const outcome = vantage.lost.aborted ? withoutProvider(answer) : answer;
    attempts.push({ at: startedAt.toISOString(), outcome: summaryOf(outcome) });
    const closed = {
      taskId: task.id,
      jobId: task.jobId,
      attempts,
      sessionId,
      startedAt,
      finishedAt: deps.now(),
    };
    if (outcome.kind === "response")
      return {
        ...closed,
        kind: "RESULT",
        state: outcome.state,
        code: outcome.code,
        cid: await deps.content.put(outcome.bytes),
        sizeBytes: outcome.bytes.length,
        text: outcome.text,
        finishReason: outcome.finishReason,
        modelReported: outcome.modelReported,
        promptTokens: outcome.usage.promptTokens,
        outputTokens: outcome.usage.completionTokens,
        latencyMs: closed.finishedAt.getTime() - startedAt.getTime(),
      };
    const mayAgain = outcome.beforeFirstByte && closed.finishedAt < job.deadlineAt;
    if (mayAgain && vantage.lost.aborted && task.claims < MAX_CLAIMS) return null;
    if (mayAgain && !vantage.lost.aborted && attempts.length - task.claims + 1 < MAX_ATTEMPTS) {
      await pause(deps, attempts.length - task.claims, vantage.lost);
      continue;
    }
    const { state, fault, code, message } = outcome;
    return { ...closed, kind: "FAILURE", state, fault, code, message };
  }
}

/** Waits before the next attempt, longer each time, and no longer than the provider is known to be there. */
const pause = (deps: Pick<ExecuteTaskDeps, "withDeadline">, retry: number, lost: AbortSignal) =>
  deps.withDeadline(
    RETRY_MS[Math.min(retry, RETRY_MS.length - 1)] ?? 0,
    [lost],
    (signal) =>
      new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener("abort", () => resolve(), { once: true });
      }),
  );

/** A request that was broken off because its provider went away did not wait too long for a model. */
const withoutProvider = (outcome: ChatOutcome): ChatOutcome =>
  outcome.kind === "failure" && outcome.code === "MODEL_TIMED_OUT"
    ? {
        ...outcome,
        state: "harness-error",
        fault: "provider",
        code: "GOLEM_PROVIDER_LOST",
        message: "the provider went away while it was asked",
      }
    : outcome;

const summaryOf = (outcome: ChatOutcome): string =>
  outcome.kind === "response"
    ? `HTTP ${outcome.httpStatus}, ${outcome.state}`
    : `${outcome.code}: ${outcome.message}`;
