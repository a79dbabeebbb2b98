import type { ReviewSubject } from "@/schemas/attestation-view";
import type { SealedAttestation } from "@/server/domain/attest/draft-attestation";
import { isReasoned } from "@/server/domain/attest/reasons";
import { canonicalBytes, cidOf } from "@/server/domain/digest";
import { BeaconError, type ErrorCode, isBeaconError } from "@/server/domain/errors";
import type { Ed25519Verifier } from "@/server/domain/signature";
import { isSignedBy, isStatementOf } from "@/server/domain/verify/envelope";

/** What an attestation is held against: the comparison as it stands here, and the key as the log registered it. */
export type CheckedAgainst = {
  readonly subject: ReviewSubject;
  /** Raw, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly organisation: string;
  readonly now: Date;
};

/** The longest report that the schema allows has some 60,000 bytes; the verifiers read no longer one. */
const MAX_REPORT_BYTES = 65_536;
/** So far the clock that an attester signs by may be off, and a report be under way. */
const MAX_AGE_MS = 10 * 60_000;

/**
 * Judges an attestation that was handed in, whose parts have their schemas' forms: that its reasons are
 * of its verdict's kind, that it is about this comparison, that entry and report agree, that the key
 * signed them, and that it did so just now.
 *
 * @returns the report's block.
 * @throws BeaconError ATTESTATION_MALFORMED, ATTESTATION_FOREIGN, ATTESTATION_SIGNATURE_INVALID,
 *   ATTESTATION_STALE
 */
export async function checkAttestation(
  attestation: SealedAttestation,
  against: CheckedAgainst,
  verifier: Ed25519Verifier,
): Promise<Uint8Array> {
  const block = blockOf(attestation);
  mustBeAbout(attestation, against);
  mustAgree(attestation, block);
  await mustBeSigned(attestation, against, verifier);
  if (Math.abs(Date.parse(attestation.entry.at) - against.now.getTime()) > MAX_AGE_MS)
    throw refused(
      "ATTESTATION_STALE",
      "The report was not signed just now: look at the clock, and sign it again.",
    );
  return block;
}

const refused = (code: ErrorCode, message: string, cause?: unknown): BeaconError =>
  new BeaconError(code, message, { cause });
const malformed = (message: string, cause?: unknown): BeaconError =>
  refused("ATTESTATION_MALFORMED", message, cause);

function blockOf({ report }: SealedAttestation): Uint8Array {
  if (!isReasoned(report.verdict, report.reasons))
    throw malformed("The reasons are not such as the verdict may have, in their order.");
  const named = report.checklist.map(({ check }) => check);
  if (new Set(named).size !== named.length)
    throw malformed("The checklist names a check more than once.");
  if (report.verdict === "confirm" && !isReceiptSound(report))
    throw malformed("Nobody confirms a comparison without having found its receipt sound.");
  const block = canonicalOf(report);
  if (block.length > MAX_REPORT_BYTES)
    throw malformed(`The report is longer than ${MAX_REPORT_BYTES} bytes.`);
  return block;
}

const isReceiptSound = ({ checklist }: SealedAttestation["report"]): boolean =>
  checklist.some(({ check, outcome }) => check === "receipt-verifies" && outcome === "holds");

function canonicalOf(report: SealedAttestation["report"]): Uint8Array {
  try {
    return canonicalBytes(report);
  } catch (error) {
    if (!isBeaconError(error)) throw error;
    throw malformed("The report holds text that has no canonical form.", error);
  }
}

/** Report and entry name this comparison, in this log, and the key as it is registered. */
function mustBeAbout({ report, entry }: SealedAttestation, against: CheckedAgainst): void {
  const { subject, organisation } = against;
  const isRight =
    report.log === subject.log &&
    report.job === subject.job &&
    report.comparison === subject.comparison &&
    report.comparison_cid === subject.comparisonCid &&
    report.comparison_index === subject.comparisonIndex &&
    entry.intent === subject.intent &&
    entry.simulated === subject.simulated;
  if (!isRight)
    throw refused(
      "ATTESTATION_FOREIGN",
      "The report is about another comparison than the one that stands here.",
    );
  if (report.organisation !== organisation)
    throw refused(
      "ATTESTATION_FOREIGN",
      "The report names another organisation than the one that the key is registered for.",
    );
}

function mustAgree({ report, entry }: SealedAttestation, block: Uint8Array): void {
  const isRight =
    entry.attestation === report.id &&
    entry.job === report.job &&
    entry.comparison === report.comparison &&
    entry.comparison_index === report.comparison_index &&
    entry.verdict === report.verdict &&
    entry.attester_key === report.attester_key &&
    entry.at === report.signed_at &&
    entry.cid === cidOf(block) &&
    entry.size_bytes === block.length;
  if (!isRight) throw malformed("The log entry does not say what the report says.");
}

async function mustBeSigned(
  { entry, dsse }: SealedAttestation,
  { subject, publicKey }: CheckedAgainst,
  verifier: Ed25519Verifier,
): Promise<void> {
  const isRight =
    isStatementOf(dsse, entry, subject.log) &&
    (await isSignedBy(dsse, entry.attester_key, [publicKey], verifier));
  if (!isRight)
    throw refused(
      "ATTESTATION_SIGNATURE_INVALID",
      "The signature is not the key's, or is not about this report.",
    );
}
