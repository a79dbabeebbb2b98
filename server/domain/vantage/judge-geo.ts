import type { CountryCode } from "@/schemas/country";
import type { CountryClaim, ExitLook, FailedLook } from "@/schemas/evidence";
import type { GeoVerdict } from "@/schemas/task";

/** What is judged of a look at an exit. */
export type JudgedLook = Pick<ExitLook, "when" | "echo"> & {
  readonly peer: Pick<ExitLook["peer"], "tls">;
  readonly opinions: readonly Pick<ExitLook["opinions"][number], "database" | "country">[];
};

/** A vantage document has this shape. */
export type GeoCase = {
  /** The country that the provider was rented for. */
  readonly country: CountryCode;
  readonly claims: readonly Pick<CountryClaim, "country">[];
  readonly looks: readonly JudgedLook[];
  readonly failed_looks: readonly Pick<FailedLook, "when">[];
};

/** How many echo services must have answered over TLS for a verdict of `verified`. */
export const ECHOES_FOR_VERIFIED = 2;
/** How many databases must know each address for it. */
const DATABASES_FOR_VERIFIED = 2;

/** What keeps evidence that speaks against nothing from counting as verified. */
export type GeoGap =
  | "one-echo-service"
  | "no-look-before"
  | "no-look-after"
  | "no-tls"
  | "databases-disagree"
  | "one-database"
  | "address-unknown"
  | "no-claim";

/** What the databases that know a look's address say together; one that does not know it says nothing. */
type Word = "agrees" | "agrees-alone" | "disputed" | "elsewhere" | "silent";

/**
 * What the evidence allows one to say of the country that a provider was rented for. The first line
 * that holds is the verdict:
 *
 * | verdict | when |
 * |---|---|
 * | `unverifiable` | no look came back, or no database knows any of the addresses |
 * | `mismatch` | in some look, every database that knows the address places it in another country |
 * | `verified` | two echo services or more answered over TLS, one of them before the first task; if looks after the last task were tried, one came back over TLS; in every look at least two databases know the address and all of these place it in the country; and a source claims it |
 * | `observed-only` | anything else; `geoGapsOf` names what is missing |
 *
 * Echo services count by their host; that different hosts are independent is up to who configured them.
 * Without TLS the provider could answer in an echo service's place: such a look can speak against the
 * country, and never for `verified`. A session that was lost before its last look was tried is judged
 * without it; one whose last looks all failed may be hiding that its exit has moved. A database counts
 * once in a look. An address may change between looks: only its country is judged. The order of claims,
 * looks and opinions does not matter. A probe proves the exit, not where the machine stands.
 */
export function judgeGeo(evidence: GeoCase): GeoVerdict {
  const words = evidence.looks.map((look) => wordOf(look, evidence.country));
  if (words.every((word) => word === "silent")) return "unverifiable";
  if (words.includes("elsewhere")) return "mismatch";
  return geoGapsOf(evidence).length === 0 ? "verified" : "observed-only";
}

/** What is missing for `verified`, most telling first; empty when nothing is, or when there is no look. */
export function geoGapsOf({
  country,
  claims,
  looks,
  failed_looks: failed,
}: GeoCase): readonly GeoGap[] {
  const words = looks.map((look) => wordOf(look, country));
  const before = looks.filter(({ when }) => when === "before");
  const isMissing: Readonly<Record<GeoGap, boolean>> = {
    "databases-disagree": words.includes("disputed"),
    "address-unknown": words.includes("silent"),
    "one-database": words.includes("agrees-alone"),
    "one-echo-service": echoServicesOf(looks).length < ECHOES_FOR_VERIFIED,
    "no-look-before": before.length === 0,
    "no-look-after": failed.some(isAfter) && !looks.filter(isOverTls).some(isAfter),
    "no-tls": before.length > 0 && !before.some(isOverTls),
    "no-claim": !claims.some((claim) => claim.country === country),
  };
  return GAPS.filter((gap) => looks.length > 0 && isMissing[gap]);
}

const GAPS: readonly GeoGap[] = [
  "databases-disagree",
  "address-unknown",
  "one-database",
  "one-echo-service",
  "no-look-before",
  "no-look-after",
  "no-tls",
  "no-claim",
];

const isAfter = ({ when }: Pick<ExitLook, "when">): boolean => when === "after";

/** Whether it was the echo service that answered, and not somebody on the way to it. */
export const isOverTls = ({ peer }: Pick<JudgedLook, "peer">): boolean => peer.tls !== null;

/** The hosts of the echo services that answered over TLS, each once. */
export const echoServicesOf = (
  looks: readonly Pick<JudgedLook, "echo" | "peer">[],
): readonly string[] => [...new Set(looks.filter(isOverTls).map(({ echo }) => new URL(echo).host))];

/** The other countries that the databases name in looks of which none speaks for the country, each once. */
export const elsewhereOf = ({
  country,
  looks,
}: Pick<GeoCase, "country" | "looks">): readonly CountryCode[] => [
  ...new Set(
    looks
      .filter((look) => wordOf(look, country) === "elsewhere")
      .flatMap(({ opinions }) => opinions.flatMap((opinion) => opinion.country ?? [])),
  ),
];

function wordOf({ opinions }: JudgedLook, country: CountryCode): Word {
  const known = opinions.filter((opinion) => opinion.country !== null);
  const here = known.filter((opinion) => opinion.country === country);
  if (known.length === 0) return "silent";
  if (here.length === 0) return "elsewhere";
  if (here.length < known.length) return "disputed";
  const databases = new Set(here.map(({ database }) => database));
  return databases.size >= DATABASES_FOR_VERIFIED ? "agrees" : "agrees-alone";
}
