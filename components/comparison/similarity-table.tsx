import { counted } from "@/components/ui/count";
import { CountryChip, countryName } from "@/components/ui/country";
import { Table } from "@/components/ui/table";
import type { ComparedGroup } from "@/schemas/comparison";
import type { CountryCode } from "@/schemas/country";

function Figure({
  value,
  pairs,
  from,
  to,
}: {
  value: number | null;
  pairs: number;
  from: CountryCode;
  to: CountryCode;
}) {
  const isFloor = from === to;
  const between = isFloor
    ? `noise floor of ${countryName(from)}`
    : `${countryName(from)} and ${countryName(to)}`;
  if (value === null)
    return (
      <td className="h-14 min-w-16 rounded border border-dashed border-line-strong px-1 text-center text-[11.5px] leading-tight text-muted italic">
        <span className="sr-only">{between}: </span>not measured
      </td>
    );
  return (
    <td
      title={`${between}: ${value.toFixed(4)}, mean of ${counted(pairs, "pair")} of answers`}
      style={{
        background: `color-mix(in oklab, var(--heat-1) ${Math.round(value * 100)}%, var(--heat-0))`,
      }}
      className={`h-14 min-w-16 rounded text-center leading-tight ${isFloor ? "font-semibold outline-2 -outline-offset-6 outline-current" : ""}`}
    >
      <span className="sr-only">{between}: </span>
      {value.toFixed(2)}
      <span className="block text-[11px] font-normal">{counted(pairs, "pair")}</span>
    </td>
  );
}

/** How alike answers are, between countries and within each. The diagonal is the noise floor. */
export function SimilarityTable({ group }: { group: ComparedGroup }) {
  const countries = group.cells.map(({ country }) => country);
  return (
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
                value={group.similarity[i]?.[j] ?? null}
                pairs={group.pairs[i]?.[j] ?? 0}
              />
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
