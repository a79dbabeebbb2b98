import type { AttestationReason, AttestationVerdict, ReviewCheckName } from "@/schemas/attestation";

/** What each verdict is called, and what one says by giving it. */
export const VERDICT_WORDS: Readonly<
  Record<AttestationVerdict, { readonly name: string; readonly did: string; readonly says: string }>
> = {
  confirm: {
    name: "Confirm",
    did: "confirms",
    says: "I checked what I name below, and this comparison says what its evidence shows.",
  },
  contest: {
    name: "Contest",
    did: "contests",
    says: "Something in this comparison is wrong or misleads, and I say what.",
  },
  inconclusive: {
    name: "Leave it open",
    did: "leaves open",
    says: "I looked at this comparison and could not decide; I say what was missing.",
  },
};

/** Every reason in a few words, and in a sentence. The same for who signs it and who reads it. */
export const REASON_WORDS: Readonly<
  Record<AttestationReason, { readonly name: string; readonly says: string }>
> = {
  "receipts-checked": {
    name: "Receipts checked",
    says: "Receipts of answers were verified, and not only that of the comparison.",
  },
  "answers-read": {
    name: "Answers read",
    says: "The answers were read, and say what their marks say.",
  },
  "numbers-recomputed": {
    name: "Figures recomputed",
    says: "The figures were computed again from the answers.",
  },
  "repeated-independently": {
    name: "Repeated independently",
    says: "The questions were asked again, not through this portal.",
  },
  "answers-misclassified": {
    name: "Answers misclassified",
    says: "Answers are marked as what they are not: refused, empty, answered.",
  },
  "not-comparable": {
    name: "Not comparable",
    says: "What was asked was not the same everywhere.",
  },
  "country-doubtful": {
    name: "Country doubtful",
    says: "An answer may not come from the country that is named.",
  },
  "prompt-misleading": {
    name: "Prompt misleads",
    says: "A prompt suggests its answer, or means something else in its language.",
  },
  "evidence-incomplete": {
    name: "Evidence incomplete",
    says: "Something is missing that the comparison rests on.",
  },
  "result-not-reproduced": {
    name: "Not reproduced",
    says: "The questions were asked again, and something else came back.",
  },
  "too-few-repeats": {
    name: "Too few repeats",
    says: "There are not enough answers a cell to tell chance from a difference.",
  },
  "language-not-read": {
    name: "Language not read",
    says: "Answers are in a language that the attester does not read.",
  },
  "evidence-not-reachable": {
    name: "Evidence not reachable",
    says: "Documents could not be fetched while it was reviewed.",
  },
  "too-little-time": {
    name: "Too little time",
    says: "There was not the time to check enough of it.",
  },
};

/** What each row of the checklist asks. */
export const CHECK_WORDS: Readonly<Record<ReviewCheckName, string>> = {
  "receipt-verifies": "The comparison’s receipt verifies",
  "announced-before-dispatch": "Announced before anything was asked",
  "every-task-closed": "Every announced task closed",
  "nothing-unannounced": "Nothing closed that was not announced",
  "comparison-recomputes": "The comparison comes out again when it is recomputed",
  "blocks-held": "The documents are held",
  "countries-verified": "The countries were verified",
  "repeats-enough": "There are enough repeats",
  "not-simulated": "Real services were asked",
};

/** Why a report by a key that was revoked as compromised is shown and not counted. */
export const KEY_COMPROMISED =
  "not counted: its key was revoked because somebody else may have had it";

/** What an attestation is not. Stands wherever attestations are counted. */
export const NO_MORE_THAN =
  "An attestation is the signed judgement of one attester. It does not prove a finding, and for whom an attester speaks is what an admin of this portal entered.";
