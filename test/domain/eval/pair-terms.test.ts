import { describe, expect, it } from "vitest";
import { MAX_COMPARED_LENGTH } from "@/server/domain/eval/difference-view";
import { markedParts, type PairTerms, pairTerms } from "@/server/domain/eval/pair-terms";
import { termCoverage } from "@/server/domain/eval/term-coverage";
import { LANGUAGE_CASES, told } from "@/test/domain/eval/four-languages";
import { DE, KE } from "@/test/support/builders";

const A = "Divers found cracks in the Vell dam in 1977.";
const B = "The dam holds, the ministry says of 1977. Tourists like Vell.";

const coverageOf = (texts: readonly string[]) =>
  termCoverage(
    texts.map((text, i) => ({ place: i % 2 === 0 ? DE : KE, text })),
    "en",
    null,
  );

describe("the terms of two answers", () => {
  it("are those that both use, and those that most answers use and only one of the two", () => {
    const terms = pairTerms([A, B], "en", null, coverageOf([A, B, A, "The ministry and cracks."]));
    expect(terms.both).toEqual(["vell", "1977"]);
    // Divers: in two of four answers. Tourists: in one, so nobody left them out.
    expect(terms.onlyOne?.[0].toSorted()).toEqual(["cracks", "divers", "found"]);
    expect(terms.onlyOne?.[1]).toEqual(["ministry"]);
  });

  it("say nothing of omissions where too few answers came back", () => {
    expect(coverageOf([A, B, A])).toBeNull();
    expect(pairTerms([A, B], "en", null, null)).toEqual({ both: ["vell", "1977"], onlyOne: null });
  });

  it("are none of the words that are common in the language", () => {
    const background = { texts: 9, common: ["vell"] };
    expect(pairTerms([A, B], "en", background, null).both).toEqual(["1977"]);
  });

  it("are none where nothing is shared", () => {
    expect(pairTerms(["Nothing here.", ""], "en", null, null).both).toEqual([]);
  });

  it("are looked for in the whole of a long answer", () => {
    const long = `${"filler ".repeat(MAX_COMPARED_LENGTH / 7 - 10)}Vell`;
    expect(pairTerms([long, B], "en", null, null).both).toEqual(["vell"]);
  });
});

describe("an answer with its terms marked", () => {
  const terms: PairTerms = { both: ["vell"], onlyOne: [["cracks"], []] };

  it("has a part for each term, as it is spelled, and the rest between them", () => {
    expect(markedParts("VELL: cracks, cracks!", "en", terms)).toEqual([
      { text: "VELL", mark: "both" },
      { text: ": ", mark: null },
      { text: "cracks", mark: "one" },
      { text: ", ", mark: null },
      { text: "cracks", mark: "one" },
      { text: "!", mark: null },
    ]);
  });

  it("marks a term however its letters are composed", () => {
    const composed = "Ve\u0301ll".normalize("NFC");
    const found = pairTerms([composed, "ve\u0301ll"], "en", null, null);
    expect(markedParts("Ve\u0301ll", "en", found)).toEqual([{ text: "Ve\u0301ll", mark: "both" }]);
  });

  it.each(LANGUAGE_CASES)("is the text again when it is put together: $language", (one) => {
    const a = told(
      one,
      one.facts.map((_, i) => [i, 0] as const),
    );
    const b = told(
      one,
      one.facts.map((_, i) => [i, i === 0 ? 0 : 1] as const),
    );
    const found = pairTerms([a, b], one.language, null, null);
    const parts = markedParts(a, one.language, found);
    expect(parts.map(({ text }) => text).join("")).toBe(a);
    expect(found.both.length).toBeGreaterThan(0);
    const marked = parts.flatMap(({ text, mark }) => (mark === "both" ? [text.toLowerCase()] : []));
    expect(new Set(marked)).toEqual(new Set(found.both));
  });

  it("is nothing for nothing", () => {
    expect(markedParts("", "en", terms)).toEqual([]);
  });
});
