import type {
  ComparisonEntry,
  EntryType,
  FailureEntry,
  IntentEntry,
  KeyEntry,
  LogEntry,
  ResultEntry,
  RevocationEntry,
  VerifierEntry,
  WithdrawalEntry,
} from "@/schemas/log-entry";
import type { Fault, GeoVerdict, ResponseState, WithdrawalReason } from "@/schemas/task";
import { type Json, sha256OfCid } from "@/server/domain/digest";
import {
  base64Of,
  integer,
  list,
  nullable,
  oneOf,
  record,
  type Shape,
  text,
} from "@/server/domain/verify/shape";

// The forms of `schemas/log-entry.ts` by hand: zod would make the verifier five times its size. The
// types hold the fields to the schema, a test holds the verdicts to it.

const id = (prefix: string): Shape => text(new RegExp(`^${prefix}-[a-z2-7]{26}$`));
const count = integer(0);
const natural = integer(1);
const flag = oneOf(true, false);
const slug = text(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/);
const cid: Shape = (value) => typeof value === "string" && sha256OfCid(value) !== null;

/** RFC 3339, UTC, milliseconds: what `toISOString` writes for the years 0 to 9999. */
const instant: Shape = (value) => {
  if (typeof value !== "string" || value.length !== 24) return false;
  const date = new Date(value);
  return !Number.isNaN(date.getTime()) && date.toISOString() === value;
};

const responseState = oneOf(
  ...([
    "answered",
    "refused",
    "empty",
    "host-filtered",
    "truncated",
    "geoblocked",
    "timed-out",
    "harness-error",
  ] satisfies ResponseState[]),
);
const fault = oneOf(...(["model", "service", "provider", "network", "beacon"] satisfies Fault[]));
const geoVerdict = oneOf(
  ...(["verified", "observed-only", "mismatch", "unverifiable"] satisfies GeoVerdict[]),
);
const withdrawalReason = oneOf(
  ...(["withdrawn-by-admin", "deadline-passed", "budget-spent"] satisfies WithdrawalReason[]),
);
const provider = text(/^0x[0-9a-f]{40}$/);
const keyId = id("key");
const jobId = id("job");

const common = (type: EntryType) => ({ v: oneOf(1), at: instant, type: oneOf(type) });
const cell = {
  simulated: flag,
  job: jobId,
  intent: count,
  task: id("tsk"),
  spec_cid: cid,
  prompt: slug,
  service: slug,
  // By its form. Which countries there are is the writer's business, and the writer signed it.
  country: text(/^[A-Z]{2}$/),
  repeat: count,
  seed: count,
};

/** The form of a key's registration. */
export const keyEntry = record<KeyEntry>({
  ...common("beacon.key/v1"),
  key: keyId,
  role: oneOf("runner"),
  algorithm: oneOf("ed25519"),
  public_key: base64Of(32),
});

/** The form of a key's revocation. */
export const revocationEntry = record<RevocationEntry>({
  ...common("beacon.revocation/v1"),
  key: keyId,
  registration: count,
  reason: oneOf(
    ...(["superseded", "compromised", "retired"] satisfies RevocationEntry["reason"][]),
  ),
  replaced_by: nullable(keyId),
});

/** The form of a job's announcement. */
export const intentEntry = record<IntentEntry>({
  ...common("beacon.intent/v1"),
  simulated: flag,
  job: jobId,
  spec_cid: cid,
  tasks_digest: text(/^sha256:[0-9a-f]{64}$/),
  tasks: natural,
  repeats: natural,
  contrasts: list(slug, 0, Number.POSITIVE_INFINITY),
  stop_rule: oneOf("every-announced-task-closes"),
  order_seed: text(/^[0-9a-f]{32}$/),
  deadline: instant,
  runner_key: keyId,
});

const SHAPES: readonly Shape[] = [
  keyEntry,
  revocationEntry,
  record<VerifierEntry>({
    ...common("beacon.verifier/v1"),
    file: text(/^[a-z0-9][a-z0-9.-]{0,62}$/),
    sha256: text(/^[0-9a-f]{64}$/),
    size_bytes: count,
  }),
  intentEntry,
  record<ResultEntry>({
    ...common("beacon.result/v1"),
    ...cell,
    session: id("ses"),
    provider,
    geo: geoVerdict,
    attempts: natural,
    started_at: instant,
    finished_at: instant,
    state: responseState,
    cid,
    size_bytes: count,
    runner_key: keyId,
  }),
  record<FailureEntry>({
    ...common("beacon.failure/v1"),
    ...cell,
    session: nullable(id("ses")),
    provider: nullable(provider),
    geo: nullable(geoVerdict),
    attempts: count,
    started_at: nullable(instant),
    finished_at: instant,
    state: responseState,
    fault,
    code: text(/^[A-Z][A-Z_]{2,63}$/),
    runner_key: keyId,
  }),
  record<WithdrawalEntry>({
    ...common("beacon.withdrawal/v1"),
    ...cell,
    reason: withdrawalReason,
    runner_key: keyId,
  }),
  record<ComparisonEntry>({
    ...common("beacon.comparison/v1"),
    simulated: flag,
    job: jobId,
    intent: count,
    comparison: id("cmp"),
    cid,
    size_bytes: count,
    runner_key: keyId,
  }),
];

/** Whether a piece of parsed JSON is an entry of the log, field by field. */
export const isLogEntry = (value: Json): value is Json & LogEntry =>
  SHAPES.some((shape) => shape(value));
