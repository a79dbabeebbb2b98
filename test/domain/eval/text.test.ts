import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sentencesOf, tokensOf, wordsOf } from "@/server/domain/eval/text";

/** What `wordsOf` promises, said without its short cut. */
const wordsInOneGo = (text: string, language: string) =>
  [...new Intl.Segmenter(language, { granularity: "word" }).segment(text.normalize("NFC"))]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment.toLowerCase());

const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        " ",
        "\n",
        "\t",
        "  ",
        ",",
        ".",
        "'",
        "’",
        "-",
        "_",
        "3.14",
        "can't",
        "Vell",
        "سدّ",
        "ڤيل",
        "大坝",
        "ダム",
        "เขื่อน",
        "e\u0301",
        "\u0301",
        "\u200d",
        "\u202f",
        "🇰🇪",
        "👩‍🔧",
      ),
      fc.string({ unit: "grapheme", maxLength: 6 }),
      fc.string({ unit: "binary", maxLength: 4 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(""));

describe("words", () => {
  it.each([
    [
      "The Vell dam, closed on 3 May; 3.5 metres.",
      "en",
      ["the", "vell", "dam", "closed", "on", "3", "may", "3.5", "metres"],
    ],
    ["It can't; it won’t.", "en", ["it", "can't", "it", "won’t"]],
    ["أُغلق سد ڤيل، في مايو.", "ar", ["أُغلق", "سد", "ڤيل", "في", "مايو"]],
    ["Cafe\u0301 CAFÉ", "fr", ["café", "café"]],
    ["", "en", []],
    [" …!? ", "en", []],
  ])("of %j in %s", (text, language, words) => {
    expect(wordsOf(text, language)).toEqual(words);
  });

  it("are cut where there are no spaces", () => {
    expect(wordsOf("水库大坝关闭了", "zh").length).toBeGreaterThan(1);
  });

  it("are the same as when the text is cut in one go", () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom("en", "ar", "zh", "th"), (text, language) => {
        expect(wordsOf(text, language)).toEqual(wordsInOneGo(text, language));
      }),
      { numRuns: 500 },
    );
  });

  it("of a long text without spaces are the same as well, as far as it has full stops", () => {
    const sentence = "水库大坝于五月三日关闭，调查发现了1，400处裂缝：墙体、闸门。\u0301为什么？";
    const text = sentence.repeat(60);
    expect(text.length).toBeGreaterThan(2_000);
    expect(wordsOf(text, "zh")).toEqual(wordsInOneGo(text, "zh"));
  });

  it("are cut by the common rules in a language that ICU cannot read", () => {
    expect(wordsOf("two words", "en-aaaaaaaa-aaaaaaaa-aaaaaaaa")).toEqual(["two", "words"]);
    expect(wordsOf("two words", "en-a-a")).toEqual(["two", "words"]);
  });
});

describe("tokens", () => {
  it("put together again are the text, and hold the words of the text in NFC", () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom("en", "ar", "zh", "fi"), (text, language) => {
        const tokens = tokensOf(text, language);
        expect(tokens.join("")).toBe(text);
        const composed = text.normalize("NFC");
        const lower = new Set(tokensOf(composed, language).map((token) => token.toLowerCase()));
        for (const word of wordsOf(composed, language)) expect(lower).toContain(word);
      }),
      { numRuns: 300 },
    );
  });

  it("of a long text without spaces lose nothing, and halve no character", () => {
    for (const text of [
      "水库大坝关闭了，调查开始。".repeat(500),
      "🌊".repeat(5_001),
      "x".repeat(9_999),
    ]) {
      const tokens = tokensOf(text, "zh");
      expect(tokens.join("")).toBe(text);
      expect(tokens.some((token) => /\p{Surrogate}/u.test(token))).toBe(false);
    }
  });
});

describe("sentences", () => {
  it("put together again are the text; none is blank beside others", () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom("en", "ar", "zh", "fi"), (text, language) => {
        const sentences = sentencesOf(text, language);
        expect(sentences.join("")).toBe(text);
        if (sentences.length > 1)
          for (const sentence of sentences) expect(sentence.trim()).not.toBe("");
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["One. Two?\n\nThree", "en", ["One. ", "Two?\n\n", "Three"]],
    ["大坝关闭了。为什么？调查。", "zh", ["大坝关闭了。", "为什么？", "调查。"]],
    ["لماذا أُغلق السد؟ لأنه تشقق.", "ar", ["لماذا أُغلق السد؟ ", "لأنه تشقق."]],
    ["- yksi\n- kaksi\n", "fi", ["- yksi\n", "- kaksi\n"]],
    ["\n\n One.", "en", ["\n\n One."]],
    ["  ", "en", ["  "]],
    ["", "en", []],
  ])("of %j in %s", (text, language, sentences) => {
    expect(sentencesOf(text, language)).toEqual(sentences);
  });
});
