import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerAsControlModel } from "@/server/domain/control/answer";
import { CONTROL_EVENTS } from "@/server/domain/control/corpus";
import {
  backgroundOf,
  contentSimilarity,
  MAX_BACKGROUND,
  MIN_BACKGROUND,
} from "@/server/domain/eval/content-similarity";
import { wordJaccard } from "@/server/domain/eval/similarity";
import { wordsOf } from "@/server/domain/eval/text";
import { anyText, LANGUAGES } from "@/test/domain/eval/texts";
import { DE } from "@/test/support/builders";

/** What the control model says about each event of its corpus. */
const answers = (language: "en" | "ar", seed: number): readonly string[] =>
  CONTROL_EVENTS.map(
    ({ questions }) =>
      answerAsControlModel({
        model: "control-open",
        country: DE,
        prompt: questions[language][0] ?? "",
        systemPrompt: null,
        seed,
        temperature: 0.8,
        maxTokens: 400,
      })?.content ?? "",
  );

describe("common words", () => {
  it("are those of at least a quarter of the answers to different prompts", () => {
    const texts = ["the dam", "the ferry", "the fever", "a count", "a river"];
    expect(backgroundOf(texts, "en")).toEqual({ texts: 5, common: ["a", "the"] });
  });

  it("are not known from fewer than five prompts, where a topic would pass for grammar", () => {
    expect(backgroundOf(["a", "a", "a", "a"], "en")).toBeNull();
    expect(MIN_BACKGROUND).toBe(5);
  });

  it("are looked for in sixty texts at most", () => {
    const texts = Array.from({ length: 200 }, (_, i) => (i < MAX_BACKGROUND ? "early" : "late"));
    expect(backgroundOf(texts, "en")).toEqual({ texts: MAX_BACKGROUND, common: ["early"] });
  });

  it.each(["en", "ar"] as const)(
    "hold the grammar and not the topics of the control corpus: %s",
    (language) => {
      const common = new Set(backgroundOf(answers(language, 1), language)?.common);
      for (const word of { en: ["the", "of", "in"], ar: ["في", "من"] }[language])
        expect(common).toContain(word);
      for (const { name } of CONTROL_EVENTS)
        for (const word of wordsOf(name[language], language)) expect(common).not.toContain(word);
    },
  );
});

describe("similarity by content words", () => {
  it("tells two answers to one question from answers to two, more clearly than all words do", () => {
    const [one, other] = [answers("en", 1), answers("en", 2)];
    const background = backgroundOf(one, "en");
    const content = (i: number, j: number): number =>
      contentSimilarity(one[i] ?? "", other[j] ?? "", "en", background).value ?? 0;
    for (const [i] of one.entries())
      for (const [j] of other.entries())
        if (i !== j) expect(content(i, i)).toBeGreaterThan(3 * content(i, j));
  });

  it("says which measure it is, and takes all words where it knows no background", () => {
    const [a, b] = ["the dam was closed", "the dam was shut"];
    expect(contentSimilarity(a, b, "en", null)).toEqual({
      measure: "word-jaccard/1",
      value: wordJaccard(a, b, "en"),
    });
    const background = { texts: 5, common: ["the", "was"] };
    expect(contentSimilarity(a, b, "en", background)).toEqual({
      measure: "content-jaccard/1",
      value: 1 / 3,
    });
    expect(contentSimilarity("the was", "the", "en", background)).toEqual({
      measure: "word-jaccard/1",
      value: 1 / 2,
    });
  });

  it("is null between texts without a word, 1 of a text with itself, and the same both ways", () => {
    expect(contentSimilarity("…", "!", "en", null).value).toBeNull();
    const background = { texts: 5, common: ["the", "大坝"] };
    fc.assert(
      fc.property(anyText, anyText, fc.constantFrom(...LANGUAGES), (a, b, language) => {
        const both = contentSimilarity(a, b, language, background);
        expect(contentSimilarity(b, a, language, background)).toEqual(both);
        expect(contentSimilarity(a, a, language, background).value ?? 1).toBe(1);
        expect(both.value ?? 0).toBeLessThanOrEqual(1);
      }),
    );
  });
});
