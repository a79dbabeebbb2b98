import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { cache } from "react";
import { WhoChecked } from "@/components/attest/who-checked";
import { BundleDownloads } from "@/components/bundle/bundle-downloads";
import { CitePanel } from "@/components/cite/cite-panel";
import { choiceFrom, choicePath } from "@/components/comparison/choice";
import { ChoiceLinks } from "@/components/comparison/choice-links";
import { ComparisonExports } from "@/components/comparison/comparison-exports";
import { ComparisonView } from "@/components/comparison/comparison-view";
import { VerdictCard } from "@/components/comparison/verdict-card";
import { Availability } from "@/components/ipfs/availability";
import { Asked } from "@/components/jobs/asked";
import { Completeness } from "@/components/jobs/completeness";
import { CompletenessPanel } from "@/components/jobs/completeness-panel";
import { JobEvidence } from "@/components/jobs/evidence";
import { HowAsked, placesInWords } from "@/components/jobs/how-asked";
import { FollowSessions, LiveJob, WithdrawButton } from "@/components/jobs/loaded-when-shown";
import { MoneyPanel } from "@/components/jobs/money-panel";
import { SessionTable } from "@/components/jobs/session-table";
import { TimeLine } from "@/components/jobs/time-line";
import { WithdrawnNote } from "@/components/jobs/withdrawn-note";
import { orNotFound } from "@/components/site/or-not-found";
import { PageBody, PageHead } from "@/components/site/page-body";
import { ButtonLink } from "@/components/ui/button";
import { Card, CardHead } from "@/components/ui/card";
import { counted } from "@/components/ui/count";
import { Instant } from "@/components/ui/instant";
import { JsonDetails } from "@/components/ui/json-details";
import { languageName } from "@/components/ui/language";
import { JobId } from "@/schemas/primitives";
import type { ComparisonSnapshot, JobSnapshot } from "@/schemas/snapshot";
import { api } from "@/server/api/rsc";

export const dynamic = "force-dynamic";

type Props = {
  params: Promise<{ jobId: string }>;
  searchParams: Promise<{ [key: string]: string | string[] | undefined }>;
};

/** One snapshot a request: title and page are of the same moment. */
const snapshotOf = cache(async (jobId: JobId) => orNotFound((await api()).jobs.byId({ jobId })));

async function jobOf(params: Props["params"]): Promise<JobSnapshot> {
  const jobId = JobId.safeParse((await params).jobId);
  if (!jobId.success) notFound();
  return snapshotOf(jobId.data);
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await jobOf(params)).title };
}

