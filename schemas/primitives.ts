import { z } from "zod";

/** sha256 of canonical bytes, as `sha256:<64 lower-case hex>`. */
export const Digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .brand<"Digest">();
export type Digest = z.infer<typeof Digest>;

/** CIDv1, raw codec, sha2-256, base32: the address of one block of at most 1 MiB. */
export const Cid = z
  .string()
  .regex(/^bafkrei[a-z2-7]{52}$/)
  .brand<"Cid">();
export type Cid = z.infer<typeof Cid>;

/** UTC instant, RFC 3339 with `Z` and milliseconds. */
export const Instant = z.iso.datetime({ precision: 3 }).brand<"Instant">();
export type Instant = z.infer<typeof Instant>;

/** A language as a BCP 47 tag (RFC 5646): `en`, `ar`, `pt-BR`. */
export const LanguageTag = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/);
export type LanguageTag = z.infer<typeof LanguageTag>;

/** A short name that an author of a job spec gives to a prompt, a service or a contrast. */
export const Slug = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/);
export type Slug = z.infer<typeof Slug>;

/** An amount of money as a decimal string, so that no digit is lost: `0.25`. */
export const Amount = z.string().regex(/^\d{1,9}(\.\d{1,18})?$/);
export type Amount = z.infer<typeof Amount>;

const id = <P extends string>(prefix: P) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}-[a-z2-7]{26}$`))
    .brand<P>();
export const JobId = id("job");
export type JobId = z.infer<typeof JobId>;
export const TaskId = id("tsk");
export type TaskId = z.infer<typeof TaskId>;
export const SessionId = id("ses");
export type SessionId = z.infer<typeof SessionId>;
export const ComparisonId = id("cmp");
export type ComparisonId = z.infer<typeof ComparisonId>;
export const AttestationId = id("att");
export type AttestationId = z.infer<typeof AttestationId>;
export const UserId = id("usr");
export type UserId = z.infer<typeof UserId>;
export const SignInId = id("sgn");
export type SignInId = z.infer<typeof SignInId>;
export const InvitationId = id("inv");
export type InvitationId = z.infer<typeof InvitationId>;

/** A signing key's name: `key-` and the first 16 bytes of sha256 over the raw public key, in base32. */
export const KeyId = id("key");
export type KeyId = z.infer<typeof KeyId>;

/** A position in the log. Exact up to 2^53 - 1, far beyond any log that PostgreSQL can hold. */
export const LeafIndex = z.int().nonnegative();
export type LeafIndex = z.infer<typeof LeafIndex>;
