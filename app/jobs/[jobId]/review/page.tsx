import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { cache } from "react";
import { AnswersToRead } from "@/components/attest/answers-to-read";
import { ReviewDesk } from "@/components/attest/review-desk";
import { ReviewSubjectFacts } from "@/components/attest/review-subject-facts";
import { orNotFound } from "@/components/site/or-not-found";
import { PageBody, PageHead } from "@/components/site/page-body";
import { ButtonLink } from "@/components/ui/button";
import { Empty } from "@/components/ui/states";
import { UntrustedText } from "@/components/ui/untrusted-text";
import { JobId } from "@/schemas/primitives";
import { api } from "@/server/api/rsc";

export const dynamic = "force-dynamic";

type Props = { params: Promise<{ jobId: string }> };

/** One snapshot a request: title and page are of the same moment. */
const snapshotOf = cache(async (jobId: JobId) => orNotFound((await api()).jobs.byId({ jobId })));

async function jobOf(params: Props["params"]) {
  const jobId = JobId.safeParse((await params).jobId);
  if (!jobId.success) notFound();
  return snapshotOf(jobId.data);
}

/** Null: there is no comparison in a published state of the log yet. */
async function reviewOf(jobId: JobId) {
  try {
    return await (await api()).attestations.review({ jobId });
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === "NOT_FOUND") return null;
    throw error;
  }
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Review: ${(await jobOf(params)).title}` };
}

export default async function ReviewPage({ params }: Props) {
  const job = await jobOf(params);
  const caller = await api();
  const [view, viewer, { reports }] = await Promise.all([
    reviewOf(job.id),
    caller.session.viewer(),
    caller.attestations.ofJob({ jobId: job.id }),
  ]);
  return (
    <PageBody simulated={job.simulated}>
      <PageHead
        eyebrow="Review"
        title={<UntrustedText as="span" text={job.title} language="und" />}
        aside={<ButtonLink href={`/jobs/${job.id}`}>The comparison</ButtonLink>}
      >
        <p className="lede">
          Look at what was done and at what came back, then sign what you found. Readers see your
          report with the comparison.
        </p>
      </PageHead>
      {view === null ? (
        <Empty title="There is nothing to review yet.">
          A comparison can be reviewed as soon as it stands in a published state of the log. This
          one does not.
        </Empty>
      ) : (
        <div className="grid gap-6 *:min-w-0">
          <ReviewSubjectFacts subject={view.subject} />
          <AnswersToRead job={job} />
          <ReviewDesk view={view} viewer={viewer} reports={reports} />
        </div>
      )}
    </PageBody>
  );
}
