import type { AttestationTally, AttestationView } from "@/schemas/attestation-view";
import type { AttestationId, JobId, KeyId } from "@/schemas/primitives";
import type { AttestationStore, StoredAttestation } from "@/server/adapters/db/attestation-store";
import type { AttesterKeyStore } from "@/server/adapters/db/attester-key-store";
import type { JobStore, StoredJob } from "@/server/adapters/db/job-store";
import type { LogStore } from "@/server/adapters/db/log-store";
import { countAttestations, countedReport } from "@/server/domain/attest/count-attestations";
import { BeaconError } from "@/server/domain/errors";
import { keyRegistryOf } from "@/server/domain/log/key-registry";
import { instantOf } from "@/server/domain/time";

export type ShowAttestationsDeps = {
  readonly jobs: Pick<JobStore, "byId">;
  readonly attestations: Pick<AttestationStore, "ofJob" | "byId">;
  readonly attesterKeys: Pick<AttesterKeyStore, "revokedAt">;
  readonly log: Pick<LogStore, "ofKind" | "state">;
};

/**
 * What attesters say of a job's comparison, in the log's order, and how many organisations say what. Only
 * what a published checkpoint includes is counted, and nothing by a key that it revokes as compromised.
 *
 * @throws BeaconError JOB_NOT_FOUND
 */
export async function showAttestations(
  deps: ShowAttestationsDeps,
  jobId: JobId,
): Promise<{ readonly tally: AttestationTally; readonly reports: readonly AttestationView[] }> {
  const job = await deps.jobs.byId(jobId);
  if (job === null) throw new BeaconError("JOB_NOT_FOUND", `There is no job ${jobId}.`);
  const stored = await deps.attestations.ofJob(jobId);
  const { publishedSize } = await deps.log.state();
  const reports = await viewsOf(deps, job, stored, publishedSize);
  const published = reports.filter(({ leafIndex }) => leafIndex !== null);
  return { tally: countAttestations(published.map(countedReport)), reports };
}

/** One attestation. @throws BeaconError ATTESTATION_NOT_FOUND */
export async function showAttestation(
  deps: ShowAttestationsDeps,
  id: AttestationId,
): Promise<AttestationView> {
  const found = await deps.attestations.byId(id);
  const job = found && (await deps.jobs.byId(found.report.job));
  if (job === null)
    throw new BeaconError("ATTESTATION_NOT_FOUND", `There is no attestation ${id}.`);
  const { publishedSize } = await deps.log.state();
  const all = await viewsOf(deps, job, await deps.attestations.ofJob(job.id), publishedSize);
  const view = all.find((one) => one.id === id);
  if (view === undefined) throw new Error(`attestation ${id} is not among those of its job`);
  return view;
}

async function viewsOf(
  deps: Pick<ShowAttestationsDeps, "attesterKeys" | "log">,
  job: StoredJob,
  stored: readonly StoredAttestation[],
  publishedSize: number,
): Promise<readonly AttestationView[]> {
  const revokedAt = await deps.attesterKeys.revokedAt(
    stored.map(({ report }) => report.attester_key),
  );
  const revokedAs = revokedAt.size === 0 ? null : await reasonsOf(deps, publishedSize);
  const lastOfKey = new Map(stored.map(({ report }) => [report.attester_key, report.id]));
  return stored.map(({ report, cid, index }) => ({
    id: report.id,
    job: report.job,
    jobTitle: job.spec.title,
    comparison: report.comparison,
    key: report.attester_key,
    organisation: report.organisation,
    verdict: report.verdict,
    reasons: report.reasons,
    statement: report.statement,
    interest: report.interest,
    checklist: report.checklist,
    signedAt: report.signed_at,
    cid,
    leafIndex: index !== null && index < publishedSize ? index : null,
    isSuperseded: lastOfKey.get(report.attester_key) !== report.id,
    keyRevokedAt: instantOrNull(revokedAt, report.attester_key),
    keyRevokedAs: revokedAs?.get(report.attester_key) ?? null,
    isSimulated: job.simulated,
  }));
}

function instantOrNull(revokedAt: ReadonlyMap<KeyId, Date>, key: KeyId) {
  const at = revokedAt.get(key);
  return at === undefined ? null : instantOf(at);
}

/** Why the published log revoked each key that it revoked. */
async function reasonsOf({ log }: Pick<ShowAttestationsDeps, "log">, publishedSize: number) {
  const leaves = [
    ...(await log.ofKind("beacon.key/v1", null)),
    ...(await log.ofKind("beacon.revocation/v1", null)),
  ].filter(({ index }) => index < publishedSize);
  return new Map(
    keyRegistryOf(leaves).map(({ key, revocation }) => [key, revocation?.entry.reason ?? null]),
  );
}
