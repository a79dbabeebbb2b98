import type { Comparison } from "@/schemas/comparison";
import type { StoredJob } from "@/server/adapters/db/job-store";
import type { SessionStore } from "@/server/adapters/db/session-store";
import type { TaskStore } from "@/server/adapters/db/task-store";
import type { Recomputation } from "@/server/domain/attest/review-checks";
import { equalBytes } from "@/server/domain/bytes";
import { canonicalBytes } from "@/server/domain/digest";
import { compareJob } from "@/server/domain/eval/compare";
import { comparisonInput } from "@/server/domain/eval/comparison-input";

export type RecomputeComparisonDeps = {
  readonly tasks: Pick<TaskStore, "ofJob">;
  readonly sessions: Pick<SessionStore, "ofJob">;
  /** The ICU version whose word segmentation is at hand. */
  readonly icu: string;
};

/**
 * Computes a job's report again, from the answers as they are stored, with the function that computed
 * it, and holds the bytes of both against each other.
 */
export async function recomputeComparison(
  deps: RecomputeComparisonDeps,
  job: StoredJob,
  comparison: Comparison,
): Promise<Recomputation> {
  if (comparison.engine.icu !== deps.icu)
    return { kind: "other-icu", theirs: comparison.engine.icu, ours: deps.icu };
  const tasks = await deps.tasks.ofJob(job.id);
  const sessions = await deps.sessions.ofJob(job.id);
  const again = compareJob(
    comparisonInput({
      job,
      tasks,
      sessions,
      computedAt: comparison.computed_at,
      icu: deps.icu,
    }),
  );
  return equalBytes(canonicalBytes(again), canonicalBytes(comparison))
    ? { kind: "same", answers: tasks.filter(({ text }) => text !== null).length }
    : { kind: "differs" };
}
