import { verifyInclusion } from "@/server/domain/log/merkle";
import { findingOf } from "@/server/domain/verify/finding-of";
import type { Evidence } from "@/server/domain/verify/read-evidence";
import type { Finding } from "@/server/domain/verify/report";

/** `leaf-included`: is the entry in the tree of the checkpoint, at the place that the file says? */
export function checkInclusion({ index, leafHash, proof, checkpoint }: Evidence): Finding {
  const { size, root } = checkpoint;
  return findingOf(
    () => verifyInclusion({ index, size, leafHash, proof, root }),
    `The entry is number ${index} of the ${size} entries that the log had.`,
    "The entry is not where the receipt says it is in the log.",
  );
}
