import type { TaskCounts } from "@/schemas/snapshot";
import type { JobStatus } from "@/schemas/task";

/** All that a job's status depends on. */
export type JobFacts = {
  /** Whether a published checkpoint includes the intent. */
  readonly intentPublished: boolean;
  readonly counts: TaskCounts;
  readonly comparisonStored: boolean;
  /** Whether an admin has withdrawn the job. */
  readonly withdrawn: boolean;
};

/**
 * A job's status, from what is on record.
 *
 * A withdrawn job stays WITHDRAWN, even when what had come back was compared: COMPLETED says that
 * the job ran as announced.
 */
export function jobStatusOf({
  intentPublished,
  counts,
  comparisonStored,
  withdrawn,
}: JobFacts): JobStatus {
  if (withdrawn) return "WITHDRAWN";
  if (comparisonStored) return "COMPLETED";
  if (!intentPublished) return "ANNOUNCING";
  return counts.queued + counts.running > 0 ? "RUNNING" : "COMPARING";
}
