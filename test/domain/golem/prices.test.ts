import fc from "fast-check";
import { expect, it } from "vitest";
import { expectedTotal, fairTotal, overpriced, unitsAbove } from "@/server/domain/golem/prices";

const PRICES = { start: 0.001, envSec: 0.000_001, cpuSec: 0.000_002, threads: 4 };
const CAPS = { startGlm: 0.01, cpuHourGlm: 0.01, envHourGlm: 0.01 };

it("never calls a bill unfair that a busy machine runs up", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 86_400_000 }), (elapsedMs) => {
      const busy =
        PRICES.start + (elapsedMs / 1_000) * (PRICES.envSec + PRICES.threads * PRICES.cpuSec);
      expect(fairTotal(PRICES, elapsedMs)).toBeGreaterThan(busy);
      expect(expectedTotal(PRICES, elapsedMs)).toBeLessThanOrEqual(busy);
    }),
  );
});

it("takes a clock that runs backwards for no time at all", () => {
  expect(fairTotal(PRICES, -60_000)).toBe(fairTotal(PRICES, 0));
});

it("rounds an amount up and never down", () => {
  expect(unitsAbove(0)).toBe(0n);
  expect(unitsAbove(1)).toBe(10n ** 18n);
  expect(unitsAbove(1e-13)).toBe(10n ** 6n);
});

it("names the price that is above its cap", () => {
  expect(overpriced(PRICES, CAPS)).toBeNull();
  expect(overpriced({ ...PRICES, start: 1 }, CAPS)).toContain("to start");
  expect(overpriced({ ...PRICES, cpuSec: 1 }, CAPS)).toContain("hour of CPU");
  expect(overpriced({ ...PRICES, envSec: 1 }, CAPS)).toContain("for an hour,");
});

it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])("takes %s for no price", (start) => {
  expect(overpriced({ ...PRICES, start }, CAPS)).toContain("no figures");
});
