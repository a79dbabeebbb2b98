import Link from "next/link";
import { counted } from "@/components/ui/count";
import { CountryChip, placeName } from "@/components/ui/country";
import { Table } from "@/components/ui/table";
import type { ComparedGroup } from "@/schemas/comparison";
import type { Place } from "@/schemas/country";

type Range = { readonly lowest: number; readonly highest: number };

/** From the lowest to the highest figure of a table; null where nothing was measured. */
function rangeOf(figures: readonly (number | null)[]): Range | null {
  const measured = figures.filter((figure) => figure !== null);
  return measured.length === 0
    ? null
    : { lowest: Math.min(...measured), highest: Math.max(...measured) };
}

/** Where `value` lies in its table, in percent. With one figure only there is nothing to tell apart. */
const percentOf = (value: number, range: Range | null) =>
  range === null || range.highest === range.lowest
    ? 0
    : Math.round(((value - range.lowest) / (range.highest - range.lowest)) * 100);

function Legend({ range: { lowest, highest } }: { range: Range }) {
  return (
    <div className="mt-3 grid gap-2 text-[13px] text-muted">
      {lowest === highest ? (
        <p>All figures of this table are {lowest.toFixed(2)}, so colour tells nothing apart.</p>
      ) : (
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span
            aria-hidden="true"
            className="h-3 w-24 rounded-sm border border-line"
            style={{
              background: "linear-gradient(to right in oklab, var(--heat-0), var(--heat-1))",
            }}
          />
          {`Colour from the lowest, ${lowest.toFixed(2)}, to the highest, ${highest.toFixed(2)}, of this table.`}
        </p>
      )}
      <p>Framed: the noise floor of a country. Dashed: not measured, because there was no pair.</p>
    </div>
  );
}

function Figure({
  value,
  range,
  pairs,
  from,
  to,
  href,
}: {
  value: number | null;
  range: Range | null;
  pairs: number;
  from: Place;
  to: Place;
  /** Where two of these answers are laid beside each other; null: nowhere. */
  href: string | null;
}) {
  const isFloor = from === to;
  const between = isFloor
    ? `noise floor of ${placeName(from)}`
    : `${placeName(from)} and ${placeName(to)}`;
  if (value === null)
    return (
      <td className="h-14 min-w-13 rounded px-1 outline-1 -outline-offset-4 outline-dashed outline-line-strong text-center text-[11.5px] leading-tight text-muted italic">
        <span className="sr-only">{between}: </span>not measured
      </td>
    );
  const figure = (
    <>
      <span className="sr-only">{between}: </span>
      {value.toFixed(2)}
      <span className="block text-[11px] font-normal tracking-tight">{counted(pairs, "pair")}</span>
    </>
  );
  return (
    <td
      title={`${between}: ${value.toFixed(4)}, mean of ${counted(pairs, "pair")} of answers`}
      style={{
        background: `color-mix(in oklab, var(--heat-1) ${percentOf(value, range)}%, var(--heat-0))`,
      }}
      className={`h-14 min-w-13 rounded px-[3px] text-center leading-tight ${isFloor ? "font-semibold outline-2 -outline-offset-6 outline-current" : ""}`}
    >
      {href === null ? (
        figure
      ) : (
        <Link
          href={href}
          prefetch={false}
          className="grid h-full content-center rounded hover:underline"
        >
          {figure}
        </Link>
      )}
    </td>
  );
}

/**
 * How alike answers are, between countries and within each, as a heat map that is a table of figures.
 * The diagonal is the noise floor. A figure leads to two of the answers that it is the mean of.
 */
export function SimilarityTable({
  group,
  hrefOf = () => null,
}: {
  group: ComparedGroup;
  hrefOf?: (from: Place, to: Place) => string | null;
}) {
  const countries = group.cells.map(({ country }) => country);
  const range = rangeOf(group.similarity.flat());
  return (
    <div>
      <Table label={`Similarity of answers of ${group.service}`}>
        <thead>
          <tr>
            <th scope="col">
              <span className="sr-only">Country</span>
            </th>
            {countries.map((country) => (
              <th
                key={country}
                scope="col"
                style={{ width: `${Math.floor(92 / countries.length)}%` }}
                className="pb-1.5 text-center"
              >
                <CountryChip code={country} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="[&_td]:border-4 [&_td]:border-sheet [&_td]:bg-clip-padding">
          {countries.map((from, i) => (
            <tr key={from}>
              <th scope="row" className="pe-2">
                <CountryChip code={from} />
              </th>
              {countries.map((to, j) => (
                <Figure
                  key={to}
                  from={from}
                  to={to}
                  range={range}
                  value={group.similarity[i]?.[j] ?? null}
                  pairs={group.pairs[i]?.[j] ?? 0}
                  href={hrefOf(from, to)}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
      {range !== null && <Legend range={range} />}
    </div>
  );
}
