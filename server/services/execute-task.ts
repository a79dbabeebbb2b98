import type { ExchangeDocument } from "@/schemas/evidence";
import type { JobSpec, ServiceRef } from "@/schemas/job-spec";
import type { Pause, WithDeadline } from "@/server/adapters/clock/deadline";
import type { TaskRow } from "@/server/adapters/db/task-row";
import type { Attempt, Outcome } from "@/server/adapters/db/task-store";
import type { OpenSession } from "@/server/adapters/golem/open-session";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import type { ChatOutcome, ChatRequest, Model } from "@/server/adapters/llm/model";
import { MAX_BLOCK_BYTES } from "@/server/domain/digest";
import { type ErrorCode, isBeaconError } from "@/server/domain/errors";
import { exchangeBytesOf, exchangeDocumentOf } from "@/server/domain/job/exchange-document";
import { type GivenBack, type NextStep, nextStep } from "@/server/domain/job/retry";
import type { GateOutcome } from "@/server/domain/service/gate";
import { instantOf } from "@/server/domain/time";

type ApiService = Extract<ServiceRef, { readonly api: unknown }>;
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
  /** The key that a service wants; null: none. @throws BeaconError SERVICE_INVALID when it has moved since, VAULT_KEY_WRONG */
  readonly keyOf: (service: ApiService) => Promise<string | null>;
  /** What an answer costs; null: nothing, or nobody knows. */
  readonly costOf: (service: ServiceRef, usage: Answered["usage"]) => ExchangeDocument["cost"];
  readonly withDeadline: WithDeadline;
  readonly pause: Pause;
  readonly now: () => Date;
};

