import type { JobId } from "@/schemas/primitives";
import type { JobStore } from "@/server/adapters/db/job-store";
import type { LedgerLine, RentalStore } from "@/server/adapters/db/rental-store";
import type { SessionStore } from "@/server/adapters/db/session-store";
import type { VantageRenter } from "@/server/adapters/golem/vantage";
import { allocationEndOf } from "@/server/domain/golem/rental-length";

export type ReleaseAllocationDeps = {
  readonly jobs: Pick<JobStore, "unreleased" | "byId" | "markReleased">;
  readonly sessions: Pick<SessionStore, "ofJob">;
  readonly rentals: Pick<RentalStore, "ledgerOf" | "end">;
  readonly renter: Pick<VantageRenter, "releaseAllocation">;
  /** How long an invoice is waited for after its agreement ended. */
  readonly billGraceMs: number;
  readonly now: () => Date;
};

/**
 * Gives back what a finished job's allocation still reserves, once none of its sessions is settling and
 * no invoice is to be expected any more: nobody could be paid out of it afterwards.
 *
 * yagna ends no agreement whose provider cannot be reached. One that is still open when the allocation
 * has ended by itself costs nothing any more, and is written down as ended.
 */
export async function releaseAllocation(deps: ReleaseAllocationDeps, jobId: JobId): Promise<void> {
  const unreleased = (await deps.jobs.unreleased()).find(({ id }) => id === jobId);
  const job = unreleased === undefined ? null : await deps.jobs.byId(jobId);
  if (unreleased === undefined || job === null) return;
  const sessions = await deps.sessions.ofJob(jobId);
  if (sessions.some(({ endedAt }) => endedAt === null)) return;
  const now = deps.now();
  const since = new Date(now.getTime() - deps.billGraceMs);
  const ledger = await deps.rentals.ledgerOf(jobId);
  const isOver = allocationEndOf(job.deadlineAt) <= now;
  if (!isOver && ledger.some((line) => mayBeBilled(line, since))) return;
  for (const { agreementId, endedAt } of ledger)
    if (endedAt === null)
      await deps.rentals.end(agreementId, "its time is over, and yagna did not end it", now);
  await deps.renter.releaseAllocation(unreleased.allocationId);
  await deps.jobs.markReleased(jobId, now);
}

/** Whether an invoice may still come: an agreement that nobody has ended is the orphan reaper's first. */
const mayBeBilled = ({ isInvoiced, endedAt }: LedgerLine, since: Date): boolean =>
  !isInvoiced && (endedAt === null || endedAt > since);
