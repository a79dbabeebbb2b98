import { z } from "zod";
import { AttestationVerdict, RegisteredOrganisation } from "@/schemas/attestation";
import { Place } from "@/schemas/country";
import {
  Amount,
  AttestationId,
  Cid,
  ComparisonId,
  Digest,
  Instant,
  JobId,
  KeyId,
  LeafIndex,
  SessionId,
  Slug,
  TaskId,
} from "@/schemas/primitives";
import { Fault, GeoVerdict, ResponseState, WithdrawalReason } from "@/schemas/task";

/** The largest leaf: what one C2SP entry bundle can hold is 65,535 bytes. */
export const MAX_ENTRY_BYTES = 65_535;

const common = {
  v: z.literal(1),
  /** When the writer made the entry. The log's order, not this, says what came first. */
  at: Instant,
};
const simulated = z.boolean();

const registration = {
  ...common,
  type: z.literal("beacon.key/v1"),
  key: KeyId,
  algorithm: z.literal("ed25519"),
  /** Raw 32-byte public key, base64. */
  public_key: z.base64().length(44),
};

/** Registers the key of an installation, which signs what it does. */
const RunnerKeyEntry = z.strictObject({ ...registration, role: z.literal("runner") });
export type RunnerKeyEntry = z.infer<typeof RunnerKeyEntry>;

/** Registers the key of an attester, which signs attestations and nothing else. */
const AttesterKeyEntry = z.strictObject({
  ...registration,
  role: z.literal("attester"),
  /** For whom the attester speaks. */
  organisation: RegisteredOrganisation,
});
export type AttesterKeyEntry = z.infer<typeof AttesterKeyEntry>;

/** Registers a key that signs entries. Signed by the log's own key. */
export const KeyEntry = z.discriminatedUnion("role", [RunnerKeyEntry, AttesterKeyEntry]);
export type KeyEntry = z.infer<typeof KeyEntry>;

/**
 * Takes a key back: what the key signed counts when it stands in the log before this entry, and not
 * after it. Signed by the log's own key.
 */
export const RevocationEntry = z.strictObject({
  ...common,
  type: z.literal("beacon.revocation/v1"),
  key: KeyId,
  /** Where the log registered the key. */
  registration: LeafIndex,
  reason: z.enum(["superseded", "compromised", "retired"]),
  /** The key that signs from here on; null when none does. */
  replaced_by: KeyId.nullable(),
});
export type RevocationEntry = z.infer<typeof RevocationEntry>;

/** Commits to one published verification program, so that nobody is served another. Signed by the log's own key. */
export const VerifierEntry = z.strictObject({
  ...common,
  type: z.literal("beacon.verifier/v1"),
  /** Its name below `/verify/`. */
  file: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,62}$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size_bytes: z.int().nonnegative(),
});
export type VerifierEntry = z.infer<typeof VerifierEntry>;

/** Announces a job before anything runs: every task counted here must later close in the log. */
export const IntentEntry = z.strictObject({
  ...common,
  type: z.literal("beacon.intent/v1"),
  simulated,
  job: JobId,
  spec_cid: Cid,
  /** Digest of the RFC 8785 array of all task ids in dispatch order: what was announced, task by task. */
  tasks_digest: Digest,
  tasks: z.int().min(1),
  repeats: z.int().min(1),
  /** Ids of the contrasts that will be tested. */
  contrasts: z.array(Slug),
  stop_rule: z.literal("every-announced-task-closes"),
  /** 16 bytes, hex. Shuffles tasks into the order in which they are handed out. */
  order_seed: z.string().regex(/^[0-9a-f]{32}$/),
  deadline: Instant,
  runner_key: KeyId,
});
export type IntentEntry = z.infer<typeof IntentEntry>;

const cell = {
  simulated,
  job: JobId,
  /** Where the job's intent stands in this log. */
  intent: LeafIndex,
  task: TaskId,
  spec_cid: Cid,
  prompt: Slug,
  service: Slug,
  country: Place,
  /** 0-based. */
  repeat: z.int().nonnegative(),
  seed: z.int().nonnegative(),
};
/** A provider's Golem node id. */
const provider = z.string().regex(/^0x[0-9a-f]{40}$/);
const execution = {
  session: SessionId,
  /** Null: asked from home. */
  provider: provider.nullable(),
  /** As the session's first probes say; `beacon.session/v1` says what the last one did to it. Null: asked from home. */
  geo: GeoVerdict.nullable(),
  /** The block of the `beacon.vantage/v1` document on which `geo` rests. Absent: asked from home. */
  vantage: Cid.exactOptional(),
  /** All attempts, the last one included. An attempt is repeated only before its first response byte. */
  attempts: z.int().min(1),
  started_at: Instant,
  finished_at: Instant,
};

