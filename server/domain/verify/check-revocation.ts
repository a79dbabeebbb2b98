import type { Checkpoint } from "@/server/domain/log/checkpoint";
import type { Evidence } from "@/server/domain/verify/read-evidence";
import { type Finding, fails } from "@/server/domain/verify/report";
import { checkSupporting } from "@/server/domain/verify/supporting-entry";

type Revocation = NonNullable<NonNullable<Evidence["key"]>["revocation"]>;

/**
 * The end of `runner-key-registered`: a revoked key's word counts for what stands in the log before
 * the revocation, and for nothing after it.
 *
 * @param registration where the log registered the key.
 * @param leaf where the entry that the key signed stands, and in which tree.
 * @param isVouchedFor whether the log signed the revocation.
 */
export async function checkRevocation(
  registration: number,
  revocation: Revocation,
  leaf: Checkpoint & { readonly index: bigint },
  isVouchedFor: () => Promise<boolean>,
): Promise<Finding> {
  const { entry, index } = revocation;
  if (!(await isVouchedFor()))
    return fails("The revocation is not signed by a key that the policy knows for this log.");
  if (entry.registration !== registration || index <= registration)
    return fails("The revocation is of another registration than this one.");
  const revoked = await checkSupporting(
    revocation,
    leaf,
    `The log registered the signing key as entry ${registration}, and took it back only later, as entry ${index}.`,
    "The proof that the log revoked the signing key is wrong.",
  );
  if (revoked.outcome === "holds" && index < leaf.index)
    return fails(`The signing key was revoked as entry ${index}, before this one.`, "KEY_REVOKED");
  return revoked;
}
