import type { SessionEntry } from "@/schemas/log-entry";
import type { SessionId } from "@/schemas/primitives";
import type { JobStore } from "@/server/adapters/db/job-store";
import type { RentalStore } from "@/server/adapters/db/rental-store";
import type { SessionStore } from "@/server/adapters/db/session-store";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import type { Signer } from "@/server/adapters/keys/key-store";
import { unitsOf } from "@/server/domain/job/amount";
import { fileEntry } from "@/server/domain/log/filing";
import { instantOf } from "@/server/domain/time";
import { vantageBytesOf } from "@/server/domain/vantage/vantage-document";

export type FileSessionDeps = {
  readonly jobs: Pick<JobStore, "byId">;
  readonly sessions: Pick<SessionStore, "byId" | "file">;
  readonly rentals: Pick<RentalStore, "ledgerOf">;
  readonly content: Pick<ContentStore, "put">;
  readonly runner: Signer;
  readonly origin: string;
  readonly now: () => Date;
};

/**
 * Puts how a session ended into the log: what all its probes together say, and what its provider was
 * paid. A session without evidence has asked nothing, and one at home has none: neither is filed.
 *
 * Safe to repeat. A session that died is filed by the reconcile sweep.
 */
export async function fileSession(deps: FileSessionDeps, id: SessionId): Promise<void> {
  const session = await deps.sessions.byId(id);
  if (session === null || session.endedAt === null || session.geo === null) return;
  const job = await deps.jobs.byId(session.jobId);
  if (job === null || job.intentIndex === null || session.providerId === null) return;
  const paid = (await deps.rentals.ledgerOf(job.id)).find(
    ({ agreementId, acceptedGlm }) =>
      agreementId === session.agreementId && unitsOf(acceptedGlm) > 0n,
  );
  const bytes = vantageBytesOf(session.geo);
  const entry: SessionEntry = {
    v: 1,
    type: "beacon.session/v1",
    at: instantOf(deps.now()),
    simulated: job.simulated,
    job: job.id,
    intent: job.intentIndex,
    session: id,
    country: session.country,
    provider: session.providerId,
    geo: session.geo.verdict,
    cid: await deps.content.put(bytes),
    size_bytes: bytes.length,
    ended: session.status === "SETTLED" ? "settled" : "lost",
    cost_glm: paid?.acceptedGlm ?? session.costGlm,
    runner_key: deps.runner.keyId,
  };
  await deps.sessions.file(id, fileEntry(entry, deps.origin, deps.runner));
}
