import type { RentalStore } from "@/server/adapters/db/rental-store";
import type { SessionStore } from "@/server/adapters/db/session-store";
import type { Orphans, VantageRenter } from "@/server/adapters/golem/vantage";
import type { Logger } from "@/server/telemetry/logger";

export type ReapOrphansDeps = {
  readonly rentals: Pick<RentalStore, "known">;
  readonly sessions: Pick<SessionStore, "heldAgreements">;
  readonly renter: Pick<VantageRenter, "reap">;
  /** After so long without a sign of life a session holds nothing. */
  readonly leaseMs: number;
  readonly log: Logger;
  readonly now: () => Date;
};

/** How long after an agreement's end its last bills are waited for. */
const BILLS_MS = 24 * 3_600_000;

/**
 * Ends agreements that a process which died left behind, and answers bills that nobody has answered.
 * Nothing that a living session holds is touched, nor an agreement so young that its session may not
 * have been able to say so.
 */
export async function reapOrphans(deps: ReapOrphansDeps): Promise<Orphans> {
  const now = deps.now().getTime();
  const aliveSince = new Date(now - deps.leaseMs);
  const rentals = await deps.rentals.known(new Date(now - BILLS_MS));
  const held = new Set([
    ...(await deps.sessions.heldAgreements(aliveSince)),
    ...rentals
      .filter(({ endedAt, heldAt }) => endedAt === null && heldAt > aliveSince)
      .map(({ agreementId }) => agreementId),
  ]);
  const known = new Map(
    rentals.map(({ agreementId, allocationId, createdAt: since, endedAt }) => [
      agreementId,
      { allocationId, since, isEnded: endedAt !== null },
    ]),
  );
  const orphans = await deps.renter.reap(known, held);
  if (orphans.ended.length > 0 || orphans.bills > 0)
    deps.log.info(
      { ended: orphans.ended, bills: orphans.bills },
      "agreements that nobody held were ended, and their bills answered",
    );
  for (const problem of orphans.problems)
    deps.log.warn({ problem }, "an orphan could not be ended");
  return orphans;
}
