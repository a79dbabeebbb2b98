import type { CountryCode } from "@/schemas/country";
import type { GeoVerdict } from "@/schemas/task";

/** What the address databases say of one probe's observed address, one answer each; null: unknown address. */
export type JudgedProbe = { readonly opinions: readonly (CountryCode | null)[] };

/** Probes that must agree before a claim counts as verified: one before the first task, one after the last. */
const PROBES_FOR_VERIFIED = 2;

/**
 * What a vantage's evidence allows one to say of the country that it was rented for.
 *
 * - `unverifiable`: no probe came back, or no database answered.
 * - `mismatch`: in some probe all databases know the address and agree on another country.
 * - `verified`: at least two probes, and in each all databases know the address and agree with the claim.
 * - `observed-only`: anything between: one probe, a database that disagrees, an address unknown to one.
 *
 * A probe proves the exit, not where the machine stands.
 */
export function judgeGeo(claimed: CountryCode, probes: readonly JudgedProbe[]): GeoVerdict {
  const agreed = probes.map(agreedCountry);
  if (probes.every(({ opinions }) => opinions.length === 0)) return "unverifiable";
  if (agreed.some((country) => country !== null && country !== claimed)) return "mismatch";
  if (probes.length < PROBES_FOR_VERIFIED) return "observed-only";
  return agreed.every((country) => country === claimed) ? "verified" : "observed-only";
}

/** The country on which all databases agree; null when one does not know the address or two disagree. */
function agreedCountry({ opinions }: JudgedProbe): CountryCode | null {
  const [first = null] = opinions;
  return opinions.every((opinion) => opinion === first) ? first : null;
}
