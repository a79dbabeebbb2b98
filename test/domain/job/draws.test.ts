import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawsFrom } from "@/server/domain/job/draws";

const anySeed = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe("draws", () => {
  it("are the words of sha256(seed, counter), as the docstring promises to whoever repeats them", () => {
    const seed = Uint8Array.from({ length: 16 }, (_, i) => i);
    const draws = drawsFrom(seed);
    const words = [0, 1].flatMap((block) => {
      const hash = createHash("sha256")
        .update(seed)
        .update(Uint8Array.of(0, 0, 0, block))
        .digest();
      return Array.from({ length: 8 }, (_, i) => hash.readUInt32BE(i * 4));
    });
    expect(words.map(() => draws.below(2 ** 32))).toEqual(words);
  });

  it("are the same for the same seed and others for another", () => {
    const hundred = (seed: Uint8Array) => {
      const draws = drawsFrom(seed);
      return Array.from({ length: 100 }, () => draws.below(1_000));
    };
    expect(hundred(Uint8Array.of(1))).toEqual(hundred(Uint8Array.of(1)));
    expect(hundred(Uint8Array.of(1))).not.toEqual(hundred(Uint8Array.of(2)));
  });

  it("shuffle without losing or doubling anything, and leave the list handed in alone", () => {
    fc.assert(
      fc.property(anySeed, fc.array(fc.integer()), (seed, items) => {
        const before = [...items];
        const after = drawsFrom(seed).shuffled(items);
        expect([...after].sort()).toEqual([...before].sort());
        expect(items).toEqual(before);
      }),
    );
  });

  it("favour no number", () => {
    const draws = drawsFrom(Uint8Array.of(7));
    const counts = [0, 0, 0];
    for (let i = 0; i < 30_000; i++) {
      const drawn = draws.below(3);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    // four standard deviations of a fair binomial of 30,000 draws
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(330);
  });

  it("never let a chance of 0 happen nor one of 1 fail", () => {
    const draws = drawsFrom(Uint8Array.of(9));
    for (let i = 0; i < 1_000; i++) {
      expect(draws.chance(0)).toBe(false);
      expect(draws.chance(1)).toBe(true);
    }
  });

  it("pick nothing out of nothing", () => {
    expect(() => drawsFrom(Uint8Array.of(1)).pick([])).toThrow();
  });
});
