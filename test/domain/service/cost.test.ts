import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareAmounts } from "@/server/domain/job/amount";
import { costAtMost, costOf } from "@/server/domain/service/cost";
import type { Price } from "@/server/domain/service/prices";

const aPrice = (over: Partial<Price> = {}): Price => ({
  inputUsd: "2.5",
  inputAtMostUsd: "2.5",
  outputUsd: "15",
  source: "a test",
  date: "2026-11-22",
  ...over,
});

describe("costOf", () => {
  it("is exact to the last digit", () => {
    const usage = { promptTokens: 19, completionTokens: 10 };
    expect(costOf(usage, aPrice())).toBe("0.0001975");
    expect(
      costOf({ promptTokens: 3, completionTokens: 0 }, aPrice({ inputAtMostUsd: "0.1" })),
    ).toBe("0.0000003");
  });

  it("takes every input token at the dearest that it may have", () => {
    const price = aPrice({ inputUsd: "2", inputAtMostUsd: "2.5" });
    expect(costOf({ promptTokens: 1_000_000, completionTokens: 0 }, price)).toBe("2.5");
  });

  it("is rounded up where a price has more digits than an amount", () => {
    const price = aPrice({ inputAtMostUsd: "0.000000000000000001", outputUsd: "0" });
    expect(costOf({ promptTokens: 1, completionTokens: 1 }, price)).toBe("0.000000000000000001");
  });

  it("is nothing where the installation says so, and unknown where the service did not count", () => {
    const free = aPrice({ inputAtMostUsd: "0", outputUsd: "0" });
    expect(costOf({ promptTokens: 7, completionTokens: 9 }, free)).toBe("0");
    expect(costOf({ promptTokens: null, completionTokens: 9 }, free)).toBeNull();
    expect(costOf({ promptTokens: 7, completionTokens: null }, free)).toBeNull();
  });
});

describe("costAtMost", () => {
  it("is never less than what an answer within its bounds costs", () => {
    const amount = fc.tuple(fc.nat(400), fc.nat(999_999)).map(([a, b]) => `${a}.${b}`);
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 300 }),
        fc.integer({ min: 1, max: 8_192 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        amount,
        amount,
        (prompt, maxOutput, share, input, output) => {
          const price = aPrice({ inputAtMostUsd: input, outputUsd: output });
          const bytes = new TextEncoder().encode(prompt).length;
          const usage = {
            promptTokens: bytes,
            completionTokens: Math.floor(maxOutput * share),
          };
          const cost = costOf(usage, price) ?? "0";
          expect(compareAmounts(costAtMost(bytes, maxOutput, price), cost)).not.toBe(-1);
        },
      ),
    );
  });

  it("puts aside for the template as well", () => {
    expect(costAtMost(1_000_000 - 256, 0, aPrice())).toBe("2.5");
  });
});
