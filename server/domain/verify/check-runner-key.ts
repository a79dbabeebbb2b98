import { bytesOf } from "@/server/domain/bytes";
import { keyIdOf } from "@/server/domain/identity";
import type { Policy } from "@/server/domain/log/policy";
import { isLogSigned, isRoleOf, signingKeyOf } from "@/server/domain/log/receipt";
import type { Ed25519Verifier } from "@/server/domain/signature";
import { isVouchedFor } from "@/server/domain/verify/envelope";
import type { Evidence } from "@/server/domain/verify/read-evidence";
import { type Finding, fails, notApplicable } from "@/server/domain/verify/report";
import { checkSupporting } from "@/server/domain/verify/supporting-entry";

/** `runner-key-registered`: had the log registered the signing key before it took in this entry? */
export async function checkRunnerKey(
  { entry, index, key, checkpoint }: Evidence,
  policy: Policy,
  verifier: Ed25519Verifier,
): Promise<Finding> {
  if (isLogSigned(entry))
    return notApplicable("The log's own key signed this entry, so no other key is needed.");
  if (key === null) return fails("The receipt carries no registration of the signing key.");

  const { revocation } = key;
  const keyId = keyIdOf(bytesOf(key.entry.public_key));
  if (key.entry.key !== keyId || signingKeyOf(entry) !== keyId)
    return fails("The registration is of another key than the one that the entry names.");
  if (!isRoleOf(key.entry, entry))
    return fails("The registration is of another kind of key than the one that the entry names.");
  if (revocation && revocation.entry.key !== keyId)
    return fails("The revocation is of another key than the one that the entry names.");
  if (key.index >= index) return fails("The key was registered only after this entry.");
  if (!(await isVouchedFor(key, checkpoint.origin, policy, verifier)))
    return fails("The registration is not signed by a key that the policy knows for this log.");
  const registered = await checkSupporting(
    key,
    checkpoint,
    `The log registered the signing key as entry ${key.index}, before this one.`,
    "The proof that the log registered the signing key is wrong.",
  );
  if (registered.outcome === "fails" || !revocation) return registered;
  // Few keys are ever taken back: this part comes when it is needed.
  const { checkRevocation } = await import("@/server/domain/verify/check-revocation");
  return checkRevocation(key.index, revocation, { ...checkpoint, index }, () =>
    isVouchedFor(revocation, checkpoint.origin, policy, verifier),
  );
}
