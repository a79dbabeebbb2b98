import { formatCount, formatDuration } from "@/components/ui/count";
import { NotMeasured } from "@/components/ui/states";
import type { RunTimes, TaskTimes, TimeSpread } from "@/schemas/task-times";

/** The kinds of time, each with what it is from and to. No two of them are ever added up. */
export const TIME_KINDS = [
  {
    key: "queue",
    of: "queueMs",
    name: "Queue time",
    what: "from the job's dispatch until a session took the task",
  },
  {
    key: "held",
    of: "heldMs",
    name: "Held",
    what: "by its session until it was asked, or asked for the last time",
  },
  { key: "run", of: "runMs", name: "Run time", what: "from the question to the end of the answer" },
] as const satisfies readonly {
  key: keyof RunTimes;
  of: keyof TaskTimes;
  name: string;
  what: string;
}[];

/** `median 412 ms (n = 36), 90 % within 1.2 s`. */
export function Spread({ spread }: { spread: TimeSpread | null }) {
  if (spread === null) return <NotMeasured />;
  return (
    <span className="tabular-nums">
      <span className="whitespace-nowrap">
        median <b className="font-semibold">{formatDuration(spread.medianMs)}</b> (n ={" "}
        {formatCount(spread.n)}),
      </span>{" "}
      <span className="whitespace-nowrap">90 % within {formatDuration(spread.p90Ms)}</span>
    </span>
  );
}

/** How long the tasks of a job waited and ran: queue time and run time apart. */
export function RunTimesList({ times }: { times: RunTimes }) {
  return (
    <dl className="grid gap-x-8 gap-y-3 text-sm sm:grid-cols-3">
      {TIME_KINDS.map(({ key, name, what }) => (
        <div key={key}>
          <dt>
            {name}
            <span className="block text-[13px] text-muted">{what}</span>
          </dt>
          <dd className="mt-1">
            <Spread spread={times[key]} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
