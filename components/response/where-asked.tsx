import { VERDICTS, VerdictBadge } from "@/components/response/verdict";
import { formatDuration } from "@/components/ui/count";
import { Country, countryName } from "@/components/ui/country";
import { Facts } from "@/components/ui/facts";
import { Glm } from "@/components/ui/glm";
import { Hash } from "@/components/ui/hash";
import { Instant } from "@/components/ui/instant";
import { Empty, NotMeasured } from "@/components/ui/states";
import { Table, Td, Th } from "@/components/ui/table";
import type { CountryCode } from "@/schemas/country";
import type { GeoEvidence, ResponseSnapshot } from "@/schemas/snapshot";

type Session = NonNullable<ResponseSnapshot["session"]>;

function Opinion({ country, claimed }: { country: CountryCode | null; claimed: CountryCode }) {
  if (country === null) return <span className="text-beacon">does not know the address</span>;
  if (country === claimed) return countryName(country);
  return <b className="font-semibold text-beacon">{countryName(country)}</b>;
}

/** Where a probe stands among the others, oldest first. */
function probeName(i: number, count: number): string {
  if (count === 1) return "only one";
  if (i === 0) return "first";
  return i === count - 1 ? "last" : "between";
}

function Probes({ geo }: { geo: GeoEvidence }) {
  if (geo.probes.length === 0)
    return (
      <p className="text-sm text-beacon">No probe came back, so nothing is known of the exit.</p>
    );
  const names = [
    ...new Set(geo.probes.flatMap(({ databases }) => databases.map(({ name }) => name))),
  ];
  return (
    <Table label="Probes of the exit" isStacked>
      <thead>
        <tr>
          <Th>Probe</Th>
          <Th>Exit seen</Th>
          {names.map((name) => (
            <Th key={name}>
              <span className="code">{name}</span>
            </Th>
          ))}
          <Th className="pe-0 text-end">Round trip</Th>
        </tr>
      </thead>
      <tbody>
        {geo.probes.map((probe, i) => (
          <tr key={probe.at}>
            <Td className="whitespace-nowrap">
              {probeName(i, geo.probes.length)}
              <span className="block text-[12.5px] text-muted">
                <Instant at={probe.at} />
              </span>
            </Td>
            <Td label="Exit seen" className="code whitespace-nowrap">
              {probe.observedAddress}
            </Td>
            {names.map((name) => {
              const database = probe.databases.find((other) => other.name === name);
              return (
                <Td key={name} label={name} className="min-w-24">
                  {database === undefined ? (
                    <NotMeasured />
                  ) : (
                    <Opinion country={database.country} claimed={geo.claimed.country} />
                  )}
                </Td>
              );
            })}
            <Td label="Round trip" className="pe-0 text-end whitespace-nowrap">
              {formatDuration(probe.roundTripMs)}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** From where a question was asked, what speaks for it and what against it. Disagreement is shown, never settled. */
export function WhereAsked({
  country,
  session,
}: {
  country: CountryCode;
  session: Session | null;
}) {
  if (session === null)
    return <Empty title="It was not asked from anywhere: no provider was rented for it." />;
  const { geo } = session;
  const verdict = geo?.verdict ?? session.verdict;
  return (
    <div className="grid gap-5">
      <Facts
        rows={[
          ["Announced for", <Country key="for" code={country} />],
          [
            "Claimed",
            geo === null ? (
              <NotMeasured key="claim" />
            ) : (
              `${countryName(geo.claimed.country)}, by ${geo.claimed.source}`
            ),
          ],
          [
            "Verdict",
            verdict === null ? (
              <NotMeasured key="verdict" />
            ) : (
              <span key="verdict">
                <VerdictBadge verdict={verdict} />
                <span className="mt-1 block text-muted">{VERDICTS[verdict].meaning}</span>
              </span>
            ),
          ],
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
          [
            "Agreement",
            session.agreementId === null ? (
              <NotMeasured key="agreement" />
            ) : (
              <Hash key="agreement" label="agreement id" value={session.agreementId} />
            ),
          ],
          [
            "Activity",
            session.activityId === null ? (
              <NotMeasured key="activity" />
            ) : (
              <Hash key="activity" label="activity id" value={session.activityId} />
            ),
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
      {geo !== null && <Probes geo={geo} />}
      <p className="max-w-[66ch] text-[13px] text-muted">
        A probe shows through which address the call left. It does not show where the provider’s
        machine stands.
      </p>
    </div>
  );
}
