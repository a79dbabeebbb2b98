import { AttestationReason, type AttestationVerdict } from "@/schemas/attestation";

/** Which reasons belong to which verdict, in the schema's order. */
export const REASONS_OF: Readonly<Record<AttestationVerdict, readonly AttestationReason[]>> = {
  confirm: ["receipts-checked", "answers-read", "numbers-recomputed", "repeated-independently"],
  contest: [
    "answers-misclassified",
    "not-comparable",
    "country-doubtful",
    "prompt-misleading",
    "evidence-incomplete",
    "result-not-reproduced",
  ],
  inconclusive: [
    "too-few-repeats",
    "language-not-read",
    "evidence-not-reachable",
    "too-little-time",
  ],
};

/** Reasons in the schema's order, none twice. */
export const inOrder = (reasons: readonly AttestationReason[]): readonly AttestationReason[] =>
  AttestationReason.options.filter((reason) => reasons.includes(reason));

/** Whether there is a reason, each is of the verdict's kind, and they stand in order, none twice. */
export const isReasoned = (
  verdict: AttestationVerdict,
  reasons: readonly AttestationReason[],
): boolean =>
  reasons.length > 0 &&
  reasons.every((reason) => REASONS_OF[verdict].includes(reason)) &&
  inOrder(reasons).join() === reasons.join();
