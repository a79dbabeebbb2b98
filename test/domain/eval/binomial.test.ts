import { describe, expect, it } from "vitest";
import { binomialWeights, logChoose, logFactorial } from "@/server/domain/eval/binomial";

/** Exact, by whole numbers. */
function choose(n: number, k: number): bigint {
  let ways = 1n;
  for (let i = 1; i <= k; i++) ways = (ways * BigInt(n - k + i)) / BigInt(i);
  return ways;
}

describe("ways to choose", () => {
  it("are as many as by whole numbers", () => {
    for (const [n, k] of [
      [0, 0],
      [1, 1],
      [10, 3],
      [40, 20],
      [100, 50],
      [170, 85],
    ] as const)
      expect(Math.exp(logChoose(n, k)) / Number(choose(n, k))).toBeCloseTo(1, 11);
  });

  it("are none outside of 0 to n", () => {
    expect(logChoose(5, -1)).toBe(Number.NEGATIVE_INFINITY);
    expect(logChoose(5, 6)).toBe(Number.NEGATIVE_INFINITY);
  });

  it("do not depend on who asked before", () => {
    const late = logFactorial(50_000);
    // Stirling's series to the term in 1/n^3 (DLMF 5.11.1).
    const n = 50_000;
    const stirling =
      n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3);
    expect(Math.abs(late - stirling)).toBeLessThan(1e-8);
    expect(logFactorial(3)).toBeCloseTo(Math.log(6), 14);
  });
});

describe("binomial weights", () => {
  it("sum to one, with the mean n p", () => {
    for (const [n, p] of [
      [1, 0.5],
      [20, 0.3],
      [1_000, 0.01],
      [25_000, 0.4],
    ] as const) {
      const weights = binomialWeights(n, p);
      const sum = weights.reduce((total, weight) => total + weight, 0);
      const mean = weights.reduce((total, weight, k) => total + weight * k, 0);
      expect(sum).toBeCloseTo(1, 9);
      expect(mean / (n * p)).toBeCloseTo(1, 8);
    }
  });

  it("are certain where the chance is none or all", () => {
    expect([...binomialWeights(3, 0)]).toEqual([1, 0, 0, 0]);
    expect([...binomialWeights(3, 1)]).toEqual([0, 0, 0, 1]);
  });
});
