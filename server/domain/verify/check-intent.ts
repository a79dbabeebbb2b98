import { isLogSigned } from "@/server/domain/log/receipt";
import type { Evidence } from "@/server/domain/verify/read-evidence";
import { type Finding, fails, notApplicable } from "@/server/domain/verify/report";
import { checkSupporting } from "@/server/domain/verify/supporting-entry";

/** `intent-announced`: had the log announced the job before it took in this entry? */
export async function checkIntent({
  entry,
  index,
  intent,
  checkpoint,
}: Evidence): Promise<Finding> {
  if (isLogSigned(entry)) return notApplicable("This entry belongs to no job.");
  if (entry.type === "beacon.intent/v1")
    return notApplicable("This entry is itself the announcement of a job.");
  if (intent === null) return fails("The receipt carries no announcement of the job.");
  if (intent.index !== entry.intent || intent.index >= index)
    return fails("The announcement does not stand in the log where the entry says, before it.");
  const isSameSpec = !("spec_cid" in entry) || intent.entry.spec_cid === entry.spec_cid;
  if (intent.entry.job !== entry.job || !isSameSpec)
    return fails("The announcement is of another job.");
  return checkSupporting(
    intent,
    checkpoint,
    `The log announced the job as entry ${intent.index}, before this one.`,
    "The proof that the log announced the job is wrong.",
  );
}
