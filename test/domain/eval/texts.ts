import fc from "fast-check";

/** The languages that texts are cut in by tests: with spaces and without, left to right and right to left. */
export const LANGUAGES = ["en", "zh", "ar", "fi"] as const;

const aPiece = fc.oneof(
  fc.constantFrom(
    ..." |\n|\r\n|\t|  |\n\n|. |, |! |? |。|，|؟ |؛ |- |’|e\u0301|\u200d|\u202e|\u2067|🇰🇪|👩‍🔧".split(
      "|",
    ),
  ),
  fc.constantFrom(
    ..."The dam was closed in 1977 by a ministry 大坝 于 五月 关闭 调查 أغلقت وزارة المياه سد Vellin pato suljettiin itäisestä".split(
      " ",
    ),
  ),
  fc.string({ unit: "grapheme", maxLength: 4 }),
);

/** Text of any script, with everything in it that is hard to cut. */
export const anyText: fc.Arbitrary<string> = fc
  .array(aPiece, { maxLength: 40 })
  .map((pieces) => pieces.join(""));

/** `text` with some stretch of it replaced. */
export const aVersionOf = (text: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.nat(text.length), fc.nat(text.length), anyText)
    .map(
      ([from, to, other]) =>
        text.slice(0, Math.min(from, to)) + other + text.slice(Math.max(from, to)),
    );
