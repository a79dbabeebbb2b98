import type { CountryCode } from "@/schemas/country";
import type { CountryClaim, ExitLook, FailedLook, VantageDocument } from "@/schemas/evidence";
import type { ImagePin } from "@/schemas/job-spec";
import type { JobId, SessionId } from "@/schemas/primitives";
import { hex } from "@/server/domain/bytes";
import { canonicalBytes } from "@/server/domain/digest";
import { isOverTls, judgeGeo } from "@/server/domain/vantage/judge-geo";
import { withinKm } from "@/server/domain/vantage/round-trip";

/** What is known of a rented provider before anything is measured. */
export type VantageFacts = {
  readonly country: CountryCode;
  readonly claims: readonly CountryClaim[];
  readonly provider: { readonly id: string; readonly name: string };
  readonly agreementId: string;
  readonly activityId: string;
  readonly image: ImagePin;
  /** 32 bytes. */
  readonly manifestSha256: Uint8Array | null;
  readonly simulated: boolean;
};

/** All looks at a vantage's exit so far, each kind in the order in which they were taken. */
export type LooksTaken = {
  readonly looks: readonly ExitLook[];
  readonly failed: readonly FailedLook[];
};

/** How much of a provider's or a source's own words a document keeps, in UTF-16 code units. */
const MAX_LABEL = 200;
/** How long ids of agreements and activities may be: the provider has a say in them. */
const MAX_ID = 128;

/**
 * Words of a stranger as a document may hold them: cut to `maxLength` UTF-16 code units, without halves
 * of a pair, which have no canonical form, and without control characters: PostgreSQL stores no NUL.
 */
export const labelOf = (text: string, maxLength = MAX_LABEL): string =>
  text.slice(0, maxLength).replace(/[\p{Cc}\p{Surrogate}]/gu, "\ufffd");

/**
 * Everything that is known of where a session's provider stands, with the verdict and the bound that
 * follow from its claims and looks. Made again after every round of looks; each is a document of its own.
 */
export function vantageDocumentOf({
  job,
  session,
  vantage,
  looks,
  failed,
}: {
  readonly job: JobId;
  readonly session: SessionId;
  readonly vantage: VantageFacts;
} & LooksTaken): VantageDocument {
  const { country, provider } = vantage;
  const claims = vantage.claims.map((claim) => ({ ...claim, source: labelOf(claim.source) }));
  const roundTrips = looks.filter(isOverTls).map((look) => look.round_trip_ms);
  const evidence = { country, claims, looks, failed_looks: failed };
  return {
    v: 1,
    type: "beacon.vantage/v1",
    simulated: vantage.simulated,
    job,
    session,
    country,
    provider: { id: provider.id, name: labelOf(provider.name) },
    agreement: labelOf(vantage.agreementId, MAX_ID),
    activity: labelOf(vantage.activityId, MAX_ID),
    image: vantage.image,
    manifest_sha256: vantage.manifestSha256 === null ? null : hex(vantage.manifestSha256),
    claims,
    looks: [...looks],
    failed_looks: [...failed],
    within_km: withinKm(roundTrips.length === 0 ? null : Math.min(...roundTrips)),
    verdict: judgeGeo(evidence),
  };
}

/** The bytes of a document's block: RFC 8785. Entries commit to them by their CID. */
export const vantageBytesOf = (document: VantageDocument): Uint8Array => canonicalBytes(document);
