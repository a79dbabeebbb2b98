import type { ReviewSubject } from "@/schemas/attestation-view";
import type { AttestationId } from "@/schemas/primitives";
import type { AttestationStore, Filing } from "@/server/adapters/db/attestation-store";
import type { AttesterKey, AttesterKeyStore } from "@/server/adapters/db/attester-key-store";
import type { ComparisonStore } from "@/server/adapters/db/comparison-store";
import type { EventBus } from "@/server/adapters/db/event-bus";
import type { JobStore } from "@/server/adapters/db/job-store";
import type { LogStore } from "@/server/adapters/db/log-store";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import type { Throttle } from "@/server/adapters/keys/throttle";
import { checkAttestation } from "@/server/domain/attest/check-attestation";
import type { SealedAttestation } from "@/server/domain/attest/draft-attestation";
import { equalBytes } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { leafBytesOf, leafHashOfEntry } from "@/server/domain/log/entry";
import { ed25519Verifier } from "@/server/domain/signature";

export type FileAttestationDeps = {
  readonly jobs: Pick<JobStore, "byId">;
  readonly comparisons: Pick<ComparisonStore, "byJob">;
  readonly attesterKeys: Pick<AttesterKeyStore, "byId">;
  readonly attestations: Pick<AttestationStore, "createOnce" | "byId">;
  readonly log: Pick<LogStore, "state">;
  readonly content: Pick<ContentStore, "put">;
  readonly bus: Pick<EventBus, "announce">;
  /** Counts what each key files. */
  readonly filingThrottle: Throttle;
  readonly origin: string;
  readonly now: () => Date;
};

/**
 * Files an attester's report about a comparison that stands in the published log. The signature is the
 * credential: who hands the report in does not matter. Safe to repeat: the same report has the same id.
 *
 * Its block is put before its row, so that no row names a block that is not held.
 *
 * @throws BeaconError ATTESTATION_MALFORMED, ATTESTATION_FOREIGN, ATTESTATION_SIGNATURE_INVALID,
 *   ATTESTATION_STALE, ATTESTATION_TOO_MANY, KEY_NOT_FOUND for a key that nobody enrolled here,
 *   KEY_NOT_READY while the log has not registered it, KEY_REVOKED, JOB_NOT_FOUND, COMPARISON_NOT_FOUND
 */
export async function fileAttestation(
  deps: FileAttestationDeps,
  attestation: SealedAttestation,
): Promise<{ readonly id: AttestationId; readonly isNew: boolean }> {
  const { report, entry, dsse } = attestation;
  if (await isFiled(deps, attestation)) return { id: report.id, isNew: false };
  const key = await signingKey(deps, attestation);
  const subject = await subjectOf(deps, attestation);
  const { publicKey, organisation } = key;
  const createdAt = deps.now();
  const block = await checkAttestation(
    attestation,
    { subject, publicKey, organisation, now: createdAt },
    await ed25519Verifier(),
  );
  if (!deps.filingThrottle.take(key.key))
    throw new BeaconError(
      "ATTESTATION_TOO_MANY",
      "This key has filed many reports just now; try again in a few minutes.",
    );
  const cid = await deps.content.put(block);
  const filing = await deps.attestations.createOnce(
    { report, cid, createdAt },
    {
      kind: entry.type,
      bytes: leafBytesOf(entry),
      leafHash: leafHashOfEntry(entry),
      dsse,
      jobId: entry.job,
      taskId: null,
      createdAt: new Date(entry.at),
    },
  );
  unlessRefused(filing, report.id);
  if (filing === "filed") {
    const { job: jobId, id: attestationId } = report;
    await deps.bus.announce({ kind: "job.changed", jobId });
    await deps.bus.announce({ kind: "attestation.filed", jobId, attestationId });
  }
  return { id: report.id, isNew: filing === "filed" };
}

/** Whether this very entry was filed before: then nothing of it needs to be judged again. */
async function isFiled(
  { attestations }: FileAttestationDeps,
  { report, entry }: SealedAttestation,
): Promise<boolean> {
  const known = await attestations.byId(report.id);
  return known !== null && equalBytes(known.leafHash, leafHashOfEntry(entry));
}

async function signingKey(
  { attesterKeys }: FileAttestationDeps,
  { entry }: SealedAttestation,
): Promise<AttesterKey> {
  const key = await attesterKeys.byId(entry.attester_key);
  if (key === null)
    throw new BeaconError("KEY_NOT_FOUND", `Nobody enrolled the key ${entry.attester_key} here.`);
  if (key.revokedAt !== null) throw revoked();
  if (key.registrationIndex === null)
    throw new BeaconError(
      "KEY_NOT_READY",
      "The log has not registered this key yet; try again in a moment.",
    );
  return key;
}

const revoked = (): BeaconError =>
  new BeaconError("KEY_REVOKED", "This key was revoked, or its owner may not attest any more.");

/** The comparison as it stands in the published log. */
async function subjectOf(
  deps: FileAttestationDeps,
  { entry }: SealedAttestation,
): Promise<ReviewSubject> {
  const job = await deps.jobs.byId(entry.job);
  if (job === null) throw new BeaconError("JOB_NOT_FOUND", `There is no job ${entry.job}.`);
  const comparison = await deps.comparisons.byJob(entry.job);
  const { publishedSize } = await deps.log.state();
  const { intentIndex, comparisonIndex } = job;
  const isPublished = comparisonIndex !== null && comparisonIndex < publishedSize;
  if (comparison === null || intentIndex === null || !isPublished)
    throw new BeaconError(
      "COMPARISON_NOT_FOUND",
      "This job has no comparison in the published log yet.",
    );
  return {
    log: deps.origin,
    job: job.id,
    intent: intentIndex,
    simulated: job.simulated,
    comparison: comparison.document.id,
    comparisonCid: comparison.cid,
    comparisonIndex,
  };
}

function unlessRefused(filing: Filing, id: AttestationId): void {
  if (filing === "revoked") throw revoked();
  if (filing === "taken")
    throw new BeaconError("ATTESTATION_MALFORMED", `Another report has the id ${id}.`);
}
