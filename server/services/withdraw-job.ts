import type { JobId } from "@/schemas/primitives";
import type { EventBus } from "@/server/adapters/db/event-bus";
import type { JobStore } from "@/server/adapters/db/job-store";
import { BeaconError } from "@/server/domain/errors";

export type WithdrawJobDeps = {
  readonly jobs: Pick<JobStore, "byId" | "markWithdrawn">;
  readonly bus: Pick<EventBus, "announce">;
  readonly now: () => Date;
};

/**
 * Ends a job early. Nothing that has come back is lost; the reconcile sweep closes every open task
 * as withdrawn, in the log.
 *
 * @returns false when it had been withdrawn or compared before.
 * @throws BeaconError JOB_NOT_FOUND
 */
export async function withdrawJob(
  deps: WithdrawJobDeps,
  jobId: JobId,
): Promise<{ withdrawn: boolean }> {
  if ((await deps.jobs.byId(jobId)) === null)
    throw new BeaconError("JOB_NOT_FOUND", `There is no job ${jobId}.`);
  const withdrawn = await deps.jobs.markWithdrawn(jobId, deps.now());
  if (withdrawn) await deps.bus.announce({ kind: "job.changed", jobId });
  return { withdrawn };
}
