import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wordsOf } from "@/server/domain/eval/text";

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

  it("are cut by the common rules in a language that ICU cannot read", () => {
    expect(wordsOf("two words", "en-aaaaaaaa-aaaaaaaa-aaaaaaaa")).toEqual(["two", "words"]);
    expect(wordsOf("two words", "en-a-a")).toEqual(["two", "words"]);
  });
});
