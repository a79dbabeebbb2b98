import { verifyInclusion } from "@/server/domain/log/merkle";
import { findingOf } from "@/server/domain/verify/finding-of";
import type { Evidence } from "@/server/domain/verify/read-evidence";
import type { Decided } from "@/server/domain/verify/report";

/** `leaf-included`: is the entry in the tree of the checkpoint, at the place that the file says? */
export const checkInclusion = ({ checkpoint, ...leaf }: Evidence): Promise<Decided> =>
  findingOf(
    () => verifyInclusion({ ...leaf, ...checkpoint }),
    `The entry is number ${leaf.index} of the ${checkpoint.size} entries that the log had.`,
    "The entry is not where the receipt says it is in the log.",
  );
