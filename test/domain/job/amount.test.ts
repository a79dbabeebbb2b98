import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Amount } from "@/schemas/primitives";
import {
  addAmounts,
  amountOf,
  canonicalAmount,
  compareAmounts,
  subtractAmounts,
  unitsOf,
} from "@/server/domain/job/amount";

const anyUnits = fc.bigInt({ min: 0n, max: 10n ** 26n });

describe("amounts", () => {
  it.each([
    ["0", "0"],
    ["000", "0"],
    ["0.000", "0"],
    ["02.50", "2.5"],
    ["10", "10"],
    ["0.000000000000000001", "0.000000000000000001"],
    ["999999999.999999999999999999", "999999999.999999999999999999"],
  ])("spells %s as %s", (amount, canonical) => {
    expect(canonicalAmount(amount)).toBe(canonical);
  });

  it("loses no digit where a float would", () => {
    expect(addAmounts("0.1", "0.2")).toBe("0.3");
    expect(compareAmounts("10.000000000000000001", "10")).toBe(1);
    expect(addAmounts()).toBe("0");
  });

  it("reads back every amount that it writes", () => {
    fc.assert(
      fc.property(anyUnits, (units) => {
        const amount = amountOf(units);
        expect(Amount.safeParse(amount).success).toBe(true);
        expect(unitsOf(amount)).toBe(units);
      }),
    );
  });

  it("takes away what it added, and knows no debt", () => {
    fc.assert(
      fc.property(anyUnits, anyUnits, (x, y) => {
        const [a, b] = [amountOf(x), amountOf(y)];
        expect(subtractAmounts(addAmounts(a, b), b)).toBe(a);
        expect(subtractAmounts(a, b) === null).toBe(compareAmounts(a, b) < 0);
        expect(compareAmounts(a, b)).toBe(-compareAmounts(b, a) + 0);
      }),
    );
  });

  it("refuses to write what no amount can say", () => {
    expect(() => amountOf(-1n)).toThrow();
    expect(() => addAmounts("999999999", "1")).toThrow();
  });
});
