import { isStatementOf } from "@/server/domain/verify/envelope";
import type { Evidence } from "@/server/domain/verify/read-evidence";
import { type Finding, fails, holds } from "@/server/domain/verify/report";

/** `receipt-binds-bytes`: does the signed statement speak of this entry, in this log? And does the report of an attestation? */
export async function checkBinding(evidence: Evidence, block: Uint8Array | null): Promise<Finding> {
  const { entry, dsse, checkpoint } = evidence;
  if (!isStatementOf(dsse, entry, checkpoint.origin))
    return fails("The signed statement speaks of something else than this log entry.");
  if (entry.type !== "beacon.attestation/v1" || block === null)
    return holds("The signed statement names this log entry, and the document that it stands for.");
  // Few receipts are of attestations: this part comes when it is needed.
  const { checkReport } = await import("@/server/domain/verify/check-report");
  return checkReport(entry, evidence, block);
}
