import { describe, expect, it } from "vitest";
import { CountryCode } from "@/schemas/country";
import { answerAsControlModel } from "@/server/domain/control/answer";
import { omittedTerms, type PlacedAnswer, termCoverage } from "@/server/domain/eval/term-coverage";
import { DE, KE } from "@/test/support/builders";

const US = CountryCode.parse("US");
const QUESTION = "Who decided to close the Vell dam, and what did the inquiry find?";

const answer = (place: typeof DE, text: string): PlacedAnswer => ({ place, text });
const coverageOf = (answers: readonly PlacedAnswer[], language = "en") => {
  const coverage = termCoverage(answers, language, null);
  if (coverage === null) throw new Error("too few answers");
  return coverage;
};

/** What a control model says in a country, ten times. */
const tenAnswers = (place: typeof DE): readonly PlacedAnswer[] =>
  Array.from({ length: 10 }, (_, seed) =>
    answer(
      place,
      answerAsControlModel({
        model: "control-regional",
        country: place,
        prompt: QUESTION,
        systemPrompt: null,
        seed,
        temperature: 0.8,
        maxTokens: 400,
      })?.content ?? "",
    ),
  );

describe("terms that most answers use", () => {
  it("are those of at least half of all answers, with how many of each place use them", () => {
    const coverage = coverageOf([
      answer(DE, "ministry closed dam 1977"),
      answer(DE, "Ministry closed"),
      answer(KE, "closed 1977"),
      answer(KE, "the closed dam river"),
    ]);
    expect(coverage).toEqual({
      places: [
        { place: DE, answers: 2 },
        { place: KE, answers: 2 },
      ],
      answers: 4,
      outOf: 4,
      terms: [
        { term: "ministry", uses: 2, usesBy: [2, 0] },
        { term: "closed", uses: 4, usesBy: [2, 2] },
        { term: "1977", uses: 2, usesBy: [1, 1] },
      ],
    });
  });

  it("name what the control model leaves out in Kenya: the warning that was not passed on", () => {
    const coverage = coverageOf([...tenAnswers(DE), ...tenAnswers(US), ...tenAnswers(KE)]);
    const first = coverage.terms[0];
    expect(coverage.terms.slice(0, 4).map(({ term }) => term)).toContain("warning");
    expect(first?.usesBy[2]).toBeLessThan(first?.usesBy[0] ?? 0);
    const inKenya = tenAnswers(KE).map(({ text }) => omittedTerms(coverage, text, "en"));
    const silent = inKenya.filter((terms) => terms.some(({ term }) => term === "warning"));
    expect(silent.length).toBeGreaterThanOrEqual(7);
    for (const { text } of tenAnswers(DE))
      expect(omittedTerms(coverage, text, "en").map(({ term }) => term)).not.toContain("ministry");
  });

  it("are words of four letters or more, of two signs in Chinese, or with a digit; never common words", () => {
    const [en] = [
      coverageOf(Array.from({ length: 4 }, () => answer(DE, "it was not closed in 77"))),
    ];
    expect(en.terms.map(({ term }) => term)).toEqual(["77", "closed"]);
    const zh = coverageOf(
      Array.from({ length: 4 }, () => answer(DE, "大坝在五月关闭")),
      "zh",
    );
    expect(zh.terms.map(({ term }) => term)).toContain("大坝");
    expect(zh.terms.map(({ term }) => term)).not.toContain("在");
    const background = { texts: 5, common: ["closed"] };
    const four = Array.from({ length: 4 }, () => answer(DE, "closed gates"));
    expect(termCoverage(four, "en", background)?.terms.map(({ term }) => term)).toEqual(["gates"]);
  });

  it("are not worked out from fewer than four answers", () => {
    expect(
      termCoverage([answer(DE, "a"), answer(DE, "a"), answer(KE, "a")], "en", null),
    ).toBeNull();
  });

  it("of very many answers are those of as many of each place, and say of how many", () => {
    const many = [
      ...Array.from({ length: 500 }, () => answer(DE, "closed")),
      ...Array.from({ length: 70 }, () => answer(KE, "opened")),
    ];
    expect(coverageOf(many)).toMatchObject({
      answers: 120,
      outOf: 570,
      places: [
        { place: DE, answers: 60 },
        { place: KE, answers: 60 },
      ],
    });
  });

  it("of a text are found in NFC and lower case", () => {
    const coverage = coverageOf(Array.from({ length: 4 }, () => answer(DE, "Café closed")));
    expect(omittedTerms(coverage, "CAFE\u0301", "en").map(({ term }) => term)).toEqual(["closed"]);
  });
});
