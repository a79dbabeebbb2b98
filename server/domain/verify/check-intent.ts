import { leafHashOfEntry } from "@/server/domain/log/entry";
import { verifyInclusion } from "@/server/domain/log/merkle";
import { isLogSigned } from "@/server/domain/log/receipt";
import { findingOf } from "@/server/domain/verify/finding-of";
import { hashesOf } from "@/server/domain/verify/hashes-of";
import type { Evidence } from "@/server/domain/verify/read-evidence";
import { type Finding, fails, notApplicable } from "@/server/domain/verify/report";

/** `intent-announced`: had the log announced the job before it took in this entry? */
export function checkIntent({ entry, index, intent, checkpoint }: Evidence): Finding {
  if (isLogSigned(entry)) return notApplicable("This entry belongs to no job.");
  if (entry.type === "beacon.intent/v1")
    return notApplicable("This entry is itself the announcement of a job.");
  if (intent === null) return fails("The receipt carries no announcement of the job.");
  if (intent.index !== entry.intent || intent.index >= index)
    return fails("The announcement does not stand in the log where the entry says, before it.");
  const isSameSpec = !("spec_cid" in entry) || intent.entry.spec_cid === entry.spec_cid;
  if (intent.entry.job !== entry.job || !isSameSpec)
    return fails("The announcement is of another job.");
  const { size, root } = checkpoint;
  const leafHash = leafHashOfEntry(intent.entry);
  const proof = hashesOf(intent.proof);
  return findingOf(
    () => verifyInclusion({ index: intent.index, size, leafHash, proof, root }),
    `The log announced the job as entry ${intent.index}, before this one.`,
    "The proof that the log announced the job is wrong.",
  );
}
