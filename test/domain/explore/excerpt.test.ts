import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { excerptOf } from "@/server/domain/explore/excerpt";

const LONG = `${"The inquiry sat for two years. ".repeat(20)}It closed the Vell dam in 1977. ${"Nobody appealed. ".repeat(30)}`;

describe("an excerpt", () => {
  it("is the whole of a short text", () => {
    expect(excerptOf("Closed in\n 1977.", null)).toEqual({
      before: "",
      match: "",
      after: "Closed in 1977.",
      isCutBefore: false,
      isCutAfter: false,
    });
  });

  it("is the first words of a long one, cut between two words", () => {
    const { after, isCutBefore, isCutAfter } = excerptOf(LONG, null);
    expect(isCutBefore).toBe(false);
    expect(isCutAfter).toBe(true);
    expect(LONG.startsWith(after)).toBe(true);
    expect(LONG.charAt(after.length)).toBe(" ");
  });

  it("has what was looked for in its middle, as the text spells it", () => {
    const { before, match, after, isCutBefore } = excerptOf(LONG, "vell DAM");
    expect(match).toBe("Vell dam");
    expect(before).toMatch(/closed the $/);
    expect(after).toMatch(/^ in 1977\./);
    expect(isCutBefore).toBe(true);
  });

  it("begins with the text when what was looked for is among its first words", () => {
    expect(excerptOf(LONG, "inquiry")).toMatchObject({ before: "The ", isCutBefore: false });
  });

  it("finds the other spelling of a letter, and characters that mean something in patterns", () => {
    expect(excerptOf("un cafe\u0301 noir", "café").match).toBe("cafe\u0301");
    expect(excerptOf("100 % (about)", "% (").match).toBe("% (");
    expect(excerptOf("السدّ أُغلق", "السدّ").match).toBe("السدّ");
  });

  it("shows the first words when it does not find again what the database found", () => {
    expect(excerptOf("Nothing here", "else")).toMatchObject({ match: "", after: "Nothing here" });
  });

  it("is a piece of the text, holds the match, and never cuts a character", () => {
    const unit = fc.constantFrom("a", "B", "é", " ", "\n", "👩", "e\u0301", "دّ", "大", "%", "\\");
    const text = fc.array(unit, { maxLength: 900 }).map((units) => units.join(""));
    fc.assert(
      fc.property(text, fc.nat(900), fc.integer({ min: 2, max: 20 }), (whole, from, length) => {
        const wanted = whole
          .slice(from, from + length)
          .normalize("NFC")
          .trim();
        const { before, match, after } = excerptOf(whole, wanted.length < 2 ? null : wanted);
        const shown = before + match + after;
        expect(shown).not.toMatch(/^\p{Surrogate}|\p{Surrogate}$|^\p{M}/u);
        expect(shown.length).toBeLessThanOrEqual(500);
        expect(whole.replace(/\s+/g, " ").replaceAll(" ", "")).toContain(shown.replaceAll(" ", ""));
      }),
    );
  });
});
