import { randomUUID } from "node:crypto";
import { CountryCode } from "@/schemas/country";
import type { VantageDocument } from "@/schemas/evidence";
import type { JobSpec } from "@/schemas/job-spec";
import type { JobId, SessionId } from "@/schemas/primitives";
import type { StoredJob } from "@/server/adapters/db/job-store";
import type { SessionRow } from "@/server/adapters/db/session-store";
import type { TaskRow } from "@/server/adapters/db/task-row";
import type { Outcome } from "@/server/adapters/db/task-store";
import type { Door } from "@/server/adapters/golem/door";
import type { AskedFrom, OpenSession } from "@/server/adapters/golem/open-session";
import type { Vantage } from "@/server/adapters/golem/vantage";
import type { ChatOutcome } from "@/server/adapters/llm/model";
import type { Context } from "@/server/context";
import { utf8 } from "@/server/domain/bytes";
import { canonicalBytes, cidOf, digestOf } from "@/server/domain/digest";
import { jobIdFrom, sessionIdFrom, taskIdOf } from "@/server/domain/identity";
import { instantOf } from "@/server/domain/time";
import { publishCheckpoint } from "@/server/services/publish-checkpoint";
import { sequenceLog } from "@/server/services/sequence-log";
import { submitJob } from "@/server/services/submit-job";
import { aSpec } from "@/test/domain/job/job-specs";

export const NOON = new Date("2026-11-22T12:00:00.000Z");
export const DE = CountryCode.parse("DE");
export const KE = CountryCode.parse("KE");

/** 16 bytes that are all `n`. */
export const sixteen = (n: number): Uint8Array => new Uint8Array(16).fill(n);
export const aSessionId = (n = 1): SessionId => sessionIdFrom(sixteen(n));
export const aJobId = (n = 1): JobId => jobIdFrom(sixteen(n));

/** A job as its store gives it out: its intent is in the log, it was dispatched and is not over. */
export function aJob(fields: Partial<StoredJob> = {}): StoredJob {
  const spec = fields.spec ?? aSpec();
  return {
    id: aJobId(),
    spec,
    specCid: cidOf(canonicalBytes(spec)),
    specDigest: digestOf(spec),
    simulated: true,
    orderSeed: sixteen(9),
    createdAt: NOON,
    deadlineAt: new Date(NOON.getTime() + spec.deadline_s * 1_000),
    taskCount: 4,
    dispatchedAt: NOON,
    withdrawnAt: null,
    allocationId: null,
    isAllocated: false,
    comparedAt: null,
    intentIndex: 1,
    comparisonIndex: null,
    ...fields,
  };
}

/** A task of `aJob()` that a session has just been given. */
export function aTaskRow(fields: Partial<TaskRow> = {}): TaskRow {
  const task = {
    jobId: aJobId(),
    position: 0,
    promptId: "vell-dam",
    serviceId: "control-regional",
    country: DE,
    repeat: 0,
    seed: 7,
    status: "RUNNING" as const,
    claims: 1,
    ...fields,
  };
  const { jobId: job, promptId: prompt, serviceId: service, country, repeat } = task;
  return { id: taskIdOf({ job, prompt, service, country, repeat }), ...task };
}

type Result = Extract<Outcome, { kind: "RESULT" }>;
type Failure = Extract<Outcome, { kind: "FAILURE" }>;
type Withdrawal = Extract<Outcome, { kind: "WITHDRAWAL" }>;
type Where = Pick<TaskRow, "id" | "jobId">;

const closed = ({ id, jobId }: Where) => ({
  taskId: id,
  jobId,
  attempts: [{ at: NOON.toISOString(), outcome: "HTTP 200, answered" }],
  sessionId: aSessionId(),
  startedAt: NOON,
  finishedAt: new Date(NOON.getTime() + 250),
});

/** How a task closes with an answer. */
export const anOutcome = (task: Where = aTaskRow(), fields: Partial<Result> = {}): Result => ({
  ...closed(task),
  kind: "RESULT",
  state: "answered",
  code: null,
  cid: cidOf(utf8(`the answer to ${task.id}`)),
  sizeBytes: 30,
  text: "It was closed in 1977, the inquiry says.",
  finishReason: "stop",
  modelReported: "control-regional",
  promptTokens: 12,
  outputTokens: 9,
  latencyMs: 250,
  exchangeCid: cidOf(utf8(`the exchange of ${task.id}`)),
  costUsd: null,
  ...fields,
});

export const aFailedOutcome = (
  task: Where = aTaskRow(),
  fields: Partial<Failure> = {},
): Failure => ({
  ...closed(task),
  kind: "FAILURE",
  state: "harness-error",
  fault: "provider",
  code: "MODEL_UNREACHABLE",
  message: "the tunnel gave no answer",
  wasSent: true,
  ...fields,
});

export const aWithdrawnOutcome = (
  task: Where = aTaskRow(),
  fields: Partial<Withdrawal> = {},
): Withdrawal => ({
  ...closed(task),
  sessionId: null,
  startedAt: null,
  attempts: [],
  kind: "WITHDRAWAL",
  reason: "deadline-passed",
  ...fields,
});

export function aSessionRow(fields: Partial<SessionRow> = {}): SessionRow {
  return {
    id: aSessionId(),
    jobId: aJobId(),
    country: DE,
    slot: 0,
    status: "OPEN",
    providerId: `0x${"ab".repeat(20)}`,
    providerName: "linden",
    agreementId: "agreement",
    activityId: "activity",
    geo: null,
    geoFinalAt: null,
    allocationId: null,
    costGlm: null,
    endReason: null,
    startedAt: NOON,
    endedAt: null,
    heartbeatAt: NOON,
    ...fields,
  };
}

