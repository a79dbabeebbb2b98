import type { AttestationReport } from "@/schemas/attestation";
import type { AttestationEntry } from "@/schemas/log-entry";
import { equalBytes, fromUtf8 } from "@/server/domain/bytes";
import { canonicalBytes, type Json } from "@/server/domain/digest";
import type { Evidence } from "@/server/domain/verify/read-evidence";
import { type Finding, fails, holds } from "@/server/domain/verify/report";
import { jsonWithin } from "@/server/domain/verify/shape";

/** The longest report that the schema allows has some 60,000 bytes. */
const MAX_REPORT_BYTES = 65_536;
/** How deep a report is nested: its checklist is a list of rows of texts. */
const REPORT_DEPTH = 4;

/**
 * The end of `receipt-binds-bytes`, for an attestation whose report is at hand: the entry repeats what
 * the report says of itself, so that nobody has to fetch a block to count verdicts. Do they agree?
 */
export function checkReport(
  entry: AttestationEntry,
  { key, checkpoint }: Pick<Evidence, "key" | "checkpoint">,
  block: Uint8Array,
): Finding {
  const report = reportIn(block);
  if (report === null) return fails("The document is not a report in canonical form.");
  const expected = {
    id: entry.attestation,
    log: checkpoint.origin,
    job: entry.job,
    comparison: entry.comparison,
    comparison_index: entry.comparison_index,
    attester_key: entry.attester_key,
    verdict: entry.verdict,
    signed_at: entry.at,
    // Without a registration there is nothing to hold the name against, and that is said elsewhere.
    ...(key?.entry.role === "attester" && { organisation: key.entry.organisation }),
  } satisfies Partial<AttestationReport>;
  return Object.entries(expected).every(([name, value]) => report[name] === value)
    ? holds("The signed statement names this log entry, and the report says what the entry says.")
    : fails("The report says something else than the log entry says of it.");
}

/** The report whose canonical form the block is; null when it is none. */
function reportIn(block: Uint8Array): { readonly [name: string]: Json } | null {
  if (block.length > MAX_REPORT_BYTES) return null;
  try {
    const value: Json = JSON.parse(fromUtf8(block) ?? "");
    const isReport = jsonWithin(REPORT_DEPTH)(value) && equalBytes(canonicalBytes(value), block);
    return isReport ? (value as { readonly [name: string]: Json } | null) : null;
  } catch {
    return null;
  }
}
