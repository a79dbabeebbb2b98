import Link from "next/link";
import { Card, CardHead } from "@/components/ui/card";
import { counted, formatCount } from "@/components/ui/count";
import { placeName } from "@/components/ui/country";
import { Facts } from "@/components/ui/facts";
import type { CompletenessView } from "@/schemas/snapshot";

/** The sentence that a reader takes away. */
function verdictOf(view: CompletenessView): { readonly text: string; readonly tone: string } {
  const faults = [
    view.unannounced > 0 &&
      `${counted(view.unannounced, "task was", "tasks were")} closed and never announced`,
    view.doubled > 0 && `${counted(view.doubled, "task was", "tasks were")} closed more than once`,
    view.open > 0 &&
      view.isOver &&
      `${counted(view.open, "announced task is", "announced tasks are")} missing from the log, and the deadline has passed`,
  ].filter((fault) => fault !== false);
  if (faults.length > 0) return { text: `${faults.join("; ")}.`, tone: "text-bad" };
  if (view.intentIndex === null)
    return { text: "The announcement is not in a published checkpoint yet.", tone: "text-muted" };
  return view.open > 0
    ? {
        text: `${counted(view.open, "task has", "tasks have")} not closed yet.`,
        tone: "text-beacon",
      }
    : { text: "Every announced task has closed in the log, once.", tone: "text-ok" };
}

/**
 * Whether the job did what it announced: counted in the log's leaves, task by task, and not in what
 * the portal keeps about the run.
 */
export function CompletenessPanel({ jobId, view }: { jobId: string; view: CompletenessView }) {
  const { text, tone } = verdictOf(view);
  return (
    <Card>
      <CardHead title="Completeness" id="log-completeness">
        What was announced before anything ran has to close in the log, whatever came back. Counted
        in the log’s {counted(view.size, "entry", "entries")}, against the tasks that the
        specification makes.
      </CardHead>
      <p className={`mb-4 font-semibold ${tone}`}>{text}</p>
      <Facts
        rows={[
          [
            "Announced",
            <span key="announced">
              {counted(view.announced, "task")}
              {view.intentIndex !== null && (
                <>
                  {" in "}
                  <Link href={`/log/${view.intentIndex}`} className="link">
                    entry {formatCount(view.intentIndex)}
                  </Link>
                </>
              )}
            </span>,
          ],
          ["Closed as response", formatCount(view.results)],
          ["Closed as failure", formatCount(view.failures)],
          ["Withdrawn", formatCount(view.withdrawals)],
          [view.isOver ? "Overdue" : "Still open", formatCount(view.open)],
        ]}
      />
      {view.named.length > 0 && <OpenTasks view={view} />}
      <p className="mt-4 text-[13px] text-muted">
        To count again without this page:{" "}
        <span className="code">npm run beacon -- log completeness {jobId}</span>
      </p>
    </Card>
  );
}

function OpenTasks({ view: { named, open, isOver } }: { view: CompletenessView }) {
  return (
    <details className="mt-4 text-[13.5px]" open={isOver}>
      <summary className="cursor-pointer">
        {isOver ? "Which are missing" : "Which are open"}
        {open > named.length && ` (the first ${named.length} of ${formatCount(open)})`}
      </summary>
      <ul className="mt-2 grid gap-1">
        {named.map(({ task, prompt, service, country, repeat }) => (
          <li key={task} className="wrap-anywhere">
            <Link href={`/responses/${task}`} className="link" prefetch={false}>
              {prompt}, {service}, {placeName(country)}, repeat {repeat + 1}
            </Link>{" "}
            <span className="code text-muted">{task}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
