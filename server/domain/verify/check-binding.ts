import { isStatementOf } from "@/server/domain/verify/envelope";
import type { Evidence } from "@/server/domain/verify/read-evidence";
import { type Finding, fails, holds } from "@/server/domain/verify/report";

/** `receipt-binds-bytes`: does the signed statement speak of this entry, in this log? */
export function checkBinding({ entry, dsse, checkpoint }: Evidence): Finding {
  return isStatementOf(dsse, entry, checkpoint.origin)
    ? holds("The signed statement names this log entry, and the document that it stands for.")
    : fails("The signed statement speaks of something else than this log entry.");
}
