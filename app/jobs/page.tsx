import type { Metadata } from "next";
import { JobRow } from "@/components/jobs/job-row";
import { PageBody, PageHead } from "@/components/site/page-body";
import { ButtonLink } from "@/components/ui/button";
import { Pager } from "@/components/ui/pager";
import { Empty } from "@/components/ui/states";
import { JobId } from "@/schemas/primitives";
import { api } from "@/server/api/rsc";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "Jobs" };

const PAGE = 20;

export default async function JobsPage({
  searchParams,
}: {
  searchParams: Promise<{ cursor?: string | string[] }>;
}) {
  const { cursor: given } = await searchParams;
  const cursor = JobId.safeParse(given).data ?? null;
  const caller = await api();
  const [jobs, viewer] = await Promise.all([
    caller.jobs.list({ cursor, limit: PAGE }),
    caller.session.viewer(),
  ]);
  return (
    <PageBody simulated={jobs.items.some((job) => job.simulated)}>
      <PageHead
        eyebrow="Jobs"
        title="What has been asked."
        aside={
          viewer?.role === "admin" && (
            <ButtonLink href="/jobs/new" tone="primary">
              Compose a job
            </ButtonLink>
          )
        }
      >
        <p className="lede">
          A job is announced in the log before it runs, and every task that it announces closes
          there: as a response, a failure, or a withdrawal.
        </p>
      </PageHead>
      {jobs.items.length === 0 ? (
        <Empty title="No job has been announced yet." />
      ) : (
        <ul>
          {jobs.items.map((job) => (
            <JobRow key={job.id} job={job} />
          ))}
        </ul>
      )}
      <Pager
        path="/jobs"
        cursor={cursor}
        nextCursor={jobs.nextCursor}
        newer="Newest"
        older="Older jobs"
      />
    </PageBody>
  );
}
