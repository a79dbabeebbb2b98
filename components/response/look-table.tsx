import { formatDuration } from "@/components/ui/count";
import { placeName } from "@/components/ui/country";
import { Hash } from "@/components/ui/hash";
import { Instant } from "@/components/ui/instant";
import { NotMeasured } from "@/components/ui/states";
import { Table, Td, Th } from "@/components/ui/table";
import type { CountryCode } from "@/schemas/country";
import type { ExitLook, FailedLook } from "@/schemas/evidence";

type Opinion = ExitLook["opinions"][number];

const WHEN: Readonly<Record<ExitLook["when"], string>> = {
  before: "before the first task",
  after: "after the last task",
};

function OpinionWords({ country, rentedFor }: { country: Opinion["country"]; rentedFor: string }) {
  if (country === null) return <span className="text-beacon">does not know the address</span>;
  if (country === rentedFor) return placeName(country);
  return <b className="font-semibold text-beacon">{placeName(country)}</b>;
}

const isSame = (one: Opinion) => (other: Opinion) =>
  one.database === other.database && one.built === other.built;

/** Each edition of each database that was asked, once. */
function editionsOf(looks: readonly ExitLook[]): readonly Opinion[] {
  const all = looks.flatMap(({ opinions }) => opinions);
  return all.filter((opinion, i) => all.findIndex(isSame(opinion)) === i);
}

function Edition({ database, built }: Opinion) {
  return (
    <>
      <span className="code">{database}</span>
      <span className="block font-normal">
        {built === null ? "no date of making" : `made ${built}`}
      </span>
    </>
  );
}

function LookRow({
  look,
  editions,
  country,
}: {
  look: ExitLook;
  editions: readonly Opinion[];
  country: CountryCode;
}) {
  const { tls } = look.peer;
  return (
    <tr>
      <Td className="whitespace-nowrap">
        {WHEN[look.when]}
        <span className="block text-[12.5px] text-muted">
          <Instant at={look.at} />
        </span>
      </Td>
      <Td label="Echo service" className="wrap-anywhere">
        {new URL(look.echo).host}
        <span className="block text-[12.5px] text-muted">
          {tls === null ? (
            "without TLS"
          ) : (
            <>
              {tls.protocol}, certificate{" "}
              <Hash label="sha256 of the certificate" value={tls.certificate_sha256} />
            </>
          )}
        </span>
      </Td>
      <Td label="Exit seen" className="code">
        {look.address}
      </Td>
      {editions.map((edition) => {
        const opinion = look.opinions.find(isSame(edition));
        return (
          <Td
            key={`${edition.database} ${edition.built}`}
            label={edition.database}
            className="min-w-24"
          >
            {opinion === undefined ? (
              <NotMeasured />
            ) : (
              <OpinionWords country={opinion.country} rentedFor={country} />
            )}
          </Td>
        );
      })}
      <Td label="Round trip" className="pe-0 text-end whitespace-nowrap">
        {formatDuration(look.round_trip_ms)}
      </Td>
    </tr>
  );
}

/** Every look at a vantage's exit: which echo service saw which address, and where each database places it. */
export function LookTable({
  looks,
  country,
}: {
  looks: readonly ExitLook[];
  country: CountryCode;
}) {
  const editions = editionsOf(looks);
  return (
    <Table label="Looks at the exit" isStacked>
      <thead>
        <tr>
          <Th>Look</Th>
          <Th>Echo service</Th>
          <Th>Exit seen</Th>
          {editions.map((edition) => (
            <Th key={`${edition.database} ${edition.built}`}>
              <Edition {...edition} />
            </Th>
          ))}
          <Th className="pe-0 text-end">Round trip</Th>
        </tr>
      </thead>
      <tbody>
        {looks.map((look) => (
          <LookRow
            key={`${look.when} ${look.echo} ${look.at}`}
            look={look}
            editions={editions}
            country={country}
          />
        ))}
      </tbody>
    </Table>
  );
}

/** Every look that no address came of, and why. */
export function FailedLooks({ looks }: { looks: readonly FailedLook[] }) {
  return (
    <ul aria-label="Looks that failed" className="grid gap-1.5">
      {looks.map(({ at, when, echo, code }) => (
        <li key={`${when} ${echo} ${at}`} className="wrap-anywhere">
          {WHEN[when]}, {new URL(echo).host}: <span className="code">{code}</span>,{" "}
          <span className="text-muted">
            <Instant at={at} />
          </span>
        </li>
      ))}
    </ul>
  );
}
