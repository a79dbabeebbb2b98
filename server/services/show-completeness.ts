import type { JobId } from "@/schemas/primitives";
import type { CompletenessView } from "@/schemas/snapshot";
import type { ClosingStore } from "@/server/adapters/db/closing-store";
import type { JobStore } from "@/server/adapters/db/job-store";
import type { LogStore } from "@/server/adapters/db/log-store";
import { BeaconError } from "@/server/domain/errors";
import { planTasks } from "@/server/domain/job/plan";
import { completenessOf } from "@/server/domain/log/completeness";

export type ShowCompletenessDeps = {
  readonly jobs: Pick<JobStore, "byId">;
  readonly closings: ClosingStore;
  readonly log: Pick<LogStore, "state">;
  readonly now: () => Date;
};

/** Open tasks that are named; the rest is counted. */
const NAMED = 50;

/**
 * Holds what the published log closed of a job against what the job announced. The announced tasks
 * are laid down again from the spec, the closed ones are counted in the log's leaves: the rows that
 * the job was run with have no say.
 *
 * @throws BeaconError JOB_NOT_FOUND
 */
export async function showCompleteness(
  deps: ShowCompletenessDeps,
  jobId: JobId,
): Promise<CompletenessView> {
  const job = await deps.jobs.byId(jobId);
  if (job === null) throw new BeaconError("JOB_NOT_FOUND", `There is no job ${jobId}.`);
  const { publishedSize } = await deps.log.state();
  const closings = await deps.closings.ofJob(jobId, publishedSize);
  const { open, unannounced, doubled, ...counts } = completenessOf(
    planTasks(jobId, job.spec, job.orderSeed),
    closings,
    job.deadlineAt,
    deps.now(),
  );
  const isAnnounced = job.intentIndex !== null && job.intentIndex < publishedSize;
  return {
    ...counts,
    intentIndex: isAnnounced ? job.intentIndex : null,
    size: publishedSize,
    open: open.length,
    named: open.slice(0, NAMED),
    unannounced: unannounced.length,
    doubled: doubled.length,
  };
}