/** All that is known of an attempt whose session was lost. */
const LOST_WITH_ITS_SESSION: Attempt = {
  at: null,
  outcome: "an earlier session held this task and gave it back without an answer",
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
 * @param stop ends all waiting: a question that waits for its turn is not put any more.
 * @returns how the task closes, or that it goes back: the provider was lost before a response began, the
 *   job was withdrawn, or the service is to be left alone for longer.
 */
export async function executeTask(
  deps: ExecuteTaskDeps,
  session: OpenSession,
  task: TaskRow,
  stop: AbortSignal,
): Promise<Outcome | GivenBack> {
  const { job, from, broken } = session;
  const { service, request } = askedBy(job.spec, task, from.provider === null);
  const attempts: Attempt[] = Array.from({ length: task.claims - 1 }, () => LOST_WITH_ITS_SESSION);
  const tries = { failures: 0, turnedAway: 0 };
  for (;;) {
    const attempted = await attempt(deps, session, service, request, stop);
    if (attempted.kind === "BACK") return attempted;
    const { answer, startedAt } = attempted;
    const finishedAt = deps.now();
    const outcome = from.lost.aborted ? withoutProvider(answer) : answer;
    attempts.push({ at: startedAt.toISOString(), outcome: summaryOf(outcome) });
    count(tries, outcome);
    const next = nextStep(outcome, {
      ...tries,
      claims: task.claims,
      isLost: from.lost.aborted,
      isBroken: broken.aborted,
      isPaid: session.paid.has(service.id),
      leftMs: job.deadlineAt.getTime() - finishedAt.getTime(),
    });
    if (next.step === "close") {
      const closed = {
        taskId: task.id,
        jobId: task.jobId,
        attempts,
        sessionId: session.id,
        startedAt,
        finishedAt,
      };
      return outcome.kind === "response"
        ? resultOf(deps, session, task, service, outcome, closed)
        : failureOf(outcome, closed);
    }
    if (next.step === "again") await deps.pause(next.waitMs, [from.lost, stop]);
    if (next.step === "give-back" || stop.aborted) return backAfter(outcome, next);
  }
}

function count(tries: { failures: number; turnedAway: number }, outcome: ChatOutcome): void {
  if (outcome.tryAgainAfterMs !== null) tries.turnedAway++;
  else if (outcome.kind === "failure") tries.failures++;
}

/** A service that turned a question away has not taken it; anybody else may have. */
const backAfter = (outcome: ChatOutcome, next: NextStep): GivenBack => ({
  kind: "BACK",
  wasAsked: outcome.tryAgainAfterMs === null && wasSent(outcome),
  isPaused: next.step === "give-back" && next.isPaused === true,
});

const failureOf = (
  { state, fault, code, message, wasSent: isSent }: Failed,
  closed: Closed,
): Outcome => ({ ...closed, kind: "FAILURE", state, fault, code, message, wasSent: isSent });

/** Whether the question may have reached whom it was for. */
const wasSent = (outcome: ChatOutcome): boolean => outcome.kind === "response" || outcome.wasSent;

/** The question of a task, and to whom it is put. The key is added when it is asked. */
function askedBy(
  spec: JobSpec,
  task: TaskRow,
  isFromHome: boolean,
): { readonly service: ServiceRef; readonly request: Omit<ChatRequest, "key"> } {
  const prompt = spec.prompts.find(({ id }) => id === task.promptId);
  const service = spec.services.find(({ id }) => id === task.serviceId);
  if (prompt === undefined || service === undefined)
    throw new Error(`task ${task.id} names a prompt or service that its spec has not`);
  return {
    service,
    request: {
      model: service.model,
      way: isFromHome ? "home" : service.door,
      api: service.door === "model" ? null : service.api,
      systemPrompt: spec.system_prompt,
      prompt: prompt.text,
      sampling: spec.sampling,
      seed: task.seed,
    },
  };
}

/** What an attempt came to, and when the question was put: waiting for one's turn is not being asked. */
type Attempted = {
  readonly kind: "ATTEMPTED";
  readonly answer: ChatOutcome;
  readonly startedAt: Date;
};

/** One attempt, within its time. What a service or a provider does is an outcome, never an error. */
async function attempt(
  deps: ExecuteTaskDeps,
  { job, from, broken }: OpenSession,
  service: ServiceRef,
  request: Omit<ChatRequest, "key">,
  stop: AbortSignal,
): Promise<Attempted | GivenBack> {
  const queuedAt = deps.now();
  const leftMs = Math.max(1, job.deadlineAt.getTime() - queuedAt.getTime());
  const ask = async (key: string | null): Promise<Attempted> => {
    const startedAt = deps.now();
    const answer = await deps.withDeadline(
      Math.min(ATTEMPT_TIMEOUT_MS, Math.max(1, job.deadlineAt.getTime() - startedAt.getTime())),
      [from.lost, broken],
      (signal) =>
        deps.model.complete(
          from.doorTo(service),
          { ...request, key },
          { signal, maxBytes: MAX_BLOCK_BYTES },
        ),
    );
    return { kind: "ATTEMPTED", answer, startedAt };
  };
  if (service.door === "model") return ask(null);
  const { connection } = service.api;
  const deadline = new Date(queuedAt.getTime() + Math.min(QUEUE_TIMEOUT_MS, leftMs));
  try {
    const turn = await deps.withDeadline(leftMs, [from.lost, stop], (signal) =>
      deps.enter(connection, signal, deadline),
    );
    let attempted: Attempted | null = null;
    try {
      // Only now, so that nobody holds a key while it waits.
      attempted = await ask(await deps.keyOf(service));
      return attempted;
    } finally {
      await turn.leave(attempted === null ? "unknown" : gateOutcomeOf(attempted.answer));
    }
  } catch (error) {
    if (from.lost.aborted || stop.aborted) return NOT_ASKED;
    if (!isBeaconError(error)) throw error;
    // Others are asked meanwhile; unless the job ends first, this one is asked later.
    if (LATER.has(error.code)) return { ...NOT_ASKED, isPaused: true };
    const answer = notAsked(error.code, error.message);
    return { kind: "ATTEMPTED", answer, startedAt: queuedAt };
  }
}

/** A question whose turn did not come before there was no more reason to wait. */
const NOT_ASKED: GivenBack = { kind: "BACK", wasAsked: false, isPaused: false };

/** Why a service takes no question now and will take it later. */
const LATER: ReadonlySet<string> = new Set<ErrorCode>(["SERVICE_PAUSED", "MODEL_RATE_LIMITED"]);

/** A question that never left this machine, for a reason of ours. */
const notAsked = (code: Failed["code"], message: string): Failed => ({
  kind: "failure",
  state: "harness-error",
  fault: "beacon",
  code,
  message,
  beforeFirstByte: false,
  wasSent: false,
  tryAgainAfterMs: null,
});

/** What an outcome says of the service, apart from whoever carried the question. */
function gateOutcomeOf(outcome: ChatOutcome): GateOutcome {
  if (outcome.tryAgainAfterMs !== null) return { retryAfterMs: outcome.tryAgainAfterMs };
  if (outcome.kind === "failure") return outcome.fault === "service" ? "service-fault" : "unknown";
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
