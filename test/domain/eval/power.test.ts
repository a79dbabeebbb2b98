import { describe, expect, it } from "vitest";
import { binomialWeights, logChoose } from "@/server/domain/eval/binomial";
import {
  ALPHA,
  canPass,
  fisherPower,
  smallestGap,
  smallestP,
  WANTED_POWER,
} from "@/server/domain/eval/power";
import { boundOfNone } from "@/server/domain/eval/statistics";
import { drawsFrom } from "@/server/domain/job/draws";

/** Fisher's two-sided p as R's `fisher.test` has it: all tables with the same margins that are no likelier. */
function fisherP(n: number, a: number, b: number): number {
  const weight = (k: number) =>
    Math.exp(logChoose(n, k) + logChoose(n, a + b - k) - logChoose(2 * n, a + b));
  const seen = weight(a);
  let p = 0;
  for (let k = Math.max(0, a + b - n); k <= Math.min(n, a + b); k++)
    if (weight(k) <= seen * (1 + 1e-7)) p += weight(k);
  return p;
}

/** The same power by asking about every pair of counts. */
function powerByEveryPair(n: number, rateA: number, rateB: number, alpha: number): number {
  const [weightsA, weightsB] = [binomialWeights(n, rateA), binomialWeights(n, rateB)];
  let power = 0;
  for (const [a, weightA] of weightsA.entries())
    for (const [b, weightB] of weightsB.entries())
      if (fisherP(n, a, b) <= alpha * (1 + 1e-9)) power += weightA * weightB;
  return power;
}

describe("the power of Fisher's exact test", () => {
  // The research report, section 1.4: worked out by enumeration, two-sided 5 %.
  it.each([
    [10, 0, 0.5, 0.62],
    [15, 0, 0.5, 0.94],
    [20, 0, 0.3, 0.76],
    [30, 0, 0.3, 0.92],
    [5, 0.05, 0.95, 0.91],
    [50, 0.2, 0.4, 0.52],
  ])("with %i answers a side, from %f to %f, is %f", (n, from, to, power) => {
    expect(Math.round(fisherPower(n, from, to) * 100) / 100).toBe(power);
  });

  it("is what asking about every pair of counts gives", () => {
    for (const n of [1, 2, 3, 4, 5, 7, 12, 25])
      for (const alpha of [0.05, 0.01, 0.05 / 12])
        for (const [from, to] of [
          [0, 0.4],
          [0.1, 0.9],
          [0.5, 0.2],
          [0.3, 0.3],
          [1, 0.25],
        ] as const)
          expect(fisherPower(n, from, to, alpha)).toBeCloseTo(
            powerByEveryPair(n, from, to, alpha),
            10,
          );
  });

  it("does not depend on which side is named first", () => {
    for (const n of [4, 9, 30])
      expect(fisherPower(n, 0.1, 0.6)).toBeCloseTo(fisherPower(n, 0.6, 0.1), 12);
  });

  it("is at most the error that is allowed where the rates are alike", () => {
    for (const n of [3, 5, 10, 40, 200])
      for (const rate of [0, 0.05, 0.3, 0.5, 1])
        expect(fisherPower(n, rate, rate)).toBeLessThanOrEqual(ALPHA);
  });

  it("is how often simulated runs find the difference", () => {
    const draws = drawsFrom(new Uint8Array(16).fill(22));
    const [n, from, to, runs] = [12, 0.1, 0.6, 4_000];
    const draw = (rate: number) => {
      let events = 0;
      for (let i = 0; i < n; i++) if (draws.chance(rate)) events++;
      return events;
    };
    let found = 0;
    for (let run = 0; run < runs; run++) if (fisherP(n, draw(from), draw(to)) <= ALPHA) found++;
    const power = fisherPower(n, from, to);
    // Four standard errors of a share of 4,000 runs.
    const allowed = 4 * Math.sqrt((power * (1 - power)) / runs);
    expect(Math.abs(found / runs - power)).toBeLessThan(allowed);
  });
});

describe("the smallest gap that is found in 8 of 10 runs", () => {
  it("is found, and the next smaller one is not", () => {
    for (const n of [6, 10, 15, 40, 200, 1_000])
      for (const base of [0, 0.05, 0.2, 0.4]) {
        const gap = smallestGap(n, base);
        if (gap === null) continue;
        expect(fisherPower(n, base, base + gap / 100)).toBeGreaterThanOrEqual(WANTED_POWER);
        expect(fisherPower(n, base, base + (gap - 1) / 100)).toBeLessThan(WANTED_POWER);
      }
  });

  it("is none where no gap is found", () => {
    expect(smallestGap(3, 0)).toBeNull();
    expect(smallestGap(5, 0.5)).toBeNull();
    expect(smallestGap(10, 1)).toBeNull();
  });

  it("is wider when several tests share the error", () => {
    const [alone, shared] = [smallestGap(10, 0), smallestGap(10, 0, ALPHA / 10)];
    expect(alone).toBe(59);
    expect(shared).toBeGreaterThan(alone ?? 100);
  });
});

describe("the smallest p", () => {
  it.each([
    [3, "0.050"],
    [4, "0.014"],
    [5, "0.004"],
    [6, "0.001"],
  ])("with %i answers a side is %s", (n, p) => {
    expect(smallestP([[n, n]]).toFixed(3)).toBe(p);
  });

  it("multiplies over questions whose answers are not mixed", () => {
    expect(smallestP(Array.from({ length: 5 }, () => [1, 1] as const))).toBeCloseTo(1 / 32, 12);
    expect(
      smallestP([
        [2, 2],
        [2, 2],
      ]),
    ).toBeCloseTo(1 / 36, 12);
  });

  it("counts sides of different sizes, whichever comes first, and one that is empty as nothing", () => {
    expect(smallestP([[2, 4]])).toBeCloseTo(1 / 15, 12);
    expect(smallestP([[4, 2]])).toBe(smallestP([[2, 4]]));
    expect(smallestP([[0, 5]])).toBe(1);
    expect(smallestP([])).toBe(1);
  });

  it("must be half of the error at most, for a test that looks both ways", () => {
    expect(canPass(0.025)).toBe(true);
    // 1 of 40 ways is 0.025, whatever the last digit of its logarithm.
    expect(canPass(smallestP([[1, 39]]))).toBe(true);
    expect(canPass(0.026)).toBe(false);
    expect(canPass(0.026, 0.1)).toBe(true);
  });
});

// The bound itself is worked out where intervals are; the report's figures are held together here.
it.each([
  [5, "45.1"],
  [10, "25.9"],
  [20, "13.9"],
  [30, "9.5"],
])("what never happened in %i tries may still happen in %s of a hundred", (n, percent) => {
  expect((boundOfNone(n) * 100).toFixed(1)).toBe(percent);
});
