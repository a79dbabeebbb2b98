import type { LogEntry } from "@/schemas/log-entry";
import type { DsseEnvelope } from "@/schemas/receipt";
import { equalBytes, fromBase64 } from "@/server/domain/bytes";
import type { Policy } from "@/server/domain/log/policy";
import { paeOf, statementBytes } from "@/server/domain/log/receipt";
import type { Ed25519Verifier } from "@/server/domain/signature";

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
