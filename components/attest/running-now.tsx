import { JobRow } from "@/components/jobs/job-row";
import { Card, CardHead } from "@/components/ui/card";
import type { JobSummary } from "@/schemas/snapshot";

/** Jobs that are under way, each with the way to its live board. */
export function RunningNow({ jobs }: { jobs: readonly JobSummary[] }) {
  const running = jobs.filter(({ comparedAt }) => comparedAt === null);
  return (
    <Card label="Running now">
      <CardHead title="Running now">
        Jobs whose tasks have not all closed. A job’s page follows it live, task by task.
      </CardHead>
      {running.length === 0 ? (
        <p className="text-muted">Nothing runs now.</p>
      ) : (
        <ul>
          {running.map((job) => (
            <JobRow key={job.id} job={job} />
          ))}
        </ul>
      )}
    </Card>
  );
}