export default async function JobPage({ params, searchParams }: Props) {
  const job = await jobOf(params);
  const caller = await api();
  const [comparison, viewer, completeness, timeline, blocks, query] = await Promise.all([
    caller.comparisons.byJob({ jobId: job.id }),
    caller.session.viewer(),
    caller.jobs.completeness({ jobId: job.id }),
    caller.jobs.timeline({ jobId: job.id }),
    caller.jobs.blocks({ jobId: job.id }),
    searchParams,
  ]);
  const isClosed = job.status === "COMPLETED" || job.status === "WITHDRAWN";
  return (
    <PageBody simulated={job.simulated}>
      <PageHead
        eyebrow={
          <>
            {comparison === null ? "Job" : "Comparison"} ·{" "}
            {job.languages.map(languageName).join(", ")} ·{" "}
            <Instant at={job.createdAt} seconds={false} />
          </>
        }
        title={job.title}
        aside={
          viewer?.role === "admin" && (
            <>
              <ButtonLink href={`/jobs/new?from=${job.id}`} prefetch={false}>
                Compose a new job from this one
              </ButtonLink>
              {!isClosed && <WithdrawButton jobId={job.id} />}
            </>
          )
        }
      >
        {job.status === "WITHDRAWN" && comparison !== null && <WithdrawnNote counts={job.counts} />}
        {job.spec.simulation !== undefined && (
          <p className="mb-3 text-beacon">
            Faults were made on purpose in this job:{" "}
            <a href="#how" className="link">
              which
            </a>
            .
          </p>
        )}
        <p className="text-sm">
          {counted(job.counts.announced, "announced task")} ·{" "}
          {counted(job.spec.prompts.length, "prompt")} · {placesInWords(job.countries)} ·{" "}
          {counted(job.services.length, "service")} · {counted(job.repeats, "repeat")} · the same
          words, system prompt, model and parameters in every cell
        </p>
      </PageHead>
      <div className="grid gap-6 *:min-w-0">
        {comparison !== null ? (
          <Compared job={job} comparison={comparison} query={query} />
        ) : (
          <>
            <Asked spec={job.spec} prompts={job.spec.prompts.slice(0, SHOWN_PROMPTS)} />
            <HowAsked spec={job.spec} />
            <LiveJob initial={job} completeness={completeness} timeline={timeline} />
          </>
        )}
        {comparison !== null && (
          <>
            <HowAsked spec={job.spec} />
            <TimeLine view={timeline} />
            <MoneyPanel job={job} />
            <CompletenessPanel jobId={job.id} view={completeness} />
            <BundleDownloads
              jobId={job.id}
              simulated={job.simulated}
              isClosed={comparison.leafIndex !== null}
            />
            <Availability view={blocks} />
          </>
        )}
        {(isClosed || comparison !== null) && <JobEvidence job={job} comparison={comparison} />}
        <JsonDetails summary="The job specification, whole" value={job.spec} />
      </div>
    </PageBody>
  );
}

async function Attestations({ jobId }: { jobId: JobId }) {
  const { tally, reports } = await (await api()).attestations.ofJob({ jobId });
  return <WhoChecked jobId={jobId} tally={tally} reports={reports} />;
}

async function CiteComparison({ jobId }: { jobId: JobId }) {
  const work = await (await api()).citations.byJob({ jobId });
  return work !== null && <CitePanel work={work} />;
}

/** Prompts that are shown in full before there is anything to compare; all of them are in the specification. */
const SHOWN_PROMPTS = 6;

async function Compared({
  job,
  comparison,
  query,
}: {
  job: JobSnapshot;
  comparison: ComparisonSnapshot;
  query: Awaited<Props["searchParams"]>;
}) {
  const choice = choiceFrom(query, comparison.spec, job.tasks);
  const { responses } = await api();
  const { prompt, service } = choice;
  const [excerpts, background] = await Promise.all([
    responses.excerpts({ jobId: job.id, prompt, service }),
    responses.commonWords({ jobId: job.id, prompt }),
  ]);
  return (
    <>
      <VerdictCard snapshot={comparison} states={job.states} />
      {comparison.leafIndex !== null && <Attestations jobId={job.id} />}
      <Completeness counts={job.counts} />
      <ChoiceLinks
        label="Prompt"
        options={comparison.spec.prompts.map(({ id }) => ({
          key: id,
          name: id,
          href: choicePath(job.id, { ...choice, prompt: id }, "asked"),
          isChosen: id === choice.prompt,
        }))}
      />
      <div id="asked">
        <Asked
          spec={comparison.spec}
          prompts={comparison.spec.prompts.filter(({ id }) => id === choice.prompt)}
        />
      </div>
      <ComparisonView
        job={job}
        snapshot={comparison}
        choice={choice}
        excerpts={excerpts}
        background={background}
      />
      <ComparisonExports jobId={job.id} choice={choice} simulated={job.simulated} />
      <CiteComparison jobId={job.id} />
      <Card>
        <CardHead title="Rented providers">
          Who carried the questions, how their exit was judged, and what they were paid. At home
          nobody is rented.
        </CardHead>
        {job.sessions.some(({ endedAt }) => endedAt === null) && <FollowSessions jobId={job.id} />}
        <SessionTable sessions={job.sessions} areTasksClosed />
      </Card>
    </>
  );
}
