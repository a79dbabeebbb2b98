import type { Place } from "@/schemas/country";
import type {
  AttestationId,
  ComparisonId,
  InvitationId,
  JobId,
  KeyId,
  SessionId,
  SignInId,
  TaskId,
  UserId,
} from "@/schemas/primitives";
import { base32 } from "@/server/domain/bytes";
import { canonicalBytes, type Json } from "@/server/domain/digest";
import { sha256 } from "@/server/domain/sha256";

const derived = (value: Json): string => base32(sha256(canonicalBytes(value)).slice(0, 16));

/** `job-` and 26 base32 characters of 16 bytes that the caller drew at random. */
export const jobIdFrom = (random16: Uint8Array): JobId => `job-${base32(random16)}` as JobId;
export const userIdFrom = (random16: Uint8Array): UserId => `usr-${base32(random16)}` as UserId;
export const signInIdFrom = (random16: Uint8Array): SignInId =>
  `sgn-${base32(random16)}` as SignInId;
export const invitationIdFrom = (random16: Uint8Array): InvitationId =>
  `inv-${base32(random16)}` as InvitationId;
export const sessionIdFrom = (random16: Uint8Array): SessionId =>
  `ses-${base32(random16)}` as SessionId;
export const attestationIdFrom = (random16: Uint8Array): AttestationId =>
  `att-${base32(random16)}` as AttestationId;

/** What makes two tasks the same task. */
export type TaskKey = {
  readonly job: JobId;
  readonly prompt: string;
  readonly service: string;
  readonly country: Place;
  readonly repeat: number;
};

/** The same repeat of the same cell always has the same id: lay it down twice, have it once. */
export const taskIdOf = (key: TaskKey): TaskId => `tsk-${derived({ ...key })}` as TaskId;

/** A job has one comparison, so its id follows from the job's. */
export const comparisonIdOf = (job: JobId): ComparisonId =>
  `cmp-${derived({ comparison: job })}` as ComparisonId;

/** A key's id follows from its raw public key. */
export const keyIdOf = (publicKey: Uint8Array): KeyId =>
  `key-${base32(sha256(publicKey).slice(0, 16))}` as KeyId;
