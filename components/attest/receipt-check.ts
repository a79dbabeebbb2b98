import { counted, listed } from "@/components/ui/count";
import { checkTitle } from "@/components/verify/check-words";
import { runVerification, type Verification } from "@/components/verify/run-verification";
import type { VerificationWorld } from "@/components/verify/verification-world";
import type { ReviewCheck } from "@/schemas/attestation";
import type { ReviewSubject } from "@/schemas/attestation-view";
import { isReceiptOf } from "@/server/domain/attest/is-receipt-of";

const fails = (reason: string): ReviewCheck => ({
  check: "receipt-verifies",
  outcome: "fails",
  reason,
});

/** Why a receipt, however sound, is not that of the comparison under review; null when it is. */
function strangerOf({ facts }: Verification["report"], subject: ReviewSubject): string | null {
  if (facts === null) return "What the portal served is not a receipt that can be read.";
  const { entry } = facts;
  if (facts.index !== BigInt(subject.comparisonIndex) || entry.type !== "beacon.comparison/v1")
    return "The portal served the receipt of another entry.";
  return isReceiptOf(facts, subject)
    ? null
    : "The receipt is of another comparison, of other bytes, or of another job than the one on this page.";
}

/** The first row of the checklist, out of a verification. A document that nobody saw is not confirmed by anybody. */
function receiptCheck(verification: Verification, subject: ReviewSubject): ReviewCheck {
  const { report } = verification;
  const stranger = strangerOf(report, subject);
  if (stranger !== null) return fails(stranger);
  const named = (outcome: ReviewCheck["outcome"]) =>
    report.checks.filter((check) => check.outcome === outcome);
  const failed = named("fails");
  if (failed.length > 0)
    return fails(
      `${counted(failed.length, "check fails", "checks fail")}: ${listed(failed.map(({ name }) => `“${checkTitle(name)}”`))}.`,
    );
  if (report.verdict !== "sound") return fails("Too little could be checked to call it sound.");
  if (named("not-applicable").some(({ name }) => name === "bytes-match-cid"))
    return fails("The comparison’s document could not be had, so its bytes were not checked.");
  return {
    check: "receipt-verifies",
    outcome: "holds",
    reason: `${counted(named("holds").length, "check holds", "checks hold")} of ${report.checks.length}, none fails: computed in the attester’s browser.`,
  };
}

/**
 * Verifies the receipt of the comparison under review, here and now.
 *
 * @throws what fetching throws. A bad receipt is not thrown: it fails the check.
 */
export async function checkReceipt(
  world: VerificationWorld,
  subject: ReviewSubject,
): Promise<ReviewCheck> {
  const receipt = await world.fetchBytes(`/tlog/proof/${subject.comparisonIndex}`);
  return receiptCheck(
    await runVerification(world, { receipt, block: null, policy: null }),
    subject,
  );
}
