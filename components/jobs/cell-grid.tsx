import Link from "next/link";
import { formatCount } from "@/components/ui/count";
import { Country, placeName } from "@/components/ui/country";
import { formatInstant } from "@/components/ui/instant";
import { CELL_LOOKS, type CellLook, lookOf, StateSymbol } from "@/components/ui/response-state";
import { Table, Td, Th } from "@/components/ui/table";
import { plainly } from "@/components/ui/untrusted-text";
import type { Place } from "@/schemas/country";
import type { ServiceRef } from "@/schemas/job-spec";
import type { TaskId } from "@/schemas/primitives";
import type { TaskCell } from "@/schemas/snapshot";
import type { RunningTask } from "@/schemas/timeline";

/** Above this many tasks in one cell, a square stands for all tasks that look alike, with their number. */
const MAX_DOTS = 12;

/** The looks that occur among `tasks`, in their usual order. */
export const looksOf = (tasks: readonly TaskCell[]): readonly CellLook[] => {
  const seen = new Set(tasks.map(lookOf));
  return (Object.keys(CELL_LOOKS) as CellLook[]).filter((look) => seen.has(look));
};

/** Who asks a task right now, and since when; "" when it is not being asked, or nobody knows. */
function askedBy(running: RunningTask | undefined): string {
  if (running === undefined) return "";
  const by = running.providerName === null ? "" : ` by ${plainly(running.providerName)}`;
  return `, taken${by} ${running.since === null ? "at a time not measured" : `at ${formatInstant(running.since)}`}`;
}

type Running = ReadonlyMap<TaskId, RunningTask>;
const NOTHING: Running = new Map();

function Dots({ tasks, running }: { tasks: readonly TaskCell[]; running: Running }) {
  if (tasks.length > MAX_DOTS)
    return looksOf(tasks).map((look) => (
      <span key={look} className="p-[3px]">
        <StateSymbol look={look} count={tasks.filter((task) => lookOf(task) === look).length} />
      </span>
    ));
  return [...tasks]
    .sort((a, b) => a.repeat - b.repeat)
    .map((task) => {
      const look = lookOf(task);
      const label = `${placeName(task.country)}, ${task.service}, repeat ${task.repeat + 1}: ${CELL_LOOKS[look].label}${look === "running" ? askedBy(running.get(task.id)) : ""}`;
      return (
        <Link
          key={task.id}
          href={`/responses/${task.id}`}
          prefetch={false}
          className="inline-flex rounded p-[3px] hover:bg-line pointer-coarse:p-3"
        >
          <StateSymbol look={look} label={label} />
        </Link>
      );
    });
}

/** Countries by services; in each cell one square a repeat, each a link to its evidence. */
export function CellGrid({
  label,
  tasks,
  running = NOTHING,
  countries,
  services,
}: {
  label: string;
  tasks: readonly TaskCell[];
  /** What is being asked right now, where that may be. */
  running?: Running;
  countries: readonly Place[];
  services: readonly ServiceRef[];
}) {
  const cells = new Map<string, TaskCell[]>();
  for (const task of tasks) {
    const key = `${task.country} ${task.service}`;
    const cell = cells.get(key);
    if (cell === undefined) cells.set(key, [task]);
    else cell.push(task);
  }
  return (
    <Table label={label}>
      <thead>
        <tr>
          <Th>
            <span className="sr-only">Country</span>
          </Th>
          {services.map(({ id, model }) => (
            <Th key={id} className="whitespace-nowrap">
              <span className="text-ink">{id}</span>
              {model !== id && <span className="code block text-[11.5px]">{model}</span>}
            </Th>
          ))}
        </tr>
      </thead>
      <tbody>
        {countries.map((country) => (
          <tr key={country}>
            <Th
              scope="row"
              className="border-t border-line align-middle! whitespace-nowrap text-ink"
            >
              <Country code={country} />
            </Th>
            {services.map(({ id }) => {
              const cell = cells.get(`${country} ${id}`) ?? [];
              return (
                <Td key={id} className="py-1.5">
                  <span className="-ms-[3px] flex flex-wrap">
                    <Dots tasks={cell} running={running} />
                  </span>
                  <span className="sr-only">{formatCount(cell.length)} announced</span>
                </Td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
