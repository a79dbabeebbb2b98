import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SentenceRow, sentenceDiff } from "@/server/domain/eval/sentence-diff";
import { LANGUAGE_CASES, type LanguageCase, told } from "@/test/domain/eval/four-languages";
import { anyText, aVersionOf, LANGUAGES } from "@/test/domain/eval/texts";

const rowsOf = (a: string, b: string, language: string): readonly SentenceRow[] => {
  const rows = sentenceDiff(a, b, language);
  if (rows === null) throw new Error("too many sentences");
  return rows;
};

/** All sentences of one side, in the order in which they stand in their text. */
const side = (rows: readonly SentenceRow[], which: "a" | "b"): string =>
  rows
    .flatMap((row) => row[which] ?? [])
    .sort((x, y) => x.at - y.at)
    .map(({ text }) => text)
    .join("");

const inShort = (rows: readonly SentenceRow[]): readonly string[] =>
  rows.map(
    (row) =>
      `${row.kind}${"isMoved" in row && row.isMoved ? ", moved" : ""} ${row.a?.at ?? "-"} ${row.b?.at ?? "-"}`,
  );

const anyPair = anyText.chain((a) => fc.tuple(fc.constant(a), fc.oneof(aVersionOf(a), anyText)));

describe("a difference sentence by sentence", () => {
  it("has every sentence of both texts in exactly one row, in its place", () => {
    fc.assert(
      fc.property(anyPair, fc.constantFrom(...LANGUAGES), ([a, b], language) => {
        const rows = rowsOf(a, b, language);
        expect(side(rows, "a")).toBe(a);
        expect(side(rows, "b")).toBe(b);
        for (const which of ["a", "b"] as const) {
          const places = rows.flatMap((row) => row[which]?.at ?? []);
          expect(places.toSorted((x, y) => x - y)).toEqual([...places.keys()]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("follows the first text, and has nothing but equal rows for a text and itself", () => {
    fc.assert(
      fc.property(anyPair, ([a, b]) => {
        const places = rowsOf(a, b, "en").flatMap((row) => row.a?.at ?? []);
        expect(places).toEqual([...places.keys()]);
        for (const row of rowsOf(a, a, "en"))
          expect(row).toMatchObject({ kind: "same", isMoved: false });
      }),
    );
  });

  it("compares words inside matched pairs only, and loses none of them there", () => {
    fc.assert(
      fc.property(anyPair, ([a, b]) => {
        for (const row of rowsOf(a, b, "en")) {
          if (row.kind !== "changed" || row.words === null) continue;
          const kept = row.words.segments.filter(({ kind }) => kind !== "added");
          expect(kept.map(({ text }) => text).join("")).toBe(row.a.text);
        }
      }),
    );
  });

  it.each(LANGUAGE_CASES)("finds moved, omitted, added and equal sentences: $language", (one) => {
    const [a, b] = aRetelling(one);
    expect(inShort(rowsOf(a, b, one.language))).toEqual([
      "same 0 0",
      "same, moved 1 2",
      "same 2 1",
      "removed 3 -",
      "same 4 3",
      "added - 4",
    ]);
  });

  it("marks the words that changed in a sentence that was told otherwise", () => {
    const [a, b] = [
      "One. About 1,400 people were moved to safety.",
      "One. About 900 people were moved to safety.",
    ];
    const row = rowsOf(a, b, "en")[1];
    expect(row?.kind === "changed" && row.words?.segments).toEqual([
      { kind: "same", text: "About " },
      { kind: "removed", text: "1,400" },
      { kind: "added", text: "900" },
      { kind: "same", text: " people were moved to safety." },
    ]);
  });

  it("takes white space for no difference, and matches equal sentences in order first", () => {
    expect(inShort(rowsOf("Yes.\n\nNo. Yes.", "No. Yes.", "en"))).toEqual([
      "removed 0 -",
      "same 1 0",
      "same 2 1",
    ]);
    expect(inShort(rowsOf("Yes.\n\nNo.", "Yes. No.", "en"))).toEqual(["same 0 0", "same 1 1"]);
  });

  it("aligns no text of more than 400 sentences", () => {
    expect(sentenceDiff("Yes.\n".repeat(401), "No.", "en")).toBeNull();
    expect(sentenceDiff("Yes.\n".repeat(400), "No.", "en")).toHaveLength(401);
  });
});

/** Two sentences in another order, one left out, one that only the second text has. */
function aRetelling(one: LanguageCase): readonly [string, string] {
  const extra = {
    en: "Nobody was hurt.",
    ar: "ولم يصب أحد بأذى.",
    zh: "无人受伤。",
    fi: "Kukaan ei loukkaantunut.",
  };
  const a = told(one, [
    [0, 0],
    [1, 0],
    [2, 0],
    [3, 0],
    [4, 0],
  ]);
  const b = told(one, [
    [0, 0],
    [2, 0],
    [1, 0],
    [4, 0],
  ]);
  return [a, b + one.gap + extra[one.language as keyof typeof extra]];
}