const PROVIDER = { id: `0x${"ab".repeat(20)}`, name: "linden" };
const IMAGE = { url: "http://127.0.0.1:9/exit.gvmi", sha3_224: "0".repeat(56) };
const CLAIM = { country: DE, source: "relay address 127.49.0.1, one", at: instantOf(NOON) };

/** What is known of where a session's exit is. */
export const someGeo = (fields: Partial<VantageDocument> = {}): VantageDocument => ({
  v: 1,
  type: "beacon.vantage/v1",
  simulated: true,
  job: aJobId(),
  session: aSessionId(),
  country: DE,
  provider: PROVIDER,
  agreement: "agreement",
  activity: "activity",
  image: IMAGE,
  manifest_sha256: null,
  claims: [CLAIM],
  looks: [],
  failed_looks: [],
  within_km: null,
  verdict: "verified",
  ...fields,
});

/** Tasks that nobody is asking, in every place, however often they were handed out. */
export const NOBODY_ASKS = { now: NOON, only: null, minClaims: 0 } as const;

/** What closing needs of the provider that a task was asked through. */
export const SOME_VANTAGE = {
  providerId: PROVIDER.id,
  geo: "verified",
  vantage: cidOf(utf8("the vantage")),
} as const;

/** From where a session asks: a rented provider, unless `provider` is null. `lose` takes it away. */
export function anAskedFrom(fields: Partial<AskedFrom> = {}): AskedFrom & { lose(): void } {
  const gone = new AbortController();
  return {
    country: DE,
    provider: { id: PROVIDER.id, geo: "verified", vantage: cidOf(utf8("the vantage")) },
    doorTo: () => aDoor(),
    lost: gone.signal,
    lose: () => gone.abort(new Error("agreement terminated")),
    ...fields,
  };
}

/** A door that nothing may go through. */
export const aDoor = (): Door => ({
  origin: "http://door",
  request: async () => {
    throw new Error("no test asks through this door");
  },
});

/** A session that can ask. */
export const anOpenSession = (fields: Partial<OpenSession> = {}): OpenSession => ({
  job: aJob(),
  id: aSessionId(),
  from: anAskedFrom(),
  paid: new Set<string>(),
  broken: new AbortController().signal,
  ...fields,
});

/** A rented provider; `lose` takes it away. */
export function aVantage(
  fields: Partial<Vantage> = {},
): Vantage & { lose(): void; readonly settlements: number[] } {
  const gone = new AbortController();
  const settlements: number[] = [];
  return {
    country: DE,
    claims: [CLAIM],
    provider: PROVIDER,
    image: IMAGE,
    manifestSha256: null,
    agreementId: "agreement",
    activityId: "activity",
    simulated: true,
    modelDoor: aDoor(),
    exitDoor: aDoor,
    lost: gone.signal,
    probeExit: async (echo) => ({
      at: NOON,
      echo,
      address: "127.49.0.1",
      roundTripMs: 3,
      answer: utf8('{"address":"127.49.0.1"}'),
      peer: { address: null, tls: null },
    }),
    settle: async (timeoutMs) => {
      settlements.push(timeoutMs);
      return { costGlm: "0.01", problem: null, isInvoiceMissing: false };
    },
    lose: () => gone.abort(new Error("agreement terminated")),
    settlements,
    ...fields,
  };
}

type Response = Extract<ChatOutcome, { kind: "response" }>;
type NoResponse = Extract<ChatOutcome, { kind: "failure" }>;

/** What a model's door brings when a whole response came. */
export const aChatResponse = (fields: Partial<Response> = {}): Response => ({
  kind: "response",
  state: "answered",
  bytes: utf8('{"choices":[]}'),
  httpStatus: 200,
  code: null,
  text: "It was closed in 1977.",
  finishReason: "stop",
  modelReported: "control-regional",
  usage: { promptTokens: 12, completionTokens: 9 },
  exchange: {
    request: { method: "POST", url: "http://door/v1/chat/completions", headers: [], body: "{}" },
    peer: null,
    status: 200,
    headers: [["content-type", "application/json"]],
    firstByteMs: 200,
  },
  tryAgainAfterMs: null,
  ...fields,
});

export const aChatFailure = (fields: Partial<NoResponse> = {}): NoResponse => ({
  kind: "failure",
  state: "harness-error",
  fault: "provider",
  code: "MODEL_UNREACHABLE",
  message: "the tunnel gave no answer",
  beforeFirstByte: true,
  wasSent: true,
  tryAgainAfterMs: null,
  ...fields,
});

/** A job in the database of `context`, with its tasks queued and its intent waiting for the log. */
export async function submitted(
  context: Context,
  fields: Partial<Record<keyof JobSpec, unknown>> = {},
): Promise<JobId> {
  const input = { spec: aSpec(fields), submissionKey: randomUUID() };
  return (await submitJob(context, "usr-tests", input)).jobId;
}

/** Sequences all that waits and publishes it. */
export async function writeAll(
  context: Pick<Context, "log" | "tree" | "now"> & Parameters<typeof publishCheckpoint>[0],
): Promise<void> {
  while ((await sequenceLog(context)) > 0);
  await publishCheckpoint(context);
}

/** A job whose intent is in the published log. */
export async function announced(
  context: Context,
  fields: Partial<Record<keyof JobSpec, unknown>> = {},
): Promise<StoredJob> {
  const id = await submitted(context, fields);
  await writeAll(context);
  const job = await context.jobs.byId(id);
  if (job === null) throw new Error("a submitted job is stored");
  return job;
}
