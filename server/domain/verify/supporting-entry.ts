import type { LogEntry } from "@/schemas/log-entry";
import { bytesOf } from "@/server/domain/bytes";
import type { Checkpoint } from "@/server/domain/log/checkpoint";
import { leafHashOfEntry } from "@/server/domain/log/entry";
import { verifyInclusion } from "@/server/domain/log/merkle";
import { findingOf } from "@/server/domain/verify/finding-of";
import type { Decided } from "@/server/domain/verify/report";

/** An entry that a receipt's own leans on, with its place in the same tree. */
type SupportingEntry = {
  readonly entry: LogEntry;
  readonly index: number;
  /** Sibling hashes from leaf to root, base64. */
  readonly proof: readonly string[];
};

/** Is the entry in the tree of the checkpoint, at the place that the file says? */
export const checkSupporting = (
  { entry, index, proof }: SupportingEntry,
  { size, root }: Checkpoint,
  whenHolds: string,
  whenFails: string,
): Promise<Decided> =>
  findingOf(
    () =>
      verifyInclusion({
        index,
        size,
        root,
        leafHash: leafHashOfEntry(entry),
        proof: proof.map(bytesOf),
      }),
    whenHolds,
    whenFails,
  );
