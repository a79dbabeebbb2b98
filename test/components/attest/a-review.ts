import type { VerificationWorld } from "@/components/verify/verification-world";
import type { ReviewCheck } from "@/schemas/attestation";
import type {
  AttestationTally,
  AttestationView,
  AttesterKeyView,
  ReviewView,
} from "@/schemas/attestation-view";
import type { AttestationId, Cid, Instant, JobId, KeyId } from "@/schemas/primitives";
import type { Viewer } from "@/schemas/snapshot";
import { utf8 } from "@/server/domain/bytes";
import { cidOf } from "@/server/domain/digest";
import { aWorld } from "@/test/components/verify/a-world";
import { aComparison, aKeyEntry, aLog, anIntent } from "@/test/domain/verify/a-log";

/** The comparison under review, and a log in which it stands. */
export const document = utf8('{"finding":{"rung":"not-tested"}}');
export const comparison = aComparison({ cid: cidOf(document), size_bytes: document.length });
export const COMPARISON_INDEX = 2;
export const log = aLog({
  entries: [
    aKeyEntry(),
    anIntent(),
    comparison,
    aComparison({ cid: cidOf(utf8("{}")), size_bytes: 2 }),
  ],
});

/** A portal that serves that log and that document honestly, every part of it replaceable. */
export const aReviewWorld = (
  files: { readonly [path: string]: Uint8Array | Error } = {},
): VerificationWorld =>
  aWorld(
    {
      [`/tlog/proof/${COMPARISON_INDEX}`]: log.receiptOf(COMPARISON_INDEX),
      "/tlog/policy": utf8(log.policyText),
      [`/ipfs/${comparison.cid}?format=raw`]: document,
      ...files,
    },
    { fetchConsistency: async () => null },
  );

const CHECKS: readonly ReviewCheck[] = [
  {
    check: "every-task-closed",
    outcome: "holds",
    reason: "All 8 announced tasks closed in the log.",
  },
  {
    check: "countries-verified",
    outcome: "not-applicable",
    reason: "No response came through a rented exit.",
  },
  {
    check: "not-simulated",
    outcome: "fails",
    reason: "The network and the models were simulated.",
  },
];

export const aReviewView = (fields: Partial<ReviewView> = {}): ReviewView => ({
  subject: {
    log: log.origin,
    job: comparison.job,
    intent: 1,
    simulated: true,
    comparison: comparison.comparison,
    comparisonCid: comparison.cid,
    comparisonIndex: COMPARISON_INDEX,
  },
  title: "Is the museum open?",
  checks: CHECKS,
  ...fields,
});

export const anAttester = (fields: Partial<Viewer> = {}): Viewer => ({
  id: "usr-aaaaaaaaaaaaaaaaaaaaaaaaaa",
  name: "Anna",
  role: "attester",
  ...fields,
});

const at = "2026-11-22T12:00:00.000Z" as Instant;

export const aKeyView = (fields: Partial<AttesterKeyView> = {}): AttesterKeyView => ({
  key: `key-${"k".repeat(26)}` as KeyId,
  label: "Laptop",
  organisation: "Example Newsroom",
  createdAt: at,
  registrationIndex: 7,
  revokedAt: null,
  ...fields,
});

export const aReportView = (fields: Partial<AttestationView> = {}): AttestationView => ({
  id: `att-${"a".repeat(26)}` as AttestationId,
  job: `job-${"a".repeat(26)}` as JobId,
  jobTitle: "Is the museum open?",
  comparison: comparison.comparison,
  key: `key-${"k".repeat(26)}` as KeyId,
  organisation: "Example Newsroom",
  verdict: "confirm",
  reasons: ["receipts-checked", "answers-read"],
  statement: "I read all answers from Kenya.",
  interest: null,
  checklist: CHECKS,
  signedAt: at,
  cid: `bafkrei${"a".repeat(52)}` as Cid,
  leafIndex: 9,
  isSuperseded: false,
  keyRevokedAt: null,
  keyRevokedAs: null,
  isSimulated: true,
  ...fields,
});

export const aTally = (fields: Partial<AttestationTally> = {}): AttestationTally => ({
  confirm: 0,
  contest: 0,
  inconclusive: 0,
  organisations: [],
  ...fields,
});
