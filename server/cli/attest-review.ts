import type { ReviewCheck } from "@/schemas/attestation";
import type { ReviewSubject, ReviewView } from "@/schemas/attestation-view";
import type { JobId } from "@/schemas/primitives";
import type { PortalClient } from "@/server/cli/portal-client";
import { isReceiptOf } from "@/server/domain/attest/is-receipt-of";
import { BeaconError } from "@/server/domain/errors";
import type { Policy } from "@/server/domain/log/policy";
import type { VerificationReport } from "@/server/domain/verify/report";
import { verifyReceipt } from "@/server/domain/verify/verify-receipt";

/** A comparison with its whole checklist, its first row worked out here and not by the portal. */
export type Reviewed = {
  readonly view: ReviewView;
  readonly checklist: readonly ReviewCheck[];
  /** Whether the comparison's receipt is sound, and is of the comparison that the portal names. */
  readonly isSound: boolean;
};

/**
 * Fetches what the portal at `url` shows of a job's comparison, its receipt and its very bytes, and
 * verifies those by the reader's own policy.
 *
 * @throws BeaconError CONFIG_INVALID when the portal does not serve what it names.
 */
export async function reviewOver(
  client: PortalClient,
  url: string,
  jobId: JobId,
  policy: Policy,
): Promise<Reviewed> {
  const view = await client.attestations.review.query({ jobId });
  const { subject } = view;
  const report = await verifyReceipt({
    receipt: await bytesAt(`${url}/tlog/proof/${subject.comparisonIndex}`),
    block: await bytesAt(`${url}/ipfs/${subject.comparisonCid}?format=raw`),
    policy,
    lastSeen: null,
    consistency: null,
  });
  const first = firstRow(report, subject);
  return { view, checklist: [first, ...view.checks], isSound: first.outcome === "holds" };
}

async function bytesAt(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok)
    throw new BeaconError(
      "CONFIG_INVALID",
      `${url} answers ${response.status}, so nothing can be verified.`,
    );
  return new Uint8Array(await response.arrayBuffer());
}

function firstRow(report: VerificationReport, subject: ReviewSubject): ReviewCheck {
  const row = (outcome: "holds" | "fails", reason: string): ReviewCheck => ({
    check: "receipt-verifies",
    outcome,
    reason,
  });
  if (report.verdict === "unusable" || report.facts === null)
    return row("fails", "The comparison's receipt cannot be read as one.");
  const failed = report.checks.filter(({ outcome }) => outcome === "fails");
  if (failed.length > 0)
    return row(
      "fails",
      `The comparison's receipt is not sound: ${failed.map(({ name }) => name).join(", ")}.`,
    );
  const { size, cosigned } = report.facts;
  if (!isReceiptOf(report.facts, subject) || report.verdict !== "sound")
    return row("fails", "The receipt is of something else than the comparison that is shown.");
  return row(
    "holds",
    `Every check of the comparison's receipt holds, with its bytes, in a state of ${size} entries that ${cosigned.by.length} of ${cosigned.of} known witnesses cosigned.`,
  );
}
