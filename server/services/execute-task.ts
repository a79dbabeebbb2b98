import type { ExchangeDocument } from "@/schemas/evidence";
import type { JobSpec, ServiceRef } from "@/schemas/job-spec";
import type { WithDeadline } from "@/server/adapters/clock/deadline";
import type { TaskRow } from "@/server/adapters/db/task-row";
import type { Attempt, Outcome } from "@/server/adapters/db/task-store";
import type { OpenSession } from "@/server/adapters/golem/open-session";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import type { ChatOutcome, ChatRequest, Model } from "@/server/adapters/llm/model";
import { MAX_BLOCK_BYTES } from "@/server/domain/digest";
import { isBeaconError } from "@/server/domain/errors";
import { exchangeBytesOf, exchangeDocumentOf } from "@/server/domain/job/exchange-document";
import { nextStep } from "@/server/domain/job/retry";
import type { GateOutcome } from "@/server/domain/service/gate";
import { instantOf } from "@/server/domain/time";

type Answered = Extract<ChatOutcome, { kind: "response" }>;
type Failed = Extract<ChatOutcome, { kind: "failure" }>;

export type ExecuteTaskDeps = {
  readonly model: Model;
  readonly content: Pick<ContentStore, "put">;
  /** Waits for room at a service that all workers share. @throws BeaconError SERVICE_PAUSED, MODEL_RATE_LIMITED, SERVICE_NOT_FOUND; what `signal` aborts for */
  readonly enter: (
    connection: string,
    signal: AbortSignal,
    deadline: Date,
  ) => Promise<{ leave(outcome: GateOutcome): Promise<void> }>;
  /** The key that a service wants; null: none. @throws BeaconError SERVICE_KEY_MISSING, VAULT_KEY_WRONG */
  readonly keyOf: (connection: string) => Promise<string | null>;
  /** What an answer costs; null: nothing, or nobody knows. */
  readonly costOf: (service: ServiceRef, usage: Answered["usage"]) => ExchangeDocument["cost"];
  readonly withDeadline: WithDeadline;
  readonly now: () => Date;
};

/** All that is known of an attempt whose session was lost. */
const LOST_WITH_ITS_SESSION: Attempt = {
  at: null,
  outcome: "an earlier session was lost while it held this task",
};
/** How long a question waits at most for a service that is paused. */
const QUEUE_TIMEOUT_MS = 60_000;
/** How long one attempt may take, the response included. */
const ATTEMPT_TIMEOUT_MS = 60_000;

/**
 * Asks a claimed task's question from where its session stands, and keeps what comes back: the answer's
 * bytes as one block, the exchange around it as another.
 *
 * What is tried again, and what is an answer, `nextStep` says.
 *
 * @returns how the task closes, or null when it goes back: the provider was lost before a response
 *   began, or the job was withdrawn.
 */
export async function executeTask(
  deps: ExecuteTaskDeps,
  session: OpenSession,
  task: TaskRow,
): Promise<Outcome | null> {
  const { job, from, withdrawn } = session;
  const { service, request } = askedBy(job.spec, task);
  const attempts: Attempt[] = Array.from({ length: task.claims - 1 }, () => LOST_WITH_ITS_SESSION);
  let failures = 0;
  let turnedAway = 0;
  for (;;) {
    const { answer, startedAt } = await attempt(deps, session, service, request);
    const finishedAt = deps.now();
    const outcome = from.lost.aborted ? withoutProvider(answer) : answer;
    attempts.push({ at: startedAt.toISOString(), outcome: summaryOf(outcome) });
    if (outcome.kind === "failure") failures++;
    else if (outcome.tryAgainAfterMs !== null) turnedAway++;
    const next = nextStep(outcome, {
      failures,
      turnedAway,
      claims: task.claims,
      isLost: from.lost.aborted,
      isWithdrawn: withdrawn.aborted,
      leftMs: job.deadlineAt.getTime() - finishedAt.getTime(),
    });
    if (next.step === "give-back") return null;
    if (next.step === "again") {
      await pause(deps, next.waitMs, [from.lost, withdrawn]);
      continue;
    }
    const closed = {
      taskId: task.id,
      jobId: task.jobId,
      attempts,
      sessionId: session.id,
      startedAt,
      finishedAt,
    };
    if (outcome.kind === "response") return resultOf(deps, session, task, service, outcome, closed);
    const { state, fault, code, message } = outcome;
    return { ...closed, kind: "FAILURE", state, fault, code, message };
  }
}

/** The question of a task, and to whom it is put. The key is added when it is asked. */
function askedBy(
  spec: JobSpec,
  task: TaskRow,
): { readonly service: ServiceRef; readonly request: Omit<ChatRequest, "key"> } {
  const prompt = spec.prompts.find(({ id }) => id === task.promptId);
  const service = spec.services.find(({ id }) => id === task.serviceId);
  if (prompt === undefined || service === undefined)
    throw new Error(`task ${task.id} names a prompt or service that its spec has not`);
  return {
    service,
    request: {
      model: service.model,
      api: service.door === "model" ? null : service.api,
      systemPrompt: spec.system_prompt,
      prompt: prompt.text,
      sampling: spec.sampling,
      seed: task.seed,
    },
  };
}

