import { z } from "zod";
import {
  AttestationId,
  Cid,
  ComparisonId,
  Instant,
  JobId,
  KeyId,
  LeafIndex,
} from "@/schemas/primitives";

/** What an attester says of a comparison. */
export const AttestationVerdict = z.enum(["confirm", "contest", "inconclusive"]);
export type AttestationVerdict = z.infer<typeof AttestationVerdict>;

/** Why: what was checked, what is wrong, or what could not be decided. Each belongs to one verdict. */
export const AttestationReason = z.enum([
  // confirm: what was done
  "receipts-checked",
  "answers-read",
  "numbers-recomputed",
  "repeated-independently",
  // contest: what is wrong
  "answers-misclassified",
  "not-comparable",
  "country-doubtful",
  "prompt-misleading",
  "evidence-incomplete",
  "result-not-reproduced",
  // inconclusive: what was missing
  "too-few-repeats",
  "language-not-read",
  "evidence-not-reachable",
  "too-little-time",
]);
export type AttestationReason = z.infer<typeof AttestationReason>;

/** What Beacon works out for a reviewer, from the published log and the blocks. */
export const ReviewCheckName = z.enum([
  "receipt-verifies",
  "announced-before-dispatch",
  "every-task-closed",
  "nothing-unannounced",
  "comparison-recomputes",
  "blocks-held",
  "countries-verified",
  "repeats-enough",
  "not-simulated",
]);
export type ReviewCheckName = z.infer<typeof ReviewCheckName>;

/** One row of the checklist: `reason` is a plain sentence with its figures. */
export const ReviewCheck = z.strictObject({
  check: ReviewCheckName,
  outcome: z.enum(["holds", "fails", "not-applicable"]),
  reason: z.string().min(1).max(300),
});
export type ReviewCheck = z.infer<typeof ReviewCheck>;

/** For whom an attester speaks, as the log registers it: 2 to 100 characters, none of them a control character. */
export const RegisteredOrganisation = z.string().regex(/^\P{Cc}{2,100}$/u);

/** The same as somebody types it. */
export const Organisation = z
  .string()
  .trim()
  .regex(/^\P{Cc}{2,100}$/u);
export type Organisation = z.infer<typeof Organisation>;

/** Where a key lives, in its owner's words: "Laptop". */
export const KeyLabel = z
  .string()
  .trim()
  .regex(/^\P{Cc}{1,60}$/u);

/**
 * An attester's report about one comparison: a block, and by its CID part of a signed entry of the
 * log. The last report of a key about a comparison counts; two of one organisation count once.
 */
export const AttestationReport = z.strictObject({
  version: z.literal("1.0"),
  id: AttestationId,
  /** The log in which the comparison stands. */
  log: z.string().min(3).max(255),
  job: JobId,
  comparison: ComparisonId,
  /** The very bytes that were reviewed. */
  comparison_cid: Cid,
  /** Where the comparison's entry stands. */
  comparison_index: LeafIndex,
  attester_key: KeyId,
  /** As the key is registered. */
  organisation: RegisteredOrganisation,
  verdict: AttestationVerdict,
  /** At least one, each of the verdict's kind, in the order of the schema, none twice. */
  reasons: z.array(AttestationReason).min(1).max(6),
  /** In the attester's own words. */
  statement: z.string().max(2_000),
  /** What ties the attester to a party, in their own words; null: nothing, they say. */
  interest: z.string().min(1).max(500).nullable(),
  /** What Beacon's checklist said when it was signed, row by row. */
  checklist: z.array(ReviewCheck).min(1).max(20),
  signed_at: Instant,
});
export type AttestationReport = z.infer<typeof AttestationReport>;
