import type { GeoEvidence } from "@/schemas/snapshot";
import type { AddressDatabase } from "@/server/adapters/geo/address-database";
import type { Vantage } from "@/server/adapters/golem/vantage";
import { isBeaconError } from "@/server/domain/errors";
import { instantOf } from "@/server/domain/time";
import { judgeGeo } from "@/server/domain/vantage/judge-geo";

export type LookAtExitDeps = { readonly databases: readonly AddressDatabase[] };

const PROBE_TIMEOUT_MS = 5_000;

/**
 * Looks `times` more at where a vantage's exit comes out, and judges all looks together. A look from
 * which nothing came back is no evidence; it is left out.
 */
export async function lookAtExit(
  deps: LookAtExitDeps,
  vantage: Pick<Vantage, "country" | "claimSource" | "probeExit">,
  before: GeoEvidence["probes"],
  times: number,
): Promise<GeoEvidence> {
  const probes = [...before];
  for (let look = 0; look < times; look++) {
    const probe = await vantage
      .probeExit(AbortSignal.timeout(PROBE_TIMEOUT_MS))
      .catch((error: unknown) => {
        if (isBeaconError(error)) return null;
        throw error;
      });
    if (probe !== null)
      probes.push({
        at: instantOf(probe.at),
        observedAddress: probe.observedAddress,
        roundTripMs: probe.roundTripMs,
        databases: deps.databases.map(({ name, countryOf }) => ({
          name,
          country: countryOf(probe.observedAddress),
        })),
      });
  }
  const judged = probes.map(({ databases }) => ({
    opinions: databases.map(({ country }) => country),
  }));
  return {
    claimed: { country: vantage.country, source: vantage.claimSource },
    probes,
    verdict: judgeGeo(vantage.country, judged),
  };
}
