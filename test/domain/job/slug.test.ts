import fc from "fast-check";
import { expect, it } from "vitest";
import { Slug } from "@/schemas/primitives";
import { slugOf } from "@/server/domain/job/slug";

it("makes a name of the spec's alphabet out of any words", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme" }),
      fc.integer({ min: 1, max: 64 }),
      (words, length) => {
        expect(Slug.safeParse(slugOf(words, "none", length)).success).toBe(true);
      },
    ),
  );
});

it("keeps what can be read", () => {
  expect(slugOf("Llama 3.2:1b", "none")).toBe("llama-3-2-1b");
  expect(slugOf("Café — où?", "none")).toBe("cafe-ou");
  expect(slugOf("هل المتحف مفتوح؟", "none")).toBe("none");
  expect(slugOf("one two", "none", 4)).toBe("one");
});
