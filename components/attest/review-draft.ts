import type { AttestationReason, AttestationVerdict } from "@/schemas/attestation";
import { inOrder, REASONS_OF } from "@/server/domain/attest/reasons";

/** As `AttestationReport` limits them. */
export const MAX_STATEMENT = 2_000;
export const MAX_INTEREST = 500;

/** What the form holds, as typed. Reasons that belong to another verdict are kept, and left out when it is signed. */
export type ReviewDraft = {
  readonly verdict: AttestationVerdict | null;
  readonly reasons: readonly AttestationReason[];
  readonly statement: string;
  /** Whether something ties the attester to a party; null: not said yet. */
  readonly isTied: boolean | null;
  readonly interest: string;
};

export const EMPTY_DRAFT: ReviewDraft = {
  verdict: null,
  reasons: [],
  statement: "",
  isTied: null,
  interest: "",
};

/** What is said in a report. */
export type ReviewAnswers = {
  readonly verdict: AttestationVerdict;
  readonly reasons: readonly AttestationReason[];
  readonly statement: string;
  readonly interest: string | null;
};

export type DraftField = "verdict" | "reasons" | "statement" | "interest" | "checklist";
export type DraftProblem = { readonly field: DraftField; readonly sentence: string };

/** The reasons that are ticked and belong to the chosen verdict. */
export const chosenReasons = ({ verdict, reasons }: ReviewDraft): readonly AttestationReason[] =>
  verdict === null ? [] : inOrder(reasons.filter((one) => REASONS_OF[verdict].includes(one)));

/** Half of a pair of UTF-16 units, as where a paste was cut: it has no bytes, so it cannot be signed. */
const isBroken = (text: string) => /\p{Surrogate}/u.test(text);
const HALF = "There is half a character in the text, perhaps at its end. Take it out.";

/**
 * What keeps the form from being signed, field by field; empty: nothing.
 *
 * @param whyNotConfirm why confirming is not offered; null: it is.
 */
export function problemsOf(
  draft: ReviewDraft,
  whyNotConfirm: string | null,
): readonly DraftProblem[] {
  const { verdict, statement, isTied, interest } = draft;
  const problem = (field: DraftField, sentence: string) => [{ field, sentence }];
  return [
    ...(verdict === null ? problem("verdict", "Choose a verdict.") : []),
    ...(verdict === "confirm" && whyNotConfirm !== null ? problem("verdict", whyNotConfirm) : []),
    ...(verdict !== null && chosenReasons(draft).length === 0
      ? problem("reasons", "Tick at least one reason.")
      : []),
    ...(statement.length > MAX_STATEMENT
      ? problem("statement", "The statement is longer than 2,000 characters.")
      : []),
    ...(isBroken(statement) ? problem("statement", HALF) : []),
    ...(isTied === null ? problem("interest", "Say whether anything ties you to a party.") : []),
    ...(isTied === true && interest.trim() === ""
      ? problem("interest", "Say what ties you, in a few words.")
      : []),
    ...(isTied === true && isBroken(interest) ? problem("interest", HALF) : []),
  ];
}

/** The form's answers, where nothing keeps it from being signed. */
export const answersOf = (draft: ReviewDraft): ReviewAnswers | null =>
  draft.verdict === null
    ? null
    : {
        verdict: draft.verdict,
        reasons: chosenReasons(draft),
        statement: draft.statement.trim(),
        interest: draft.isTied === true ? draft.interest.trim() : null,
      };

/** Where typed things outlive a reload: `sessionStorage`, or a stand-in. */
export type DraftMemory = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** This tab, or a memory of nothing where the browser keeps nothing: reading its name throws there. */
export function tabMemory(): DraftMemory {
  try {
    return window.sessionStorage;
  } catch {
    return { getItem: () => null, setItem: () => {}, removeItem: () => {} };
  }
}

const keyOf = (subject: string) => `beacon.review:${subject}`;

/** What was typed about `subject` in this tab before; the empty form when nothing, or nothing readable. */
export function recallDraft(memory: DraftMemory, subject: string): ReviewDraft {
  try {
    const kept: unknown = JSON.parse(memory.getItem(keyOf(subject)) ?? "null");
    return readDraft((kept ?? {}) as Partial<Record<keyof ReviewDraft, unknown>>);
  } catch {
    return EMPTY_DRAFT;
  }
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function readDraft(kept: Partial<Record<keyof ReviewDraft, unknown>>): ReviewDraft {
  const verdicts = Object.keys(REASONS_OF) as AttestationVerdict[];
  const known = Object.values(REASONS_OF).flat();
  const { reasons } = kept;
  return {
    verdict: verdicts.find((verdict) => verdict === kept.verdict) ?? null,
    reasons: Array.isArray(reasons) ? known.filter((reason) => reasons.includes(reason)) : [],
    statement: text(kept.statement).slice(0, MAX_STATEMENT),
    isTied: typeof kept.isTied === "boolean" ? kept.isTied : null,
    interest: text(kept.interest).slice(0, MAX_INTEREST),
  };
}

/** Keeps what was typed; null forgets it. A browser that keeps nothing loses it with the page. */
export function keepDraft(memory: DraftMemory, subject: string, draft: ReviewDraft | null): void {
  try {
    if (draft === null) memory.removeItem(keyOf(subject));
    else memory.setItem(keyOf(subject), JSON.stringify(draft));
  } catch {
    // Typing goes on without.
  }
}
