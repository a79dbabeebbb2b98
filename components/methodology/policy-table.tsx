import { Country } from "@/components/ui/country";
import { Table, Td, Th } from "@/components/ui/table";
import type { PolicyRow } from "@/server/domain/control/policies";

/** The control models' published behaviour, line by line. */
export function PolicyTable({ rows }: { rows: readonly PolicyRow[] }) {
  return (
    <Table label="What the control models do, by country" isStacked>
      <thead>
        <tr>
          <Th>Model</Th>
          <Th>Country</Th>
          <Th>About</Th>
          <Th>What it does</Th>
          <Th className="pe-0 text-end">How often</Th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, _, all) => (
          <tr key={`${row.model} ${row.country} ${row.event} ${row.what}`}>
            <Td className="code whitespace-nowrap">{row.model}</Td>
            <Td label="Country" className="whitespace-nowrap">
              {row.country === null ? (
                <span className="text-muted">
                  {all.filter(({ model }) => model === row.model).length === 1
                    ? "everywhere"
                    : "everywhere else"}
                </span>
              ) : (
                <Country code={row.country} />
              )}
            </Td>
            <Td label="About">{row.event}</Td>
            <Td label="What it does" className="min-w-48">
              {row.what}
            </Td>
            <Td label="How often" className="pe-0 text-end whitespace-nowrap">
              {row.probability === null ? (
                <span className="text-muted">always</span>
              ) : (
                `${Math.round(row.probability * 100)} of 100`
              )}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
