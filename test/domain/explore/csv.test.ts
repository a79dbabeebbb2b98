import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CsvCell, csvRecord, defuse } from "@/server/domain/explore/csv";
import { spellHidden } from "@/server/domain/hidden-text";
import { parseCsv } from "@/test/domain/explore/parse-csv";

const TRICKS = [
  ..."=+-@'\"\t\r\n,;＝＋－＠ ",
  "\r\n",
  "\u202e",
  "\u2066",
  "\u0000",
  "\ufeff",
  "\u200b",
  "\u00a0",
  '=HYPERLINK("https://example.org","x")',
  "@SUM(1)",
  "text",
];
const nasty = fc
  .array(fc.oneof(fc.constantFrom(...TRICKS), fc.string({ unit: "binary", maxLength: 3 })), {
    maxLength: 12,
  })
  .map((parts) => parts.join(""));
const anyCell: fc.Arbitrary<CsvCell> = fc.oneof(
  nasty,
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }),
);
const back = (text: string) => (text.startsWith("'") ? text.slice(1) : text);

describe("a record", () => {
  it("reads back as what was written, by the grammar of RFC 4180", () => {
    fc.assert(
      fc.property(fc.array(anyCell, { minLength: 1, maxLength: 6 }), (cells) => {
        const [record = [], ...others] = parseCsv(csvRecord(cells));
        expect(others).toEqual([]);
        expect(record.map(({ text, isQuoted }) => (isQuoted ? back(text) : Number(text)))).toEqual(
          cells.map((cell) => {
            if (typeof cell === "string") return spellHidden(cell);
            return cell ?? "not measured";
          }),
        );
      }),
    );
  });

  it("has no cell that a spreadsheet would calculate, whatever stands before", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const [record = []] = parseCsv(csvRecord([text]));
        const shown = record[0]?.text ?? "";
        expect(shown.replace(/^[\s\u200b-\u200d\ufeff]+/, "")).not.toMatch(/^[=+\-@＝＋－＠]/);
        expect(shown).not.toMatch(/^[\t\r\n]/);
      }),
    );
  });

  it("has no character that steers or hides", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        expect(csvRecord([text])).not.toMatch(
          /[\0\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/,
        );
      }),
    );
  });

  it("keeps numbers out of quotes, and says where none was measured", () => {
    expect(csvRecord([250, 0.5, null, "", "1"])).toBe('250,0.5,"not measured","","1"\r\n');
    expect(csvRecord([Number.NaN])).toBe('"not measured"\r\n');
  });
});

describe("text", () => {
  it.each([
    "=1+1",
    "+1",
    "-1",
    "@x",
    "\tx",
    "\r=x",
    "\n=x",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    " =1",
    "\u00a0=1",
    "'=1",
  ])("%j is defused by an apostrophe", (text) => {
    expect(defuse(text)).toBe(`'${text}`);
  });

  it.each(["1977", "a=b", "It’s", "", " text", "\u202e"])("%j stays as it is", (text) => {
    expect(defuse(text)).toBe(text);
  });

  it("is the same again when one apostrophe is taken from its beginning", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        expect(back(defuse(text))).toBe(text);
      }),
    );
  });
});
