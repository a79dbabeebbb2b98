import type { LogEntry } from "@/schemas/log-entry";
import type { DsseEnvelope } from "@/schemas/receipt";
import { equalBytes, fromBase64 } from "@/server/domain/bytes";
import type { Policy } from "@/server/domain/log/policy";
import { paeOf, statementBytes } from "@/server/domain/log/receipt";
import type { Ed25519Verifier } from "@/server/domain/signature";
import type { Evidence } from "@/server/domain/verify/read-evidence";
import { type Finding, fails, holds } from "@/server/domain/verify/report";

const payloadOf = (dsse: DsseEnvelope): Uint8Array => fromBase64(dsse.payload) ?? new Uint8Array();

/**
 * Whether the envelope carries the one statement that may be made of `entry` in the log `origin`.
 * The statement is made again and compared as bytes; the envelope's own is never parsed.
 */
export const isStatementOf = (dsse: DsseEnvelope, entry: LogEntry, origin: string): boolean =>
  equalBytes(payloadOf(dsse), statementBytes(entry, origin));

/** Whether one of the raw public keys, named `keyid`, signed the envelope. */
export async function isSignedBy(
  dsse: DsseEnvelope,
  keyid: string,
  publicKeys: readonly Uint8Array[],
  verifier: Ed25519Verifier,
): Promise<boolean> {
  const [line] = dsse.signatures;
  const signature = fromBase64(line?.sig ?? "");
  if (line?.keyid !== keyid || signature === null) return false;
  const message = paeOf(dsse.payloadType, payloadOf(dsse));
  for (const publicKey of publicKeys)
    if (await verifier.verify({ publicKey, message, signature })) return true;
  return false;
}

/** The raw public keys that the policy knows for the log `origin`. */
export const logKeysOf = (policy: Policy, origin: string): readonly Uint8Array[] =>
  policy.logs.filter(({ key }) => key.name === origin).map(({ key }) => key.publicKey);

/** `receipt-binds-bytes`: does the signed statement speak of this entry, in this log? */
export function checkBinding({ entry, dsse, checkpoint }: Evidence): Finding {
  return isStatementOf(dsse, entry, checkpoint.origin)
    ? holds("The signed statement names this log entry, and the document that it stands for.")
    : fails("The signed statement speaks of something else than this log entry.");
}

/** `receipt-signature`: did the key that the receipt names sign the statement? */
export async function checkSignature(
  { entry, dsse, key, checkpoint }: Evidence,
  policy: Policy,
  verifier: Ed25519Verifier,
): Promise<Finding> {
  if (entry.type === "beacon.key/v1") {
    const { origin } = checkpoint;
    return (await isSignedBy(dsse, origin, logKeysOf(policy, origin), verifier))
      ? holds("The log's own key signed the statement.")
      : fails("The statement is not signed by a key that the policy knows for this log.");
  }
  if (key === null)
    return fails("The receipt does not say with which key the statement was signed.");
  const publicKey = fromBase64(key.entry.public_key) ?? new Uint8Array();
  return (await isSignedBy(dsse, entry.runner_key, [publicKey], verifier))
    ? holds("The key that the receipt names signed the statement.")
    : fails("The signature under the statement is wrong.");
}
