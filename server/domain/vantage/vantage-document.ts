import type { CountryCode } from "@/schemas/country";
import type { CountryClaim, ExitLook, VantageDocument } from "@/schemas/evidence";
import type { ImagePin } from "@/schemas/job-spec";
import type { JobId, SessionId } from "@/schemas/primitives";
import { hex } from "@/server/domain/bytes";
import { canonicalBytes } from "@/server/domain/digest";
import { judgeGeo } from "@/server/domain/vantage/judge-geo";
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

/** How much of a provider's or a source's own words a document keeps, in UTF-16 code units. */
const MAX_LABEL = 200;

/**
 * Words of a stranger as a document may hold them: cut to its limit, and without halves of a pair of
 * code units, which have no canonical form.
 */
export const labelOf = (text: string): string =>
  text.slice(0, MAX_LABEL).replace(/\p{Surrogate}/gu, "\ufffd");

/**
 * Everything that is known of where a session's provider stands, with the verdict and the bound that
 * follow from its claims and looks. Made again after every round of looks; each is a document of its own.
 */
export function vantageDocumentOf({
  job,
  session,
  vantage,
  looks,
}: {
  readonly job: JobId;
  readonly session: SessionId;
  readonly vantage: VantageFacts;
  readonly looks: readonly ExitLook[];
}): VantageDocument {
  const { country, provider } = vantage;
  const claims = vantage.claims.map((claim) => ({ ...claim, source: labelOf(claim.source) }));
  const roundTrips = looks.map((look) => look.round_trip_ms);
  return {
    v: 1,
    type: "beacon.vantage/v1",
    simulated: vantage.simulated,
    job,
    session,
    country,
    provider: { id: provider.id, name: labelOf(provider.name) },
    agreement: vantage.agreementId,
    activity: vantage.activityId,
    image: vantage.image,
    manifest_sha256: vantage.manifestSha256 === null ? null : hex(vantage.manifestSha256),
    claims,
    looks: [...looks],
    within_km: withinKm(roundTrips.length === 0 ? null : Math.min(...roundTrips)),
    verdict: judgeGeo({ country, claims, looks }),
  };
}

/** The bytes of a document's block: RFC 8785. Entries commit to them by their CID. */
export const vantageBytesOf = (document: VantageDocument): Uint8Array => canonicalBytes(document);
