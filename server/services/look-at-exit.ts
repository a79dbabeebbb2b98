import type { ExitLook, FailedLook } from "@/schemas/evidence";
import type { WithDeadline } from "@/server/adapters/clock/deadline";
import type { AddressDatabase } from "@/server/adapters/geo/address-database";
import type { NetworkDatabase } from "@/server/adapters/geo/network-database";
import type { ExitProbe, Vantage } from "@/server/adapters/golem/vantage";
import { hex } from "@/server/domain/bytes";
import { type BeaconError, ERRORS, isBeaconError } from "@/server/domain/errors";
import { sha256 } from "@/server/domain/sha256";
import { instantOf } from "@/server/domain/time";
import { networkKindOf } from "@/server/domain/vantage/network-kind";
import { type LooksTaken, labelOf } from "@/server/domain/vantage/vantage-document";

export type LookAtExitDeps = {
  /** At most eight: a look has no room for more opinions. */
  readonly databases: readonly AddressDatabase[];
  readonly networks: NetworkDatabase;
  /** Echo services, whose answers count as independent. At most sixteen: two rounds fill a document. */
  readonly echoes: readonly string[];
  readonly withDeadline: WithDeadline;
  readonly now: () => Date;
};

const PROBE_TIMEOUT_MS = 5_000;

/**
 * Looks at where a vantage's exit comes out, once through every echo service, side by side, and
 * returns all that were taken `before` with the new ones. One that no address came of is kept as
 * failed, with its reason: a provider could have kept it from coming back. Through a provider that is
 * gone already, nothing is tried.
 */
export async function lookAtExit(
  deps: LookAtExitDeps,
  vantage: Pick<Vantage, "probeExit" | "lost">,
  before: LooksTaken,
  when: ExitLook["when"],
): Promise<LooksTaken> {
  if (vantage.lost.aborted) return before;
  const taken = await Promise.all(
    [...new Set(deps.echoes)].map((echo) => lookThrough(deps, vantage, echo, when)),
  );
  return {
    looks: [...before.looks, ...taken.flatMap((one) => ("code" in one ? [] : one))],
    failed: [...before.failed, ...taken.flatMap((one) => ("code" in one ? one : []))],
  };
}

async function lookThrough(
  deps: LookAtExitDeps,
  vantage: Pick<Vantage, "probeExit" | "lost">,
  echo: string,
  when: ExitLook["when"],
): Promise<ExitLook | FailedLook> {
  const { withDeadline, now } = deps;
  try {
    const probe = await withDeadline(PROBE_TIMEOUT_MS, [vantage.lost], (signal) =>
      vantage.probeExit(echo, signal),
    );
    return lookOf(deps, probe, when);
  } catch (error) {
    if (!isBeaconError(error)) throw error;
    return { at: instantOf(now()), when, echo, code: codeOf(error) };
  }
}

/** A probe's failure has one code for all reasons; the reason's own, where it has one, says more. */
function codeOf({ code, details: { problem } }: BeaconError): string {
  return typeof problem === "string" && Object.hasOwn(ERRORS, problem) ? problem : code;
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
