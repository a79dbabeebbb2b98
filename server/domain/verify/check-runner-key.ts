import { fromBase64 } from "@/server/domain/bytes";
import { keyIdOf } from "@/server/domain/identity";
import { leafHashOfEntry } from "@/server/domain/log/entry";
import { verifyInclusion } from "@/server/domain/log/merkle";
import type { Policy } from "@/server/domain/log/policy";
import { isLogSigned } from "@/server/domain/log/receipt";
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
  if (isLogSigned(entry))
    return notApplicable("The log's own key signed this entry, so no other key is needed.");
  if (key === null) return fails("The receipt carries no registration of the signing key.");

  const { origin, size, root } = checkpoint;
  const keyId = keyIdOf(fromBase64(key.entry.public_key) ?? new Uint8Array());
  if (key.entry.key !== keyId || entry.runner_key !== keyId)
    return fails("The registration is of another key than the one that the entry names.");
  if (key.revocation !== undefined && key.revocation.entry.key !== keyId)
    return fails("The revocation is of another key than the one that the entry names.");
  if (key.index >= index) return fails("The key was registered only after this entry.");
  const logKeys = logKeysOf(policy, origin);
  const isVouchedFor =
    isStatementOf(key.dsse, key.entry, origin) &&
    (await isSignedBy(key.dsse, origin, logKeys, verifier));
  if (!isVouchedFor)
    return fails("The registration is not signed by a key that the policy knows for this log.");
  const leafHash = leafHashOfEntry(key.entry);
  const registered = findingOf(
    () => verifyInclusion({ index: key.index, size, leafHash, proof: hashesOf(key.proof), root }),
    `The log registered the signing key as entry ${key.index}, before this one.`,
    "The proof that the log registered the signing key is wrong.",
  );
  if (registered.outcome !== "holds" || key.revocation === undefined) return registered;
  return checkRevocation(key.index, key.revocation, { origin, size, root, index }, (dsse) =>
    isSignedBy(dsse, origin, logKeys, verifier),
  );
}

type Revocation = NonNullable<NonNullable<Evidence["key"]>["revocation"]>;

/** A revoked key's word counts for what stands in the log before the revocation, and for nothing after it. */
async function checkRevocation(
  registration: number,
  revocation: Revocation,
  leaf: { origin: string; size: number; root: Uint8Array; index: number },
  isSignedByLog: (dsse: Revocation["dsse"]) => Promise<boolean>,
): Promise<Finding> {
  const { entry, dsse, index } = revocation;
  const isVouchedFor = isStatementOf(dsse, entry, leaf.origin) && (await isSignedByLog(dsse));
  if (!isVouchedFor)
    return fails("The revocation is not signed by a key that the policy knows for this log.");
  if (entry.registration !== registration || index <= registration)
    return fails("The revocation is of another registration than this one.");
  const { size, root } = leaf;
  const claim = {
    index,
    size,
    leafHash: leafHashOfEntry(entry),
    proof: hashesOf(revocation.proof),
  };
  const revoked = findingOf(
    () => verifyInclusion({ ...claim, root }),
    `The log registered the signing key as entry ${registration}, and took it back only later, as entry ${index}.`,
    "The proof that the log revoked the signing key is wrong.",
  );
  if (revoked.outcome === "holds" && index < leaf.index)
    return fails(`The signing key was revoked as entry ${index}, before this one.`, "KEY_REVOKED");
  return revoked;
}
