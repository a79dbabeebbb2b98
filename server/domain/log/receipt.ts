import type { KeyEntry, LogEntry, RevocationEntry, VerifierEntry } from "@/schemas/log-entry";
import type { Cid, KeyId } from "@/schemas/primitives";
import type { DsseEnvelope, ReceiptExtra } from "@/schemas/receipt";
import { base64, concat, hex, utf8 } from "@/server/domain/bytes";
import { canonicalBytes, sha256OfCid } from "@/server/domain/digest";
import { BeaconError } from "@/server/domain/errors";
import { leafBytesOf } from "@/server/domain/log/entry";
import { formatProof } from "@/server/domain/log/proof";
import { sha256 } from "@/server/domain/sha256";

/** The media type of the statements that DSSE envelopes carry here. */
export const STATEMENT_TYPE = "application/vnd.in-toto+json";

/** The block that an entry stands for: the response, the report, a session's evidence, the job's spec; null when it has none. */
export function cidOfEntry(entry: LogEntry): Cid | null {
  if ("cid" in entry) return entry.cid;
  return entry.type === "beacon.intent/v1" ? entry.spec_cid : null;
}

/** Entries that the log's own key signs: a reader's trust starts from that one. */
export type LogSignedEntry = KeyEntry | RevocationEntry | VerifierEntry;

export const isLogSigned = (entry: LogEntry): entry is LogSignedEntry =>
  !("runner_key" in entry || "attester_key" in entry);

/** The key that signs an entry which the log's own key does not sign: a runner's or an attester's. */
export const signingKeyOf = (entry: Exclude<LogEntry, LogSignedEntry>): KeyId =>
  "attester_key" in entry ? entry.attester_key : entry.runner_key;

/** Whether a key of that registration may sign such an entry: attesters sign attestations, and nobody else does. */
export const isRoleOf = ({ role }: KeyEntry, entry: LogEntry): boolean =>
  (role === "attester") === "attester_key" in entry;

/**
 * What the signer of an entry signs: the RFC 8785 bytes of an in-toto Statement v1. It names the
 * thing, the bytes that the entry stands for (or, without such, the entry's own), the entry and
 * the log.
 *
 * @param origin the log's name, so that a statement cannot be carried to another log.
 * @throws BeaconError CID_INVALID, ENTRY_TOO_LARGE, CANONICAL_UNSUPPORTED_VALUE
 */
export function statementBytes(entry: LogEntry, origin: string): Uint8Array {
  const entryDigest = sha256(leafBytesOf(entry));
  const cid = cidOfEntry(entry);
  const subjectDigest = cid === null ? entryDigest : sha256OfCid(cid);
  if (subjectDigest === null) throw new BeaconError("CID_INVALID", "the entry's cid is not one");
  return canonicalBytes({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: subjectNameOf(entry), digest: { sha256: hex(subjectDigest) } }],
    predicateType: "tag:beacon.local,2026:entry/v1",
    predicate: { entry_sha256: hex(entryDigest), log: origin },
  });
}

/** What the statement is about, by the narrowest name that the entry says. */
function subjectNameOf(entry: LogEntry): string {
  if ("attestation" in entry) return entry.attestation;
  if ("task" in entry) return entry.task;
  if ("session" in entry) return entry.session;
  if ("comparison" in entry) return entry.comparison;
  if ("job" in entry) return entry.job;
  return "file" in entry ? entry.file : entry.key;
}

/** The bytes that a DSSE signature covers: the pre-authentication encoding of protocol 1.0. */
export const paeOf = (payloadType: string, payload: Uint8Array): Uint8Array =>
  concat(utf8(`DSSEv1 ${utf8(payloadType).length} ${payloadType} ${payload.length} `), payload);

/**
 * Who signs an entry. `keyId` is the runner's or attester's key id; for a key's registration, which the log's own
 * key signs, it is the log's name. `sign` makes the 64-byte Ed25519 signature of a message.
 */
export type EntrySigner = {
  readonly keyId: string;
  sign(message: Uint8Array): Uint8Array;
};

/**
 * Signs an entry for one log.
 *
 * @throws BeaconError CID_INVALID, ENTRY_TOO_LARGE, CANONICAL_UNSUPPORTED_VALUE
 */
export function signEntry(entry: LogEntry, origin: string, signer: EntrySigner): DsseEnvelope {
  const payload = statementBytes(entry, origin);
  const signature = signer.sign(paeOf(STATEMENT_TYPE, payload));
  return {
    payload: base64(payload),
    payloadType: STATEMENT_TYPE,
    signatures: [{ keyid: signer.keyId, sig: base64(signature) }],
  };
}

/**
 * Writes a receipt: a `.tlog-proof` file whose extra holds the entry, its signature and the two
 * entries that it leans on.
 *
 * @param receipt `proof` leads from `extra.entry` at `index` to the root of `checkpoint`, which is
 * the cosigned note; the proofs inside `extra` lead to the same root.
 */
export function formatReceipt(receipt: {
  readonly extra: ReceiptExtra;
  readonly index: bigint;
  readonly proof: readonly Uint8Array[];
  readonly checkpoint: string;
}): string {
  return formatProof({ ...receipt, extra: canonicalBytes(receipt.extra) });
}
