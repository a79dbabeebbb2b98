import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSameJson } from "@/components/verify/same-json";

describe("two values", () => {
  it("are the same JSON whatever the order of their members", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value: unknown = JSON.parse(text);
        const turned = JSON.parse(text, (_, member: unknown) =>
          typeof member === "object" && member !== null && !Array.isArray(member)
            ? Object.fromEntries(Object.entries(member).reverse())
            : member,
        );
        expect(isSameJson(value, turned)).toBe(true);
      }),
    );
  });

  it("differ by any member, item, kind or order of items", () => {
    for (const [a, b] of [
      [{ a: 1 }, { a: 2 }],
      [{ a: 1 }, { a: 1, b: null }],
      [
        { a: 1, b: 1 },
        { a: 1, c: 1 },
      ],
      [{ a: null }, {}],
      [
        [1, 2],
        [2, 1],
      ],
      [[], {}],
      [["a"], { 0: "a" }],
      [null, {}],
      ["1", 1],
      [{ a: { b: [1] } }, { a: { b: [1, 1] } }],
    ]) {
      expect(isSameJson(a, b)).toBe(false);
      expect(isSameJson(b, a)).toBe(false);
    }
  });
});
