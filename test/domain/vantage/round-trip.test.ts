import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withinKm } from "@/server/domain/vantage/round-trip";

describe("withinKm", () => {
  it("is half of what light travels in that time", () => {
    expect(withinKm(1)).toBe(150);
    expect(withinKm(100)).toBe(14_990);
    expect(withinKm(0)).toBe(0);
  });

  it("is not measured where nothing came back", () => {
    expect(withinKm(null)).toBeNull();
  });

  it("never puts a machine nearer than a signal at any speed up to light's could have reached", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 60_000, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (distanceKm, share) => {
          fc.pre(share > 0.01);
          const roundTripMs = (2 * distanceKm) / (299.792458 * share);
          expect(withinKm(roundTripMs)).toBeGreaterThanOrEqual(Math.floor(distanceKm));
        },
      ),
    );
  });
});
