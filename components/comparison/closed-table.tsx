import { formatCount } from "@/components/ui/count";
import { Country } from "@/components/ui/country";
import { Table, Td, Th } from "@/components/ui/table";
import type { ComparedCell, ComparedGroup } from "@/schemas/comparison";

const columnsOf = ({ announced, failures, withdrawn }: ComparedCell) =>
  [
    ["Announced", announced],
    ["Responses", announced - failures - withdrawn],
    ["Failures", failures],
    ["Withdrawn", withdrawn],
  ] as const;

/** For one prompt and service: how each country's announced tasks closed, and how many different texts came back. */
export function ClosedTable({ group }: { group: ComparedGroup }) {
  return (
    <Table label={`How the announced tasks of ${group.service} closed`} isStacked>
      <thead>
        <tr>
          <Th>Country</Th>
          <Th className="text-end">Announced</Th>
          <Th className="text-end">Responses</Th>
          <Th className="text-end">Failures</Th>
          <Th className="text-end">Withdrawn</Th>
          <Th className="pe-0 text-end">Different texts</Th>
        </tr>
      </thead>
      <tbody>
        {group.cells.map((cell) => (
          <tr key={cell.country}>
            <Td className="whitespace-nowrap">
              <Country code={cell.country} />
            </Td>
            {columnsOf(cell).map(([name, n]) => (
              <Td key={name} label={name} className="text-end">
                {formatCount(n)}
              </Td>
            ))}
            <Td label="Different texts" className="pe-0 text-end">
              {formatCount(cell.distinct)}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
