import type { CountryCode } from "@/schemas/country";
import type { CountryClaim } from "@/schemas/evidence";

/**
 * What the sources say, taken together, of a provider that is wanted in `country`. `agreed`: every
 * source that knows names it. `disputed`: one names it, another names another. `elsewhere`: those that
 * know name others. `unknown`: none knows.
 */
export function readClaims(
  claims: readonly CountryClaim[],
  country: CountryCode,
): "agreed" | "disputed" | "elsewhere" | "unknown" {
  const named = claims.flatMap((claim) => (claim.country === null ? [] : [claim.country]));
  if (named.length === 0) return "unknown";
  if (!named.includes(country)) return "elsewhere";
  return named.every((name) => name === country) ? "agreed" : "disputed";
}
