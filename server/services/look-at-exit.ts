import type { ExitLook } from "@/schemas/evidence";
import type { WithDeadline } from "@/server/adapters/clock/deadline";
import type { AddressDatabase } from "@/server/adapters/geo/address-database";
import type { NetworkDatabase } from "@/server/adapters/geo/network-database";
import type { ExitProbe, Vantage } from "@/server/adapters/golem/vantage";
import { hex } from "@/server/domain/bytes";
import { isBeaconError } from "@/server/domain/errors";
import { sha256 } from "@/server/domain/sha256";
import { instantOf } from "@/server/domain/time";
import { networkKindOf } from "@/server/domain/vantage/network-kind";
import { labelOf } from "@/server/domain/vantage/vantage-document";

export type LookAtExitDeps = {
  /** At most eight: a look has no room for more opinions. */
  readonly databases: readonly AddressDatabase[];
  readonly networks: NetworkDatabase;
  /** Echo services, whose answers count as independent. At most sixteen: two rounds fill a document. */
  readonly echoes: readonly string[];
  readonly withDeadline: WithDeadline;
};

const PROBE_TIMEOUT_MS = 5_000;

/**
 * Looks at where a vantage's exit comes out, once through every echo service, side by side, and
 * returns the looks of `before` with the new ones. An echo from which nothing came back is no evidence:
 * it is left out.
 */
export async function lookAtExit(
  deps: LookAtExitDeps,
  vantage: Pick<Vantage, "probeExit" | "lost">,
  before: readonly ExitLook[],
  when: ExitLook["when"],
): Promise<readonly ExitLook[]> {
  const probes = await Promise.all(
    [...new Set(deps.echoes)].map((echo) =>
      deps
        .withDeadline(PROBE_TIMEOUT_MS, [vantage.lost], (signal) => vantage.probeExit(echo, signal))
        .catch((error: unknown) => {
          if (isBeaconError(error)) return null;
          throw error;
        }),
    ),
  );
  const looks = probes.flatMap((probe) => (probe === null ? [] : lookOf(deps, probe, when)));
  return [...before, ...looks];
}

function lookOf(
  { databases, networks }: Pick<LookAtExitDeps, "databases" | "networks">,
  probe: ExitProbe,
  when: ExitLook["when"],
): ExitLook {
  const { address } = probe;
  const network = networks.networkOf(address);
  return {
    at: instantOf(probe.at),
    when,
    echo: probe.echo,
    address,
    round_trip_ms: probe.roundTripMs,
    answer_sha256: hex(sha256(probe.answer)),
    peer: probe.peer,
    opinions: databases.map(({ name, built, countryOf }) => ({
      database: name,
      built,
      country: countryOf(address),
    })),
    network:
      network === null
        ? null
        : {
            asn: network.asn,
            name: network.name === null ? null : labelOf(network.name),
            kind: networkKindOf(network),
          },
  };
}
