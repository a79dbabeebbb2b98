import type { JobId } from "@/schemas/primitives";
import type { JobStore } from "@/server/adapters/db/job-store";
import type { SessionStore } from "@/server/adapters/db/session-store";
import type { VantageRenter } from "@/server/adapters/golem/vantage";

export type ReleaseAllocationDeps = {
  readonly jobs: Pick<JobStore, "unreleased" | "markReleased">;
  readonly sessions: Pick<SessionStore, "ofJob">;
  readonly renter: Pick<VantageRenter, "releaseAllocation">;
  readonly now: () => Date;
};

/** Gives back what a finished job's allocation still reserves, once none of its sessions is settling. */
export async function releaseAllocation(deps: ReleaseAllocationDeps, jobId: JobId): Promise<void> {
  const job = (await deps.jobs.unreleased()).find(({ id }) => id === jobId);
  if (job === undefined) return;
  const sessions = await deps.sessions.ofJob(jobId);
  if (sessions.some(({ endedAt }) => endedAt === null)) return;
  await deps.renter.releaseAllocation(job.allocationId);
  await deps.jobs.markReleased(jobId, deps.now());
}