/** What an attempt came to, and when the question was put: waiting for one's turn is not being asked. */
type Attempted = { readonly answer: ChatOutcome; readonly startedAt: Date };

/** One attempt, within its time. What a service or a provider does is an outcome, never an error. */
async function attempt(
  deps: ExecuteTaskDeps,
  { job, from, withdrawn }: OpenSession,
  service: ServiceRef,
  request: Omit<ChatRequest, "key">,
): Promise<Attempted> {
  const queuedAt = deps.now();
  const leftMs = Math.max(1, job.deadlineAt.getTime() - queuedAt.getTime());
  const ask = async (key: string | null): Promise<Attempted> => {
    const startedAt = deps.now();
    const answer = await deps.withDeadline(
      Math.min(ATTEMPT_TIMEOUT_MS, Math.max(1, job.deadlineAt.getTime() - startedAt.getTime())),
      [from.lost, withdrawn],
      (signal) =>
        deps.model.complete(
          from.doorTo(service),
          { ...request, key },
          { signal, maxBytes: MAX_BLOCK_BYTES },
        ),
    );
    return { answer, startedAt };
  };
  if (service.door === "model") return ask(null);
  const { connection } = service.api;
  const deadline = new Date(queuedAt.getTime() + Math.min(QUEUE_TIMEOUT_MS, leftMs));
  const without = (answer: Failed): Attempted => ({ answer, startedAt: queuedAt });
  try {
    const turn = await deps.withDeadline(leftMs, [from.lost, withdrawn], (signal) =>
      deps.enter(connection, signal, deadline),
    );
    let attempted: Attempted | null = null;
    try {
      // Only now, so that nobody holds a key while it waits.
      attempted = await ask(await deps.keyOf(connection));
      return attempted;
    } finally {
      await turn.leave(attempted === null ? "unknown" : gateOutcomeOf(attempted.answer));
    }
  } catch (error) {
    if (isBeaconError(error)) return without(notAsked(error.code, error.message));
    if (from.lost.aborted || withdrawn.aborted) return without(WITHOUT_A_TURN);
    throw error;
  }
}

/** A question that waited for its turn when there was no more reason to ask it. */
const WITHOUT_A_TURN: Failed = {
  kind: "failure",
  state: "harness-error",
  fault: "provider",
  code: "GOLEM_PROVIDER_LOST",
  message: "what it was to be asked through went away before its turn came",
  beforeFirstByte: true,
};

/** A question that never left this machine. */
const notAsked = (code: Failed["code"], message: string): Failed => ({
  kind: "failure",
  state: "harness-error",
  fault: code === "SERVICE_PAUSED" ? "service" : "beacon",
  code,
  message,
  beforeFirstByte: false,
});

/** What an outcome says of the service, apart from whoever carried the question. */
function gateOutcomeOf(outcome: ChatOutcome): GateOutcome {
  if (outcome.kind === "failure") return outcome.fault === "service" ? "service-fault" : "unknown";
  if (outcome.tryAgainAfterMs !== null) return { retryAfterMs: outcome.tryAgainAfterMs };
  return outcome.exchange.status >= 500 ? "service-fault" : "ok";
}

type Closed = {
  readonly taskId: TaskRow["id"];
  readonly jobId: TaskRow["jobId"];
  readonly attempts: readonly Attempt[];
  readonly sessionId: OpenSession["id"];
  readonly startedAt: Date;
  readonly finishedAt: Date;
};

async function resultOf(
  deps: Pick<ExecuteTaskDeps, "content" | "costOf">,
  { job, from }: OpenSession,
  task: TaskRow,
  service: ServiceRef,
  answer: Answered,
  closed: Closed,
): Promise<Outcome> {
  const { exchange, usage } = answer;
  const cost = deps.costOf(service, usage);
  const cid = await deps.content.put(answer.bytes);
  const document = exchangeDocumentOf({
    simulated: job.simulated,
    job: job.id,
    task: task.id,
    // A service on the internet may be asked from home as well: then nobody's exit was used.
    door: from.provider === null ? "home" : service.door,
    request: exchange.request,
    response: {
      status: exchange.status,
      headers: exchange.headers,
      cid,
      size_bytes: answer.bytes.length,
    },
    peer: exchange.peer,
    started_at: instantOf(closed.startedAt),
    first_byte_ms: exchange.firstByteMs,
    finished_at: instantOf(closed.finishedAt),
    prompt_tokens: usage.promptTokens,
    output_tokens: usage.completionTokens,
    cost,
  });
  return {
    ...closed,
    kind: "RESULT",
    state: answer.state,
    code: answer.code,
    cid,
    sizeBytes: answer.bytes.length,
    text: answer.text,
    finishReason: answer.finishReason,
    modelReported: answer.modelReported,
    promptTokens: usage.promptTokens,
    outputTokens: usage.completionTokens,
    latencyMs: closed.finishedAt.getTime() - closed.startedAt.getTime(),
    exchangeCid: await deps.content.put(exchangeBytesOf(document)),
    costUsd: cost?.usd ?? null,
  };
}

/** Waits, and no longer than there is a reason to. */
const pause = (
  deps: Pick<ExecuteTaskDeps, "withDeadline">,
  waitMs: number,
  signals: readonly AbortSignal[],
) =>
  deps.withDeadline(
    waitMs,
    signals,
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
