import { describe, expect, it } from "vitest";
import { DISPUTED_SITE, LOOPBACK_SITES } from "@/server/domain/vantage/address-plan";

describe("the address plan", () => {
  it("gives every provider a loopback address and a name of its own", () => {
    expect(new Set(LOOPBACK_SITES.map(({ address }) => address)).size).toBe(LOOPBACK_SITES.length);
    expect(new Set(LOOPBACK_SITES.map(({ provider }) => provider)).size).toBe(
      LOOPBACK_SITES.length,
    );
    for (const { address } of LOOPBACK_SITES) expect(address).toMatch(/^127\.0\.\d{1,3}\.\d{1,3}$/);
  });

  it("gives every provider a private autonomous system of its own, labelled as simulated", () => {
    expect(new Set(LOOPBACK_SITES.map(({ asn }) => asn)).size).toBe(LOOPBACK_SITES.length);
    for (const { asn, asName } of LOOPBACK_SITES) {
      // RFC 6996 leaves these numbers to private use.
      expect(asn).toBeGreaterThanOrEqual(64_512);
      expect(asn).toBeLessThanOrEqual(65_534);
      expect(asName).toContain("(simulated)");
    }
  });

  it("has two providers in each of ten countries", () => {
    const countries = LOOPBACK_SITES.map(({ country }) => country);
    expect(new Set(countries)).toEqual(
      new Set(["DE", "US", "KE", "BR", "SG", "GB", "IN", "JP", "PL", "ZA"]),
    );
    for (const country of countries)
      expect(countries.filter((other) => other === country)).toHaveLength(2);
  });

  it("disputes the address of one Kenyan provider", () => {
    const disputed = LOOPBACK_SITES.filter(({ address }) => address === DISPUTED_SITE.address);
    expect(disputed.map(({ country }) => country)).toEqual(["KE"]);
    expect(DISPUTED_SITE.secondOpinion).not.toBe("KE");
  });
});
