import type { KeyEntry, LogEntry } from "@/schemas/log-entry";
import { DsseEnvelope } from "@/schemas/receipt";
import { bytesOf } from "@/server/domain/bytes";
import type { Policy } from "@/server/domain/log/policy";
import { readEntry } from "@/server/domain/log/read-entry";
import { isLogSigned, isRoleOf, signingKeyOf } from "@/server/domain/log/receipt";
import type { Ed25519Verifier } from "@/server/domain/signature";
import { isSignedBy, isStatementOf, logKeysOf } from "@/server/domain/verify/envelope";

/** A leaf's row as it is stored, nothing of it believed. */
type Row = {
  readonly kind: string;
  readonly bytes: Uint8Array;
  readonly dsse: unknown;
  readonly jobId: string | null;
  readonly taskId: string | null;
};

/**
 * Tells what of a leaf's row does not fit its bytes: kind, job and task, the signed statement, the
 * signature, and whether who signed might. Null: everything does. To be asked in the order of the log:
 * keys are known from their registration on, and until they are taken back.
 */
export function createEntryInspector(log: {
  readonly origin: string;
  readonly policy: Policy;
  readonly verifier: Ed25519Verifier;
}): (row: Row) => Promise<string | null> {
  const registered = new Map<string, KeyEntry>();
  const revoked = new Set<string>();
  const logKeys = logKeysOf(log.policy, log.origin);

  /** Who signed an entry, and with which keys; a sentence when nobody could have who may. */
  const signerOf = (entry: LogEntry): readonly [string, readonly Uint8Array[]] | string => {
    if (isLogSigned(entry)) return [log.origin, logKeys];
    const name = signingKeyOf(entry);
    const key = registered.get(name);
    if (key === undefined) return "no entry before it registers the key that signed it";
    if (!isRoleOf(key, entry)) return "the key that signed it is registered for something else";
    if (revoked.has(name)) return "an entry before it takes back the key that signed it";
    return [name, [bytesOf(key.public_key)]];
  };

  const signatureProblem = async (row: Row, entry: LogEntry): Promise<string | null> => {
    const signer = signerOf(entry);
    const dsse = DsseEnvelope.safeParse(row.dsse);
    if (!dsse.success || !isStatementOf(dsse.data, entry, log.origin))
      return "its statement is not about its bytes";
    if (typeof signer === "string") return signer;
    const [name, keys] = signer;
    return (await isSignedBy(dsse.data, name, keys, log.verifier))
      ? null
      : "its signature is wrong";
  };

  return async (row) => {
    const entry = readEntry(row.bytes);
    if (row.kind === "raw") return rawProblem(row, entry);
    if (entry === null) return "its bytes are no entry of this log";
    if (entry.type === "beacon.key/v1" && !registered.has(entry.key))
      registered.set(entry.key, entry);
    if (entry.type === "beacon.revocation/v1") revoked.add(entry.key);
    return columnProblem(row, entry) ?? signatureProblem(row, entry);
  };
}

function rawProblem({ dsse, jobId, taskId }: Row, entry: LogEntry | null): string | null {
  if (entry !== null) return "it counts as bytes of third parties, and its bytes are an entry";
  return dsse === null && jobId === null && taskId === null
    ? null
    : "it holds bytes of third parties, and more is said of them";
}

function columnProblem({ kind, jobId, taskId }: Row, entry: LogEntry): string | null {
  if (kind !== entry.type) return `it counts as ${kind}, and its bytes say ${entry.type}`;
  if (jobId !== ("job" in entry ? entry.job : null)) return "it counts to another job";
  return taskId === ("task" in entry ? entry.task : null) ? null : "it counts to another task";
}
