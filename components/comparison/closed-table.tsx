import Link from "next/link";
import { formatCount } from "@/components/ui/count";
import { Country, placeName } from "@/components/ui/country";
import { Table, Td, Th } from "@/components/ui/table";
import type { ComparedCell, ComparedGroup } from "@/schemas/comparison";
import type { JobId } from "@/schemas/primitives";
import { explorePath } from "@/server/domain/explore/query";

type Column = readonly [name: string, of: (cell: ComparedCell) => number];

const ALWAYS: readonly Column[] = [
  ["Announced", ({ announced }) => announced],
  ["Responses", ({ announced, failures, withdrawn }) => announced - failures - withdrawn],
  ["Failures", ({ failures }) => failures],
  ["Withdrawn", ({ withdrawn }) => withdrawn],
];

/** What is said only where there is any: of the responses, those left out and those that rest on less. */
const WHERE_ANY: readonly Column[] = [
  ["Left out: came out in another country", ({ mismatched }) => mismatched ?? 0],
  ["Exit not verified", ({ unverified }) => unverified ?? 0],
];

/** For one prompt and service: how each country's announced tasks closed, and how many different texts came back. */
export function ClosedTable({ jobId, group }: { jobId: JobId; group: ComparedGroup }) {
  const columns = [
    ...ALWAYS,
    ...WHERE_ANY.filter(([, of]) => group.cells.some((cell) => of(cell) > 0)),
  ];
  return (
    <Table label={`How the announced tasks of ${group.service} closed`} isStacked>
      <thead>
        <tr>
          <Th>Country</Th>
          {columns.map(([name]) => (
            <Th key={name} className="text-end">
              {name}
            </Th>
          ))}
          <Th className="pe-0 text-end">Different texts</Th>
        </tr>
      </thead>
      <tbody>
        {group.cells.map((cell) => (
          <tr key={cell.country}>
            <Td className="whitespace-nowrap">
              <Country code={cell.country} />
              <Link
                href={explorePath({
                  job: jobId,
                  prompt: group.prompt,
                  services: [group.service],
                  countries: [cell.country],
                })}
                prefetch={false}
                aria-label={`All answers from ${placeName(cell.country)}`}
                className="no-print link ms-3 inline-flex min-h-8 items-center text-[13px] text-muted pointer-coarse:min-h-11"
              >
                all answers
              </Link>
            </Td>
            {columns.map(([name, of]) => (
              <Td key={name} label={name} className="text-end">
                {formatCount(of(cell))}
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
