import { bytesOf } from "@/server/domain/bytes";
import type { Policy } from "@/server/domain/log/policy";
import { isLogSigned, signingKeyOf } from "@/server/domain/log/receipt";
import type { Ed25519Verifier } from "@/server/domain/signature";
import { isSignedBy, logKeysOf } from "@/server/domain/verify/envelope";
import type { Evidence } from "@/server/domain/verify/read-evidence";
import { type Decided, fails, holds } from "@/server/domain/verify/report";

/** `receipt-signature`: did the key that the receipt names sign the statement? */
export async function checkSignature(
  { entry, dsse, key, checkpoint: { origin } }: Evidence,
  policy: Policy,
  verifier: Ed25519Verifier,
): Promise<Decided> {
  if (isLogSigned(entry))
    return (await isSignedBy(dsse, origin, logKeysOf(policy, origin), verifier))
      ? holds("The log's own key signed the statement.")
      : fails("The statement is not signed by a key that the policy knows for this log.");
  if (key === null)
    return fails("The receipt does not say with which key the statement was signed.");
  return (await isSignedBy(dsse, signingKeyOf(entry), [bytesOf(key.entry.public_key)], verifier))
    ? holds("The key that the receipt names signed the statement.")
    : fails("The signature under the statement is wrong.");
}
