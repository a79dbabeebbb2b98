import { verifyConsistency } from "@/server/domain/log/merkle";
import { findingOf } from "@/server/domain/verify/finding-of";
import type { Evidence } from "@/server/domain/verify/read-evidence";
import { type Finding, notApplicable } from "@/server/domain/verify/report";

/** A state of the log that the reader saw before, signed by the log: leaves, and the 32-byte root. */
export type LastSeen = { readonly size: bigint; readonly root: Uint8Array };

/**
 * `consistent-with-last-seen`: is one of the two states the beginning of the other?
 *
 * @param consistency the hashes that lead from the smaller state to the larger, whichever is which.
 */
export async function checkConsistency(
  { checkpoint }: Evidence,
  lastSeen: LastSeen,
  consistency: readonly Uint8Array[] | null,
): Promise<Finding> {
  const [older, newer] =
    lastSeen.size <= checkpoint.size ? [lastSeen, checkpoint] : [checkpoint, lastSeen];
  if (older.size === 0n) return notApplicable("The earlier state of this log was empty.");
  if (consistency === null && older.size !== newer.size)
    return notApplicable("No proof between the state seen earlier and this one was at hand.");
  return findingOf(
    () =>
      verifyConsistency({
        oldSize: older.size,
        newSize: newer.size,
        oldRoot: older.root,
        newRoot: newer.root,
        proof: older.size === newer.size ? [] : (consistency ?? []),
      }),
    older.size === newer.size
      ? `The log has the same ${newer.size} entries as before.`
      : `Nothing was changed or taken away as ${older.size} entries grew to ${newer.size}.`,
    "This state of the log and the one seen earlier do not belong to one history.",
  );
}
