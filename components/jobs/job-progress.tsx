import { CellGrid, looksOf } from "@/components/jobs/cell-grid";
import { Completeness } from "@/components/jobs/completeness";
import { JobStatusBadge } from "@/components/jobs/job-status";
import { MoneyPanel } from "@/components/jobs/money-panel";
import { RunningNow } from "@/components/jobs/running-now";
import { SessionTable } from "@/components/jobs/session-table";
import { TimeLine } from "@/components/jobs/time-line";
import { Card, CardHead } from "@/components/ui/card";
import { formatCount } from "@/components/ui/count";
import { Facts } from "@/components/ui/facts";
import { Instant } from "@/components/ui/instant";
import { StateLegend } from "@/components/ui/response-state";
import type { JobSnapshot } from "@/schemas/snapshot";
import type { TimelineView } from "@/schemas/timeline";

/** Up to this many prompts have a grid each; more share one, in which squares carry numbers. */
const MAX_GRIDS = 4;

/**
 * How far a job is: meter, cells, what runs now, times, providers, money.
 *
 * @param beyondMs how much time has passed since the time line was made.
 */
export function JobProgress({
  job,
  timeline,
  beyondMs,
}: {
  job: JobSnapshot;
  timeline: TimelineView;
  beyondMs: number;
}) {
  const { prompts } = job.spec;
  const running = new Map(timeline.running.map((task) => [task.id, task]));
  const grids =
    prompts.length <= MAX_GRIDS
      ? prompts.map((prompt) => ({
          id: prompt.id,
          tasks: job.tasks.filter((task) => task.prompt === prompt.id),
        }))
      : [{ id: `all ${prompts.length} prompts`, tasks: job.tasks }];
  return (
    <div className="grid gap-6">
      <Card label="Progress" className="grid gap-x-12 gap-y-6 md:grid-cols-[1fr_22rem]">
        <div className="grid content-start gap-4">
          <h2 className="minor flex flex-wrap items-center gap-3">
            Progress <JobStatusBadge status={job.status} />
          </h2>
          <Completeness counts={job.counts} />
        </div>
        <Facts
          aligned
          rows={[
            [
              "Announced in the log",
              job.intentIndex === null ? "not yet" : `entry ${formatCount(job.intentIndex)}`,
            ],
            [
              "Asked since",
              job.dispatchedAt === null ? (
                "not yet: only after the announcement is published"
              ) : (
                <Instant key="since" at={job.dispatchedAt} />
              ),
            ],
            ["Closes at the latest", <Instant key="deadline" at={job.deadlineAt} />],
          ]}
        />
      </Card>
      <Card>
        <CardHead title="Cells">
          Countries by services, one square a repeat, or a count where there are many. Tasks are
          handed out in a shuffled order, so that time of day and country are not mixed up.
        </CardHead>
        <div className="grid gap-7 *:min-w-0">
          {grids.map(({ id, tasks }) => (
            <div key={id}>
              {grids.length > 1 && <p className="code mb-1 text-muted">{id}</p>}
              <CellGrid
                label={`Tasks of ${id} by country and service`}
                tasks={tasks}
                running={running}
                countries={job.countries}
                services={job.services}
              />
            </div>
          ))}
          <StateLegend looks={looksOf(job.tasks)} />
          <RunningNow running={timeline.running} />
        </div>
      </Card>
      <TimeLine view={timeline} beyondMs={beyondMs} />
      <Card>
        <CardHead title="Rented providers">
          A task is never asked from another country than its own. A provider that is lost is
          replaced, and both stay listed.
        </CardHead>
        <SessionTable
          sessions={job.sessions}
          areTasksClosed={job.counts.queued + job.counts.running === 0}
        />
      </Card>
      <MoneyPanel job={job} />
    </div>
  );
}
