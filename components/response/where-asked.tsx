import type { ReactNode } from "react";
import { DatabaseCredits } from "@/components/response/database-credits";
import {
  distanceWords,
  geoNotes,
  geoSentence,
  NETWORK_KINDS,
  networksOf,
} from "@/components/response/geo-words";
import { FailedLooks, LookTable } from "@/components/response/look-table";
import { VerdictBadge } from "@/components/response/verdict";
import { counted } from "@/components/ui/count";
import { Country, placeName } from "@/components/ui/country";
import { Facts } from "@/components/ui/facts";
import { Hash } from "@/components/ui/hash";
import { Instant } from "@/components/ui/instant";
import { JsonDetails } from "@/components/ui/json-details";
import { Glm } from "@/components/ui/money";
import { Empty, NotMeasured } from "@/components/ui/states";
import { type CountryCode, HOME, type Place } from "@/schemas/country";
import type { VantageDocument } from "@/schemas/evidence";
import type { ResponseSnapshot } from "@/schemas/snapshot";

type Session = NonNullable<ResponseSnapshot["session"]>;

function Verdict({ headline, children }: { headline: string; children: ReactNode }) {
  return (
    <div>
      <p className="font-serif text-xl">{headline}</p>
      <div className="mt-1.5 max-w-[66ch] text-[14.5px] text-muted">{children}</div>
    </div>
  );
}

function Folded({ summary, children }: { summary: string; children: ReactNode }) {
  return (
    <details className="text-[13.5px]">
      <summary className="flex min-h-11 cursor-pointer items-center font-medium">{summary}</summary>
      <div className="pt-1 pb-3">{children}</div>
    </details>
  );
}

const hashed = (label: string, value: string | null) =>
  value === null ? <NotMeasured /> : <Hash label={label} value={value} />;

function ExitFacts({ geo }: { geo: VantageDocument }) {
  const addresses = [...new Set(geo.looks.map(({ address }) => address))];
  const networks = networksOf(geo.looks);
  return (
    <Facts
      rows={[
        ["Rented for", <Country key="for" code={geo.country} />],
        [
          "Exit seen",
          addresses.length === 0 ? (
            <NotMeasured key="exit" />
          ) : (
            <span key="exit" className="code">
              {addresses.join(", ")}
            </span>
          ),
        ],
        [
          "Network",
          networks.length === 0 ? (
            <NotMeasured key="network" />
          ) : (
            <ul key="network">
              {networks.map(({ asn, name, kind }) => (
                <li key={asn}>
                  {name ?? "no name known"} (AS{asn}),{" "}
                  {kind === null ? "kind not known" : `by name or number: ${NETWORK_KINDS[kind]}`}
                </li>
              ))}
            </ul>
          ),
        ],
        [
          "Distance",
          geo.within_km === null ? <NotMeasured key="km" /> : distanceWords(geo.within_km),
        ],
      ]}
    />
  );
}

function Claims({ geo }: { geo: VantageDocument }) {
  if (geo.claims.length === 0) return <p>No source was asked, or none answered.</p>;
  return (
    <ul className="grid gap-1.5">
      {geo.claims.map(({ country, source, at }) => (
        <li key={`${source} ${country} ${at}`} className="wrap-anywhere">
          {country === null ? "not known" : placeName(country)}, by {source},{" "}
          <span className="text-muted">
            <Instant at={at} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Rental({ session, geo }: { session: Session; geo: VantageDocument | null }) {
  return (
    <Facts
      rows={[
        [
          "Provider",
          session.providerId === null ? (
            <NotMeasured key="provider" />
          ) : (
            <span key="provider">
              {session.providerName !== null && `${session.providerName} `}
              <Hash label="provider id" value={session.providerId} />
            </span>
          ),
        ],
        ["Agreement", hashed("agreement id", session.agreementId)],
        ["Activity", hashed("activity id", session.activityId)],
        ["Image", hashed("SHA3-224 of the image", geo?.image.sha3_224 ?? null)],
        [
          "Manifest",
          geo !== null && geo.manifest_sha256 === null
            ? "none was sent: the exit was not asked for"
            : hashed("sha256 of the manifest", geo?.manifest_sha256 ?? null),
        ],
        [
          "Cost of the session",
          session.costGlm === null ? (
            "not settled"
          ) : (
            <span key="cost">
              <Glm amount={session.costGlm} /> GLM, for all of its tasks
            </span>
          ),
        ],
      ]}
    />
  );
}

/** A provider is rented and nothing of its exit is known, or not yet. */
function NotLookedAt({ country, session }: { country: CountryCode; session: Session }) {
  return (
    <div className="grid gap-4">
      <Verdict
        headline={`Rented for ${placeName(country)}. Its exit has ${session.endedAt === null ? "not been looked at yet" : "never been looked at"}.`}
      >
        {session.endReason}
      </Verdict>
      <Folded summary="What was rented">
        <Rental session={session} geo={null} />
      </Folded>
    </div>
  );
}

/**
 * From where a question was asked: the verdict first, then what a reader should mind, then everything
 * that is known. Disagreement is shown, never settled.
 */
export function WhereAsked({ country, session }: { country: Place; session: Session | null }) {
  if (country === HOME)
    return (
      <Verdict headline="From home.">
        Home is the machine that Beacon runs on. No provider is rented and no exit is looked at: it
        is no country’s vantage.
      </Verdict>
    );
  if (session === null)
    return <Empty title="It was not asked from anywhere: no provider was rented for it." />;
  const { geo } = session;
  if (geo === null) return <NotLookedAt country={country} session={session} />;
  const { headline, reason } = geoSentence(geo);
  const notes = geoNotes(geo);
  return (
    <div className="grid gap-4">
      <Verdict headline={headline}>
        <p>{reason}</p>
        <p className="mt-2">
          <VerdictBadge verdict={geo.verdict} />
        </p>
      </Verdict>
      {notes.length > 0 && (
        <ul aria-label="To be minded" className="max-w-[66ch] list-disc ps-5 text-[13.5px]">
          {notes.map((note) => (
            <li key={note} className="wrap-anywhere">
              {note}
            </li>
          ))}
        </ul>
      )}
      <ExitFacts geo={geo} />
      <div className="divide-y divide-line border-y border-line">
        {geo.looks.length > 0 && (
          <Folded
            summary={`All ${geo.looks.length} looks at the exit, by echo service and database`}
          >
            <LookTable looks={geo.looks} country={geo.country} />
          </Folded>
        )}
        {geo.failed_looks.length > 0 && (
          <Folded summary={`${counted(geo.failed_looks.length, "look")} that failed, and why`}>
            <FailedLooks looks={geo.failed_looks} />
          </Folded>
        )}
        <Folded summary="Who claimed which country before">
          <Claims geo={geo} />
        </Folded>
        <Folded summary="What was rented">
          <Rental session={session} geo={geo} />
        </Folded>
      </div>
      <JsonDetails summary="All of it, as a document" value={geo} />
      <p className="max-w-[66ch] text-[13px] text-muted">
        A look shows through which address the call left. It does not show where the provider’s
        machine stands. {!geo.simulated && <DatabaseCredits />}
      </p>
    </div>
  );
}
