import { counted, formatCount, listed } from "@/components/ui/count";
import { placeName } from "@/components/ui/country";
import type { ExitLook, NetworkKind, VantageDocument } from "@/schemas/evidence";
import {
  echoServicesOf,
  elsewhereOf,
  type GeoGap,
  geoGapsOf,
} from "@/server/domain/vantage/judge-geo";
import { isRelayingKind } from "@/server/domain/vantage/network-kind";

/** The verdict as a reader takes it in at a glance: a headline, and the one sentence that it rests on. */
export function geoSentence(vantage: VantageDocument): {
  readonly headline: string;
  readonly reason: string;
} {
  const country = placeName(vantage.country);
  switch (vantage.verdict) {
    case "verified":
      return {
        headline: `Asked through an exit in ${country}.`,
        reason: `${counted(echoServicesOf(vantage.looks).length, "echo service")} saw the address over TLS, and every database that knows it places it in ${country}.`,
      };
    case "observed-only":
      return {
        headline: `Asked through an exit that is perhaps in ${country}.`,
        reason: geoGapsOf(vantage)
          .map((gap) => GAPS[gap])
          .join(" "),
      };
    case "mismatch":
      return {
        headline: `Not asked from ${country}.`,
        reason: `The provider was rented for ${country}, but every database that knows the address of its exit places it elsewhere: ${listed(elsewhereOf(vantage).map(placeName))}. This answer is kept and shown; it never enters a comparison.`,
      };
    case "unverifiable":
      return {
        headline: `Rented for ${country}, but the exit could not be checked.`,
        reason:
          vantage.looks.length === 0
            ? "No look at the exit came back."
            : "No database knows the address that was seen.",
      };
  }
}

const GAPS: Readonly<Record<GeoGap, string>> = {
  "databases-disagree": "The databases disagree on where its address is.",
  "address-unknown": "In one look, no database knows the address.",
  "one-database": "In one look, only one database knows the address.",
  "one-echo-service": "Fewer than two echo services saw the address over TLS.",
  "no-look-before": "No look came back before the first task.",
  "no-look-after":
    "After the last task looks were tried, and none came back over TLS: the exit could have moved.",
  "no-tls":
    "Before the first task no echo service answered over TLS, so the provider could have answered in its place.",
  "no-claim": "Nobody had claimed this country before it was looked at.",
};

/** What else a reader ought to know before relying on it; empty when there is nothing. */
export function geoNotes(vantage: VantageDocument): readonly string[] {
  const { looks, failed_looks: failed, claims, country } = vantage;
  const others = claims.flatMap((claim) =>
    claim.country === null || claim.country === country
      ? []
      : [`${claim.source} claims ${placeName(claim.country)} instead.`],
  );
  const addresses = new Set(looks.map(({ address }) => address)).size;
  return [
    ...(vantage.simulated
      ? ["Simulated: provider, addresses and databases belong to the loopback network."]
      : []),
    ...others,
    ...(addresses > 1 ? [`The looks saw ${formatCount(addresses)} different addresses.`] : []),
    ...(failed.length > 0
      ? [
          `${formatCount(failed.length)} of ${counted(looks.length + failed.length, "look")} failed. The provider could have kept them from coming back.`,
        ]
      : []),
    ...(looks.length > 0 && !looks.some(({ when }) => when === "after")
      ? ["No look has come back after the last task."]
      : []),
    ...(looks.some(({ network }) => isRelayingKind(network?.kind ?? null))
      ? [
          "The exit belongs to a data centre or VPN network, where traffic of other countries often comes out. A service may treat it differently from a household’s line.",
        ]
      : []),
  ];
}

/** The networks of the exit, each once. */
export const networksOf = (
  looks: readonly ExitLook[],
): readonly NonNullable<ExitLook["network"]>[] => [
  ...new Map(
    looks.flatMap(({ network }) => (network === null ? [] : [[network.asn, network] as const])),
  ).values(),
];

/** Kinds of network in plain words. */
export const NETWORK_KINDS: Readonly<Record<NetworkKind, string>> = {
  hosting: "data centre or cloud",
  access: "internet access for homes and offices",
  mobile: "mobile network",
  education: "education",
  government: "government",
  vpn: "VPN service",
};

/** Half of the Earth's circumference (40,075 km at the equator): no place is farther away than that. */
const FARTHEST_KM = 20_038;

/** What the fastest round trip says of the distance. */
export const distanceWords = (withinKm: number): string =>
  withinKm >= FARTHEST_KM
    ? "anywhere on Earth: the round trips took too long to say more"
    : `at most ${formatCount(withinKm)} km away from the machine that asked`;
