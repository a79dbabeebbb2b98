import type { ComparisonExport } from "@/schemas/explore-export";
import type { JobSpec } from "@/schemas/job-spec";
import { JobId, type TaskId } from "@/schemas/primitives";
import type { ComparisonSnapshot, JobSnapshot, TaskCell } from "@/schemas/snapshot";
import {
  type ExportForm,
  exportHeaders,
  fileStamp,
  originInName,
} from "@/server/api/answer-exports";
import type { Context } from "@/server/context";
import { BeaconError } from "@/server/domain/errors";
import { comparedRows, comparisonCsv } from "@/server/domain/explore/comparison-rows";
import { answerLine, answerRecord, answersHeader, portalUrlOf } from "@/server/domain/explore/rows";
import { instantOf } from "@/server/domain/time";
import { type ExploreDeps, responsesByTasks } from "@/server/services/explore-responses";
import { type ShowJobsDeps, showComparison, showJob } from "@/server/services/show-jobs";

/** What of a comparison its page shows. `repeat` is 0-based. */
export type ShownPart = {
  readonly prompt: string;
  readonly service: string;
  readonly repeat: number;
};

type Deps = ExploreDeps & ShowJobsDeps & Pick<Context, "publicUrl" | "now">;

/** What is asked for: a job, the parameters of its page, and how the page chooses by them what it shows. */
export type AskedPart = {
  readonly jobId: string;
  readonly url: string;
  choose(
    query: { readonly [name: string]: string },
    spec: JobSpec,
    tasks: readonly TaskCell[],
  ): ShownPart;
};

type Shown = {
  readonly job: JobSnapshot;
  readonly snapshot: ComparisonSnapshot;
  readonly part: ShownPart;
  /** The page, without the portal's address. */
  readonly path: string;
};

/**
 * What the page shows for these parameters. A value that the page would pass over is refused here: a file is
 * kept, and nobody would see that it is another one's.
 */
async function shownPart(deps: Deps, asked: AskedPart): Promise<Shown> {
  const jobId = JobId.safeParse(asked.jobId);
  if (!jobId.success) throw new BeaconError("JOB_NOT_FOUND", "There is no such job.");
  const [job, snapshot] = await Promise.all([
    showJob(deps, jobId.data),
    showComparison(deps, jobId.data),
  ]);
  if (snapshot === null)
    throw new BeaconError("COMPARISON_NOT_FOUND", "This job has not been compared yet.");
  const given = [...new URL(asked.url).searchParams];
  const part = asked.choose(Object.fromEntries(given), snapshot.spec, job.tasks);
  const query = { prompt: part.prompt, service: part.service, repeat: String(part.repeat + 1) };
  const wrong = given.find(([name, value]) => new Map(Object.entries(query)).get(name) !== value);
  if (wrong !== undefined)
    throw new BeaconError(
      "EXPLORER_QUERY_INVALID",
      `This comparison has no ${wrong[0].slice(0, 40)} “${wrong[1].slice(0, 40)}”.`,
    );
  return { job, snapshot, part, path: `/jobs/${job.id}?${new URLSearchParams(query)}` };
}

/** The tasks that the page shows side by side, in the order of their countries. */
const shownTasks = ({ job, part }: Shown): readonly TaskId[] =>
  job.countries.flatMap((country) =>
    job.tasks
      .filter(
        (task) =>
          task.country === country &&
          task.prompt === part.prompt &&
          task.service === part.service &&
          task.repeat === part.repeat,
      )
      .map(({ id }) => id),
  );

async function documentOf(deps: Deps, shown: Shown): Promise<ComparisonExport> {
  const { job, snapshot, part, path } = shown;
  const { comparison } = snapshot;
  const portal = portalUrlOf(deps.publicUrl);
  const group = comparison.groups.find(
    ({ prompt, service }) => prompt === part.prompt && service === part.service,
  );
  const answers = await responsesByTasks(deps, shownTasks(shown));
  return {
    version: "1.0",
    generated_at: instantOf(deps.now()),
    query_url: `${portal}${path}`,
    query: { prompt: part.prompt, service: part.service, repeat: part.repeat + 1 },
    simulated: comparison.simulated,
    comparison: {
      id: comparison.id,
      job: job.id,
      job_title: job.title,
      cid: snapshot.cid,
      log_index: snapshot.leafIndex,
      computed_at: comparison.computed_at,
      similarity: comparison.engine.similarity,
      icu: comparison.engine.icu,
      finding: comparison.finding.rung,
    },
    language: snapshot.spec.prompts.find(({ id }) => id === part.prompt)?.language ?? "und",
    table: comparedRows(group),
    answers: answers.map((answer) => answerRecord(answer, portal)),
  };
}

const nameOf = (deps: Deps, { job, part }: Shown, what: string) =>
  `beacon-${what}-${job.id}-${part.prompt}-${part.service}-${fileStamp(deps.now())}${originInName(job.simulated, true)}`;

/**
 * The comparison's table as the page shows it, with the answers beside it in JSON.
 *
 * @throws BeaconError JOB_NOT_FOUND, COMPARISON_NOT_FOUND, EXPLORER_QUERY_INVALID, EXPLORER_BUSY
 */
export async function answerComparison(
  deps: Deps,
  asked: AskedPart,
  form: ExportForm,
): Promise<Response> {
  const shown = await shownPart(deps, asked);
  const document = await documentOf(deps, shown);
  const body = form === "csv" ? comparisonCsv(document) : `${JSON.stringify(document)}\n`;
  return new Response(body, { headers: exportHeaders(form, nameOf(deps, shown, "comparison")) });
}

/** The answers that the page shows side by side, as CSV with the explorer's columns. Throws the same. */
export async function answerShownAnswers(deps: Deps, asked: AskedPart): Promise<Response> {
  const shown = await shownPart(deps, asked);
  const portal = portalUrlOf(deps.publicUrl);
  const answers = await responsesByTasks(deps, shownTasks(shown));
  const body = answersHeader() + answers.map((answer) => answerLine(answer, portal)).join("");
  return new Response(body, { headers: exportHeaders("csv", nameOf(deps, shown, "answers")) });
}
