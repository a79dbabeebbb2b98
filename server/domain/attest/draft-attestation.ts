import type {
  AttestationReason,
  AttestationReport,
  AttestationVerdict,
  ReviewCheck,
} from "@/schemas/attestation";
import type { ReviewSubject } from "@/schemas/attestation-view";
import type { AttestationEntry } from "@/schemas/log-entry";
import type { KeyId } from "@/schemas/primitives";
import type { DsseEnvelope } from "@/schemas/receipt";
import { inOrder } from "@/server/domain/attest/reasons";
import { base64 } from "@/server/domain/bytes";
import { canonicalBytes, cidOf } from "@/server/domain/digest";
import { attestationIdFrom } from "@/server/domain/identity";
import { paeOf, STATEMENT_TYPE, statementBytes } from "@/server/domain/log/receipt";
import { instantOf } from "@/server/domain/time";

/** What an attester says of a comparison, and with which key they will sign it. */
export type AttestationInput = {
  readonly subject: ReviewSubject;
  readonly key: KeyId;
  /** As the key is registered. */
  readonly organisation: string;
  readonly verdict: AttestationVerdict;
  /** In any order. */
  readonly reasons: readonly AttestationReason[];
  readonly statement: string;
  readonly interest: string | null;
  readonly checklist: readonly ReviewCheck[];
  readonly at: Date;
  /** 16 bytes drawn at random: they make the report's id. */
  readonly random16: Uint8Array;
};

/** A report that is not signed yet. */
export type AttestationDraft = {
  readonly report: AttestationReport;
  readonly entry: AttestationEntry;
  /** The report's block: its RFC 8785 bytes. */
  readonly reportBytes: Uint8Array;
  /** The in-toto statement that names the report, the entry and the log. */
  readonly statement: Uint8Array;
  /** What the key signs: the statement's DSSE pre-authentication encoding. */
  readonly toSign: Uint8Array;
};

/** What is handed in: the report, its entry, and the attester's signature. */
export type SealedAttestation = {
  readonly report: AttestationReport;
  readonly entry: AttestationEntry;
  readonly dsse: DsseEnvelope;
};

/**
 * Lays a report and its log entry down, ready to be signed. The same function in the browser and on
 * the command line: what is signed is made where the key is.
 *
 * @throws BeaconError CANONICAL_UNSUPPORTED_VALUE for text with a lone surrogate, BLOCK_TOO_LARGE
 */
export function draftAttestation(input: AttestationInput): AttestationDraft {
  const { subject, verdict } = input;
  const at = instantOf(input.at);
  const id = attestationIdFrom(input.random16);
  const report: AttestationReport = {
    version: "1.0",
    id,
    log: subject.log,
    job: subject.job,
    comparison: subject.comparison,
    comparison_cid: subject.comparisonCid,
    comparison_index: subject.comparisonIndex,
    attester_key: input.key,
    organisation: input.organisation,
    verdict,
    reasons: [...inOrder(input.reasons)],
    statement: input.statement,
    interest: input.interest,
    checklist: [...input.checklist],
    signed_at: at,
  };
  const reportBytes = canonicalBytes(report);
  const entry: AttestationEntry = {
    v: 1,
    type: "beacon.attestation/v1",
    at,
    simulated: subject.simulated,
    job: subject.job,
    intent: subject.intent,
    comparison: subject.comparison,
    comparison_index: subject.comparisonIndex,
    attestation: id,
    verdict,
    cid: cidOf(reportBytes),
    size_bytes: reportBytes.length,
    attester_key: input.key,
  };
  const statement = statementBytes(entry, subject.log);
  return { report, entry, reportBytes, statement, toSign: paeOf(STATEMENT_TYPE, statement) };
}

/** Puts the attester's 64-byte Ed25519 signature of `toSign` to the report. */
export const sealAttestation = (
  { report, entry, statement }: AttestationDraft,
  signature64: Uint8Array,
): SealedAttestation => ({
  report,
  entry,
  dsse: {
    payload: base64(statement),
    payloadType: STATEMENT_TYPE,
    signatures: [{ keyid: entry.attester_key, sig: base64(signature64) }],
  },
});
