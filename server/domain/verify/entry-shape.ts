import type {
  AttestationEntry,
  AttesterKeyEntry,
  ComparisonEntry,
  EntryType,
  FailureEntry,
  IntentEntry,
  LogEntry,
  ResultEntry,
  RevocationEntry,
  RunnerKeyEntry,
  SessionEntry,
  VerifierEntry,
  WithdrawalEntry,
} from "@/schemas/log-entry";
import { type Json, sha256OfCid } from "@/server/domain/digest";
import {
  base64Of,
  either,
  integer,
  list,
  nullable,
  oneOf,
  record,
  type Shape,
  text,
  textThat,
} from "@/server/domain/verify/shape";

// The forms of `schemas/log-entry.ts` by hand: zod would make the verifier five times its size. The
// types hold the fields to the schema, a test holds the verdicts to it.

const id = (prefix: string): Shape => text(new RegExp(`^${prefix}-[a-z2-7]{26}$`));
const count = integer(0);
const natural = integer(1);
const flag = oneOf(true, false);
const slug = text(/^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/);
const cid = textThat((value) => sha256OfCid(value) !== null);

/** RFC 3339, UTC, milliseconds: what `toJSON` writes for the years 0 to 9999. */
const instant = textThat((value) => value.length === 24 && new Date(value).toJSON() === value);

const state = text(
  /^(answered|refused|empty|host-filtered|truncated|geoblocked|timed-out|harness-error)$/,
);
const geo = text(/^(verified|observed-only|mismatch|unverifiable)$/);
const provider = text(/^0x[0-9a-f]{40}$/);
const session = id("ses");
const keyId = id("key");
const comparison = id("cmp");

const common = (type: EntryType) => ({ v: oneOf(1), at: instant, type: oneOf(type) });
const ofAnyJob = { simulated: flag, job: id("job") };
const ofJob = { ...ofAnyJob, runner_key: keyId };
const inJob = { ...ofJob, intent: count };
const block = { cid, size_bytes: count };
// By its form. Which countries there are is the writer's business, and the writer signed it.
const country = text(/^([A-Z]{2}|home)$/);
const cell = {
  ...inJob,
  task: id("tsk"),
  spec_cid: cid,
  prompt: slug,
  service: slug,
  country,
  repeat: count,
  seed: count,
};

const asked = {
  provider: nullable(provider),
  geo: nullable(geo),
  finished_at: instant,
  state,
};

const registration = {
  ...common("beacon.key/v1"),
  key: keyId,
  algorithm: oneOf("ed25519"),
  public_key: base64Of(32),
};

/** The form of a key's registration. */
export const keyEntry = either(
  record<RunnerKeyEntry>({ ...registration, role: oneOf("runner") }),
  record<AttesterKeyEntry>({
    ...registration,
    role: oneOf("attester"),
    organisation: text(/^\P{Cc}{2,100}$/u),
  }),
);

/** The form of a key's revocation. */
export const revocationEntry = record<RevocationEntry>({
  ...common("beacon.revocation/v1"),
  key: keyId,
  registration: count,
  reason: text(/^(superseded|compromised|retired)$/),
  replaced_by: nullable(keyId),
});

/** The form of a job's announcement. */
export const intentEntry = record<IntentEntry>({
  ...common("beacon.intent/v1"),
  ...ofJob,
  spec_cid: cid,
  tasks_digest: text(/^sha256:[0-9a-f]{64}$/),
  tasks: natural,
  repeats: natural,
  contrasts: list(slug),
  stop_rule: oneOf("every-announced-task-closes"),
  order_seed: text(/^[0-9a-f]{32}$/),
  deadline: instant,
});

/** Whether a piece of parsed JSON is an entry of the log, field by field. */
export const isLogEntry = either(
  keyEntry,
  revocationEntry,
  record<VerifierEntry>({
    ...common("beacon.verifier/v1"),
    file: text(/^[a-z0-9][a-z0-9.-]{0,62}$/),
    sha256: text(/^[0-9a-f]{64}$/),
    size_bytes: count,
  }),
  intentEntry,
  record<ResultEntry>(
    {
      ...common("beacon.result/v1"),
      ...cell,
      ...block,
      ...asked,
      session,
      attempts: natural,
      started_at: instant,
    },
    { vantage: cid, exchange: cid },
  ),
  record<FailureEntry>(
    {
      ...common("beacon.failure/v1"),
      ...cell,
      ...asked,
      session: nullable(session),
      attempts: count,
      started_at: nullable(instant),
      fault: text(/^(model|service|provider|network|beacon)$/),
      code: text(/^[A-Z][A-Z_]{2,63}$/),
    },
    { vantage: cid },
  ),
  record<WithdrawalEntry>({
    ...common("beacon.withdrawal/v1"),
    ...cell,
    reason: text(/^(withdrawn-by-admin|deadline-passed|budget-spent)$/),
  }),
  record<SessionEntry>({
    ...common("beacon.session/v1"),
    ...inJob,
    ...block,
    session,
    country,
    provider,
    geo,
    ended: text(/^(settled|lost)$/),
    cost_glm: nullable(text(/^\d{1,9}(\.\d{1,18})?$/)),
  }),
  record<ComparisonEntry>({
    ...common("beacon.comparison/v1"),
    ...inJob,
    ...block,
    comparison,
  }),
  record<AttestationEntry>({
    ...common("beacon.attestation/v1"),
    ...ofAnyJob,
    ...block,
    intent: count,
    comparison,
    comparison_index: count,
    attestation: id("att"),
    verdict: text(/^(confirm|contest|inconclusive)$/),
    attester_key: keyId,
  }),
) as (value: Json) => value is Json & LogEntry;
