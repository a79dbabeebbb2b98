import type { LogEntry } from "@/schemas/log-entry";
import type { DsseEnvelope } from "@/schemas/receipt";
import { bytesOf, equalBytes } from "@/server/domain/bytes";
import type { Policy } from "@/server/domain/log/policy";
import { paeOf, statementBytes } from "@/server/domain/log/receipt";
import type { VerifierKey } from "@/server/domain/log/verifier-key";
import type { Ed25519Verifier } from "@/server/domain/signature";

/**
 * Whether the envelope carries the one statement that may be made of `entry` in the log `origin`.
 * The statement is made again and compared as bytes; the envelope's own is never parsed.
 */
export const isStatementOf = (dsse: DsseEnvelope, entry: LogEntry, origin: string): boolean =>
  equalBytes(bytesOf(dsse.payload), statementBytes(entry, origin));

/** Whether one of the raw public keys, named `keyid`, signed the envelope. */
export async function isSignedBy(
  { payload, payloadType, signatures: [line] }: DsseEnvelope,
  keyid: string,
  publicKeys: readonly Uint8Array[],
  verifier: Ed25519Verifier,
): Promise<boolean> {
  if (line?.keyid !== keyid) return false;
  const message = paeOf(payloadType, bytesOf(payload));
  const signature = bytesOf(line.sig);
  for (const publicKey of publicKeys)
    if (await verifier.verify({ publicKey, message, signature })) return true;
  return false;
}

/** The keys that the policy knows for the log `origin`. */
export const verifierKeysOf = (policy: Policy, origin: string): readonly VerifierKey[] =>
  policy.logs.map(({ key }) => key).filter(({ name }) => name === origin);

/** The same keys, raw. */
export const logKeysOf = (policy: Policy, origin: string): readonly Uint8Array[] =>
  verifierKeysOf(policy, origin).map(({ publicKey }) => publicKey);

/** Whether the log signed the one statement that may be made of the entry. */
export const isVouchedFor = async (
  { entry, dsse }: { readonly entry: LogEntry; readonly dsse: DsseEnvelope },
  origin: string,
  policy: Policy,
  verifier: Ed25519Verifier,
): Promise<boolean> =>
  isStatementOf(dsse, entry, origin) &&
  isSignedBy(dsse, origin, logKeysOf(policy, origin), verifier);
