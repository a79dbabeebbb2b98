import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wordJaccard } from "@/server/domain/eval/similarity";

const anyText = fc
  .array(fc.constantFrom("the", "dam", "was", "closed", "in", "May", "."), { maxLength: 12 })
  .map((words) => words.join(" "));

describe("word-jaccard/1", () => {
  it.each([
    ["the dam was closed", "The dam was CLOSED!", 1],
    ["the dam was closed", "the dam was opened", 3 / 5],
    ["dam dam dam", "dam", 1],
    ["dam", "river", 0],
    ["dam", "", 0],
    ["", "", null],
    ["…", "!", null],
  ])("of %j and %j", (a, b, similarity) => {
    expect(wordJaccard(a, b, "en")).toBe(similarity);
  });

  it("is what the sets of words say", () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        const [x, y] = [a, b].map((text) => new Set(text.toLowerCase().match(/[a-z]+/g) ?? []));
        if (x === undefined || y === undefined) throw new Error("two texts make two sets");
        const all = new Set([...x, ...y]).size;
        const common = [...x].filter((word) => y.has(word)).length;
        expect(wordJaccard(a, b, "en")).toBe(all === 0 ? null : common / all);
      }),
    );
  });

  it("is the same both ways, and 1 of a text with itself", () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        expect(wordJaccard(a, b, "en")).toBe(wordJaccard(b, a, "en"));
        expect([1, null]).toContain(wordJaccard(a, a, "en"));
      }),
    );
  });
});