/** One task closed with a response. Commits to its bytes by their CID. */
export const ResultEntry = z.strictObject({
  ...common,
  type: z.literal("beacon.result/v1"),
  ...cell,
  ...execution,
  state: ResponseState,
  cid: Cid,
  size_bytes: z.int().nonnegative(),
  /** The block of the `beacon.exchange/v1` document: request, response headers, usage and cost. */
  exchange: Cid.exactOptional(),
  runner_key: KeyId,
});
export type ResultEntry = z.infer<typeof ResultEntry>;

/** One task closed without a response. */
export const FailureEntry = z.strictObject({
  ...common,
  type: z.literal("beacon.failure/v1"),
  ...cell,
  session: SessionId.nullable(),
  provider: provider.nullable(),
  geo: GeoVerdict.nullable(),
  vantage: Cid.exactOptional(),
  attempts: z.int().nonnegative(),
  started_at: Instant.nullable(),
  finished_at: Instant,
  state: ResponseState,
  fault: Fault,
  code: z.string().regex(/^[A-Z][A-Z_]{2,63}$/),
  runner_key: KeyId,
});
export type FailureEntry = z.infer<typeof FailureEntry>;

/** One task that will not be asked any more. */
export const WithdrawalEntry = z.strictObject({
  ...common,
  type: z.literal("beacon.withdrawal/v1"),
  ...cell,
  reason: WithdrawalReason,
  runner_key: KeyId,
});
export type WithdrawalEntry = z.infer<typeof WithdrawalEntry>;

/** How one vantage session ended: what all its probes together say, and what its provider was paid. */
export const SessionEntry = z.strictObject({
  ...common,
  type: z.literal("beacon.session/v1"),
  simulated,
  job: JobId,
  intent: LeafIndex,
  session: SessionId,
  country: Place,
  provider,
  /** Over every probe, the one after the last task included. A mismatch keeps the session's responses out of comparisons. */
  geo: GeoVerdict,
  /** The block of the final `beacon.vantage/v1` document. */
  cid: Cid,
  size_bytes: z.int().nonnegative(),
  ended: z.enum(["settled", "lost"]),
  /** GLM that was accepted; null: no bill was accepted. */
  cost_glm: Amount.nullable(),
  runner_key: KeyId,
});
export type SessionEntry = z.infer<typeof SessionEntry>;

/** The report of one job, once every task has closed. */
export const ComparisonEntry = z.strictObject({
  ...common,
  type: z.literal("beacon.comparison/v1"),
  simulated,
  job: JobId,
  intent: LeafIndex,
  comparison: ComparisonId,
  cid: Cid,
  size_bytes: z.int().nonnegative(),
  runner_key: KeyId,
});
export type ComparisonEntry = z.infer<typeof ComparisonEntry>;

/** An attester's report about one comparison, signed by the attester's own key. */
export const AttestationEntry = z.strictObject({
  ...common,
  type: z.literal("beacon.attestation/v1"),
  simulated,
  job: JobId,
  intent: LeafIndex,
  comparison: ComparisonId,
  /** Where the comparison's entry stands in this log. */
  comparison_index: LeafIndex,
  attestation: AttestationId,
  verdict: AttestationVerdict,
  /** The block of the report (`schemas/attestation.ts`), which says the same and why. */
  cid: Cid,
  size_bytes: z.int().nonnegative(),
  attester_key: KeyId,
});
export type AttestationEntry = z.infer<typeof AttestationEntry>;

/** What may become a leaf: its RFC 8785 bytes are the leaf's bytes. Commitments only, content lives in blocks. */
export const LogEntry = z.discriminatedUnion("type", [
  KeyEntry,
  RevocationEntry,
  VerifierEntry,
  IntentEntry,
  ResultEntry,
  FailureEntry,
  WithdrawalEntry,
  SessionEntry,
  ComparisonEntry,
  AttestationEntry,
]);
export type LogEntry = z.infer<typeof LogEntry>;
export type EntryType = LogEntry["type"];
