import { describe, expect, it } from "vitest";
import { binomialWeights } from "@/server/domain/eval/binomial";
import {
  boundOfNone,
  type ShareInterval,
  shareInterval,
  wilsonInterval,
} from "@/server/domain/eval/statistics";
import { drawsFrom } from "@/server/domain/job/draws";

/** R. G. Newcombe, Statistics in Medicine 17 (1998), 857, table I: the score method without correction. */
const NEWCOMBE = [
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
] as const;

/** One-sided exact bounds, 95 %, for no refusal: the figures that the power of a design is planned with. */
const NONE = [
  [5, 0.45],
  [10, 0.26],
  [14, 0.193],
  [20, 0.14],
  [30, 0.095],
] as const;

const SIZES = [5, 10, 20, 30, 60];
const SHARES = Array.from({ length: 199 }, (_, i) => (i + 1) / 200);

/** How likely the interval of a sample of `n` holds the true share. */
const coverage = (n: number, share: number): number =>
  binomialWeights(n, share).reduce((sum, weight, hits) => {
    const interval = shareInterval(hits, n);
    const holds = interval !== null && interval.low <= share && share <= interval.high;
    return sum + (holds ? weight : 0);
  }, 0);

function intervalOf(hits: number, n: number): ShareInterval {
  const interval = shareInterval(hits, n);
  if (interval === null) throw new Error("nothing was counted");
  return interval;
}

const SAMPLES = 4_000;

/** In how many of 4,000 drawn samples the interval holds the true share. */
function simulatedCoverage(n: number, share: number): number {
  const draws = drawsFrom(new Uint8Array([6, 28]));
  const holds = Array.from({ length: SAMPLES }, () => {
    const hits = Array.from({ length: n }, () => draws.chance(share)).filter(Boolean).length;
    const interval = shareInterval(hits, n);
    return interval !== null && interval.low <= share && share <= interval.high;
  });
  return holds.filter(Boolean).length / SAMPLES;
}

describe("the interval of a share", () => {
  it.each(NEWCOMBE)("is Wilson's as published: %i of %i", (hits, n, low, high) => {
    const interval = wilsonInterval(hits, n);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it.each(NONE)("of none in %i is the exact one-sided bound, %f", (n, bound) => {
    expect(boundOfNone(n)).toBeCloseTo(bound, 2);
    expect((1 - boundOfNone(n)) ** n).toBeCloseTo(0.05, 12);
    expect(shareInterval(0, n)).toEqual({ low: 0, high: boundOfNone(n), method: "exact-bound" });
    expect(shareInterval(n, n)).toEqual({
      low: 1 - boundOfNone(n),
      high: 1,
      method: "exact-bound",
    });
  });

  it("of nothing counted is not measured, and nowhere a number", () => {
    expect(shareInterval(0, 0)).toBeNull();
  });

  it.each(SIZES)("holds the share, lies within 0 and 1, mirrors, and narrows: n = %i", (n) => {
    for (let hits = 0; hits <= n; hits++) {
      const { low, high, method } = intervalOf(hits, n);
      expect(method).toBe(hits === 0 || hits === n ? "exact-bound" : "wilson");
      expect([0, low, hits / n, high, 1].toSorted((x, y) => x - y)).toEqual([
        0,
        low,
        hits / n,
        high,
        1,
      ]);
      expect(intervalOf(n - hits, n).low).toBeCloseTo(1 - high, 12);
      const narrower = intervalOf(hits * 2, n * 2);
      expect(narrower.high - narrower.low).toBeLessThan(high - low);
    }
  });

  it.each(SIZES)("covers 95 %% on average over all shares and never below 83 %%: n = %i", (n) => {
    const covered = SHARES.map((share) => coverage(n, share));
    const mean = covered.reduce((sum, one) => sum + one, 0) / covered.length;
    expect(mean).toBeGreaterThan(0.945);
    expect(mean).toBeLessThan(0.985);
    expect(Math.min(...covered)).toBeGreaterThan(0.83);
  });

  it.each([
    [10, 0.3],
    [20, 0.05],
    [30, 0.5],
  ])("covers in simulated samples what theory says: n = %i, share %f", (n, share) => {
    const expected = coverage(n, share);
    const error = Math.sqrt((expected * (1 - expected)) / SAMPLES);
    expect(Math.abs(simulatedCoverage(n, share) - expected)).toBeLessThan(4 * error);
  });
});
