import Link from "next/link";
import { ENTRY_NAMES } from "@/components/log/entry-type";
import { formatCount } from "@/components/ui/count";
import { Country } from "@/components/ui/country";
import { Instant } from "@/components/ui/instant";
import { Table, Td, Th } from "@/components/ui/table";
import type { LeafSummary } from "@/schemas/snapshot";

/** Entries of the log, newest first. */
export function LeafTable({ leaves }: { leaves: readonly LeafSummary[] }) {
  return (
    <Table label="Entries of the log, newest first" isWide>
      <thead>
        <tr>
          <Th className="text-end">Entry</Th>
          <Th>What</Th>
          <Th>Of</Th>
          <Th>Country</Th>
          <Th className="pe-0">Made</Th>
        </tr>
      </thead>
      <tbody>
        {leaves.map((leaf) => (
          <tr key={leaf.index}>
            <Td className="text-end whitespace-nowrap">
              <Link href={`/log/${leaf.index}`} className="link code" prefetch={false}>
                {formatCount(leaf.index)}
              </Link>
            </Td>
            <Td className="whitespace-nowrap">
              {ENTRY_NAMES[leaf.type]}
              {leaf.simulated === true && (
                <span className="ms-2 text-[12.5px] text-beacon">simulated</span>
              )}
            </Td>
            <Td className="min-w-56">
              {leaf.jobId === null ? (
                <span className="text-muted">
                  {leaf.type === "raw" ? "no entry of Beacon’s" : "the log itself"}
                </span>
              ) : (
                <Link href={`/jobs/${leaf.jobId}`} className="hover:underline" prefetch={false}>
                  {leaf.jobTitle ?? leaf.jobId}
                </Link>
              )}
            </Td>
            <Td className="whitespace-nowrap">
              {leaf.country === null ? (
                <span className="sr-only">none</span>
              ) : (
                <Country code={leaf.country} />
              )}
            </Td>
            <Td className="pe-0">
              <Instant at={leaf.at} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
