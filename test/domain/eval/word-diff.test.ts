import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokensOf } from "@/server/domain/eval/text";
import { firstDivergence, type Segment, wordDiff } from "@/server/domain/eval/word-diff";
import { LANGUAGE_CASES, told } from "@/test/domain/eval/four-languages";
import { anyText, aVersionOf, LANGUAGES } from "@/test/domain/eval/texts";

const joined = (segments: readonly Segment[], ...kinds: readonly Segment["kind"][]): string =>
  segments
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ text }) => text)
    .join("");

const diffOf = (a: string, b: string, language: string) => {
  const diff = wordDiff(a, b, language);
  if (diff === null) throw new Error("too far apart");
  return diff;
};

const anyPair = anyText.chain((a) => fc.tuple(fc.constant(a), fc.oneof(aVersionOf(a), anyText)));

describe("a difference word by word", () => {
  it("loses nothing: what is the same and removed is the first text, what is the same and added the second", () => {
    fc.assert(
      fc.property(anyPair, fc.constantFrom(...LANGUAGES), ([a, b], language) => {
        const { segments } = diffOf(a, b, language);
        expect(joined(segments, "same", "removed")).toBe(a);
        expect(joined(segments, "same", "added")).toBe(b);
      }),
      { numRuns: 400 },
    );
  });

  it("counts the words of each side: what is removed and added, and what there is", () => {
    fc.assert(
      fc.property(anyPair, ([a, b]) => {
        const diff = diffOf(a, b, "en");
        expect(diff.wordsA - diff.removedWords).toBe(diff.wordsB - diff.addedWords);
        expect(diff.removedWords).toBeLessThanOrEqual(diff.wordsA);
      }),
    );
  });

  it("never has two segments of a kind in a row, nor an empty one; of one text with itself it has one", () => {
    fc.assert(
      fc.property(anyPair, ([a, b]) => {
        const { segments } = diffOf(a, b, "en");
        for (const [i, { kind, text }] of segments.entries()) {
          expect(text).not.toBe("");
          expect(segments[i + 1]?.kind).not.toBe(kind);
        }
        expect(diffOf(a, a, "en").segments).toEqual(a === "" ? [] : [{ kind: "same", text: a }]);
      }),
    );
  });

  it("keeps no equal run of fewer than three words between two changes", () => {
    const diff = diffOf("one two three four five six", "uno two three quattro five six", "en");
    expect(diff.segments).toEqual([
      { kind: "removed", text: "one two three four" },
      { kind: "added", text: "uno two three quattro" },
      { kind: "same", text: " five six" },
    ]);
    expect([diff.removedWords, diff.addedWords]).toEqual([4, 4]);
    const longer = diffOf("one two three four five", "uno two three four cinque", "en");
    expect(longer.segments.map(({ kind }) => kind)).toEqual([
      "removed",
      "added",
      "same",
      "removed",
      "added",
    ]);
  });

  it.each(LANGUAGE_CASES)("finds the one word that was exchanged: $language", (one) => {
    const a = told(
      one,
      one.facts.map((_, i) => [i, 0] as const),
    );
    const [from, to] = one.swap;
    const { segments } = diffOf(a, a.replace(from, to), one.language);
    expect(segments.map(({ kind }) => kind)).toEqual(["same", "removed", "added", "same"]);
    expect(segments[1]?.text).toBe(from);
    expect(segments[2]?.text).toBe(to);
  });

  it("gives up where it would take too long, instead of taking it", () => {
    expect(wordDiff("a b c d e f", "u v w x y z", "en", 5)).toBeNull();
  });
});

describe("where two texts part", () => {
  it("is said in tokens, words and whole characters from the beginning", () => {
    expect(firstDivergence("The dam 🌊 was shut.", "The dam 🌊 was open.", "en")).toEqual({
      tokens: 8,
      words: 3,
      characters: 14,
    });
    expect(firstDivergence("The dam", "The damage", "en")).toEqual({
      tokens: 2,
      words: 1,
      characters: 7,
    });
    expect(firstDivergence("The dam", "The dam", "en")).toBeNull();
  });

  it("is where one text ends, when the other only goes on", () => {
    expect(firstDivergence("The dam.", "The dam. It held.", "en")).toMatchObject({ characters: 8 });
    expect(firstDivergence("", "x", "en")).toEqual({ tokens: 0, words: 0, characters: 0 });
  });

  it("is where the first difference begins", () => {
    fc.assert(
      fc.property(anyPair, ([a, b]) => {
        const [first] = diffOf(a, b, "en").segments;
        const alike = first?.kind === "same" ? tokensOf(first.text, "en").length : 0;
        const divergence = firstDivergence(a, b, "en");
        if (divergence !== null) expect(divergence.tokens).toBe(alike);
      }),
    );
  });

  it("comes after a prefix that both texts have, whatever the language", () => {
    fc.assert(
      fc.property(anyPair, fc.constantFrom(...LANGUAGES), ([a, b], language) => {
        const divergence = firstDivergence(a, b, language);
        if (divergence === null) {
          expect(a).toBe(b);
          return;
        }
        const prefix = (text: string) => [...text].slice(0, divergence.characters).join("");
        expect(prefix(a)).toBe(prefix(b));
        expect([...a][divergence.characters]).not.toBe([...b][divergence.characters]);
      }),
    );
  });
});
