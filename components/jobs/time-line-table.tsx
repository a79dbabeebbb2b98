import Link from "next/link";
import { Spread } from "@/components/jobs/run-times";
import { formatCount, formatDuration } from "@/components/ui/count";
import { Country } from "@/components/ui/country";
import { Instant } from "@/components/ui/instant";
import { lookOf, StateLabel } from "@/components/ui/response-state";
import { Table, Td, Th } from "@/components/ui/table";
import type { TimelineView } from "@/schemas/timeline";

function Places({ view }: { view: TimelineView }) {
  return (
    <Table label="Queue time and run time by place" isWide>
      <thead>
        <tr>
          <Th>Asked from</Th>
          <Th>Waiting</Th>
          <Th>Held</Th>
          <Th>Closed</Th>
          <Th>Not asked</Th>
          <Th>Queue time</Th>
          <Th>Held for</Th>
          <Th>Run time</Th>
        </tr>
      </thead>
      <tbody>
        {view.lanes.map(({ place, counts, unasked, times }) => (
          <tr key={place}>
            <Th
              scope="row"
              className="border-t border-line py-2.5 align-top! whitespace-nowrap text-ink"
            >
              <Country code={place} />
            </Th>
            <Td>{formatCount(counts.queued)}</Td>
            <Td>{formatCount(counts.running)}</Td>
            <Td>{formatCount(counts.succeeded + counts.failed + counts.withdrawn)}</Td>
            <Td>{formatCount(unasked)}</Td>
            <Td>
              <Spread spread={times.queue} />
            </Td>
            <Td>
              <Spread spread={times.held} />
            </Td>
            <Td>
              <Spread spread={times.run} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function Tasks({ view, dispatchedAt }: { view: TimelineView; dispatchedAt: string }) {
  const at = (ms: number) => new Date(Date.parse(dispatchedAt) + ms).toISOString();
  return (
    <Table label="Every bar of the time line" isWide>
      <thead>
        <tr>
          <Th>Asked from</Th>
          <Th>Task</Th>
          <Th>State</Th>
          <Th>From</Th>
          <Th>For</Th>
        </tr>
      </thead>
      <tbody>
        {view.lanes.flatMap(({ place, bars }) =>
          bars.map((bar) => (
            <tr key={bar.task}>
              <Td className="whitespace-nowrap">
                <Country code={place} />
              </Td>
              <Td>
                <Link href={`/responses/${bar.task}`} prefetch={false} className="link">
                  {bar.service}, {bar.prompt}, repeat {bar.repeat + 1}
                </Link>
              </Td>
              <Td>
                <StateLabel look={lookOf(bar)} />
              </Td>
              <Td>
                <Instant at={at(bar.fromMs)} />
              </Td>
              <Td>{bar.toMs === null ? "goes on" : formatDuration(bar.toMs - bar.fromMs)}</Td>
            </tr>
          )),
        )}
      </tbody>
    </Table>
  );
}

/** What the time line shows, for those who would rather read it. */
export function TimelineTable({ view }: { view: TimelineView }) {
  return (
    <details className="text-[13.5px]">
      <summary className="flex min-h-11 items-center font-medium">The same as a table</summary>
      <div className="grid gap-6 pt-2">
        <Places view={view} />
        {view.form === "bars" && view.dispatchedAt !== null && (
          <Tasks view={view} dispatchedAt={view.dispatchedAt} />
        )}
      </div>
    </details>
  );
}
