import { describe, expect, it } from "vitest";
import {
  answersOf,
  EMPTY_DRAFT,
  keepDraft,
  MAX_STATEMENT,
  problemsOf,
  type ReviewDraft,
  recallDraft,
} from "@/components/attest/review-draft";

const aDraft = (fields: Partial<ReviewDraft> = {}): ReviewDraft => ({
  verdict: "contest",
  reasons: ["answers-misclassified", "country-doubtful"],
  statement: " Two answers are misread. ",
  isTied: false,
  interest: "",
  ...fields,
});
const fieldsOf = (draft: ReviewDraft, why: string | null = null) =>
  problemsOf(draft, why).map(({ field }) => field);

/** `sessionStorage` as far as it is used. */
function aTab() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

describe("a review that is being written", () => {
  it("can be signed when verdict, a reason and the interest are said; a statement need not be", () => {
    expect(fieldsOf(aDraft())).toEqual([]);
    expect(fieldsOf(aDraft({ statement: "" }))).toEqual([]);
    expect(fieldsOf(EMPTY_DRAFT)).toEqual(["verdict", "interest"]);
    expect(fieldsOf(aDraft({ reasons: [] }))).toEqual(["reasons"]);
    expect(fieldsOf(aDraft({ isTied: true, interest: "  " }))).toEqual(["interest"]);
    expect(fieldsOf(aDraft({ statement: "x".repeat(MAX_STATEMENT + 1) }))).toEqual(["statement"]);
    expect(fieldsOf(aDraft({ statement: "half a \ud83d" }))).toEqual(["statement"]);
    expect(fieldsOf(aDraft({ isTied: true, interest: "\udc00" }))).toEqual(["interest"]);
  });

  it("cannot confirm while that is not offered, and can do everything else", () => {
    const confirming = aDraft({ verdict: "confirm", reasons: ["answers-read"] });
    expect(problemsOf(confirming, "Not offered.")).toEqual([
      { field: "verdict", sentence: "Not offered." },
    ]);
    expect(fieldsOf(aDraft(), "Not offered.")).toEqual([]);
  });

  it("counts reasons of its own verdict only, in the schema's order, and cuts blank edges", () => {
    expect(fieldsOf(aDraft({ verdict: "confirm" }))).toEqual(["reasons"]);
    expect(
      answersOf(aDraft({ reasons: ["too-few-repeats", "country-doubtful", "not-comparable"] })),
    ).toEqual({
      verdict: "contest",
      reasons: ["not-comparable", "country-doubtful"],
      statement: "Two answers are misread.",
      interest: null,
    });
    const tied = aDraft({ isTied: true, interest: " I worked there. " });
    expect(answersOf(tied)?.interest).toBe("I worked there.");
    expect(answersOf(aDraft({ isTied: false, interest: "left over" }))?.interest).toBeNull();
  });

  it("outlives a reload, for its comparison and key alone, until it was filed", () => {
    const tab = aTab();
    keepDraft(tab, "cmp-1:key-1", aDraft());
    expect(recallDraft(tab, "cmp-1:key-1")).toEqual(aDraft());
    expect(recallDraft(tab, "cmp-2:key-1")).toEqual(EMPTY_DRAFT);
    keepDraft(tab, "cmp-1:key-1", null);
    expect(recallDraft(tab, "cmp-1:key-1")).toEqual(EMPTY_DRAFT);
  });

  it("is empty where what was kept is nonsense, or was kept by another version", () => {
    const tab = aTab();
    for (const text of ["{broken", "null", "7", '{"verdict":"praise","reasons":"all"}']) {
      tab.kept.set("beacon.review:a", text);
      expect(recallDraft(tab, "a")).toEqual(EMPTY_DRAFT);
    }
    tab.kept.set("beacon.review:a", '{"reasons":["answers-read","charm"],"statement":"Kept."}');
    expect(recallDraft(tab, "a")).toEqual({
      ...EMPTY_DRAFT,
      reasons: ["answers-read"],
      statement: "Kept.",
    });
  });

  it("goes on in a browser that keeps nothing", () => {
    const refuse = () => {
      throw new DOMException("no", "SecurityError");
    };
    const tab = { getItem: refuse, setItem: refuse, removeItem: refuse };
    keepDraft(tab, "a", aDraft());
    keepDraft(tab, "a", null);
    expect(recallDraft(tab, "a")).toEqual(EMPTY_DRAFT);
  });
});
