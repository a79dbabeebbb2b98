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
    <p className="mt-3 text-[13px] text-muted">
      {lowest === highest
        ? `All figures of this table are ${lowest.toFixed(2)}, so colour tells nothing apart.`
        : `Colour from the lowest, ${lowest.toFixed(2)}, to the highest, ${highest.toFixed(2)}, of this table.`}
    </p>
  );
}

function Figure({
  value,
  range,
  pairs,
  from,
  to,
}: {
  value: number | null;
  range: Range | null;
  pairs: number;
  from: Place;
  to: Place;
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
  return (
    <td
      title={`${between}: ${value.toFixed(4)}, mean of ${counted(pairs, "pair")} of answers`}
      style={{
        background: `color-mix(in oklab, var(--heat-1) ${percentOf(value, range)}%, var(--heat-0))`,
      }}
      className={`h-14 min-w-13 rounded px-[3px] text-center leading-tight ${isFloor ? "font-semibold outline-2 -outline-offset-6 outline-current" : ""}`}
    >
      <span className="sr-only">{between}: </span>
      {value.toFixed(2)}
      <span className="block text-[11px] font-normal tracking-tight">{counted(pairs, "pair")}</span>
    </td>
  );
}

/** How alike answers are, between countries and within each. The diagonal is the noise floor. */
export function SimilarityTable({ group }: { group: ComparedGroup }) {
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
