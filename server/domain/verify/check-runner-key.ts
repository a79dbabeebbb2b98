import { fromBase64 } from "@/server/domain/bytes";
import { keyIdOf } from "@/server/domain/identity";
import { leafHashOfEntry } from "@/server/domain/log/entry";
import { verifyInclusion } from "@/server/domain/log/merkle";
import type { Policy } from "@/server/domain/log/policy";
import type { Ed25519Verifier } from "@/server/domain/signature";
import { isSignedBy, isStatementOf, logKeysOf } from "@/server/domain/verify/envelope";
import { findingOf } from "@/server/domain/verify/finding-of";
import { hashesOf } from "@/server/domain/verify/hashes-of";
import type { Evidence } from "@/server/domain/verify/read-evidence";
import { type Finding, fails, notApplicable } from "@/server/domain/verify/report";

/** `runner-key-registered`: had the log registered the signing key before it took in this entry? */
export async function checkRunnerKey(
  { entry, index, key, checkpoint }: Evidence,
  policy: Policy,
  verifier: Ed25519Verifier,
): Promise<Finding> {
  if (entry.type === "beacon.key/v1")
    return notApplicable("This entry is itself the registration of a key.");
  if (key === null) return fails("The receipt carries no registration of the signing key.");

  const { origin, size, root } = checkpoint;
  const keyId = keyIdOf(fromBase64(key.entry.public_key) ?? new Uint8Array());
  if (key.entry.key !== keyId || entry.runner_key !== keyId)
    return fails("The registration is of another key than the one that the entry names.");
  if (key.index >= index) return fails("The key was registered only after this entry.");
  const logKeys = logKeysOf(policy, origin);
  const isVouchedFor =
    isStatementOf(key.dsse, key.entry, origin) &&
    (await isSignedBy(key.dsse, origin, logKeys, verifier));
  if (!isVouchedFor)
    return fails("The registration is not signed by a key that the policy knows for this log.");
  const leafHash = leafHashOfEntry(key.entry);
  return findingOf(
    () => verifyInclusion({ index: key.index, size, leafHash, proof: hashesOf(key.proof), root }),
    `The log registered the signing key as entry ${key.index}, before this one.`,
    "The proof that the log registered the signing key is wrong.",
  );
}
