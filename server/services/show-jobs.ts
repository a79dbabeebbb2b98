import type { Comparison } from "@/schemas/comparison";
import type { Place } from "@/schemas/country";
import type { JobId } from "@/schemas/primitives";
import type {
  ComparisonSnapshot,
  JobSnapshot,
  JobSummary,
  Page,
  ResponseExcerpt,
  SessionSnapshot,
  StateCounts,
  TaskCell,
} from "@/schemas/snapshot";
import type { ComparisonStore } from "@/server/adapters/db/comparison-store";
import type { JobStore, JobTally, StoredJob } from "@/server/adapters/db/job-store";
import type { LogStore } from "@/server/adapters/db/log-store";
import type { RentalStore } from "@/server/adapters/db/rental-store";
import type { SessionRow, SessionStore } from "@/server/adapters/db/session-store";
import type { TaskStore, TaskView } from "@/server/adapters/db/task-store";
import { BeaconError } from "@/server/domain/errors";
import { glmPurse, moneyLineOf } from "@/server/domain/job/money";
import { allPlacesOf } from "@/server/domain/job/places";
import { jobStatusOf } from "@/server/domain/job/status";
import { instantOf } from "@/server/domain/time";

export type ShowJobsDeps = {
  readonly jobs: Pick<JobStore, "byId" | "list" | "latestCompared" | "tallies" | "dollars">;
  readonly rentals: Pick<RentalStore, "spentBy" | "ledgerOf">;
  readonly tasks: Pick<TaskStore, "ofJob">;
  readonly sessions: Pick<SessionStore, "ofJob">;
  readonly comparisons: Pick<ComparisonStore, "byJob">;
  readonly log: Pick<LogStore, "state">;
};

/** Jobs, newest first. */
export async function listJobs(
  deps: ShowJobsDeps,
  page: { readonly cursor: string | null; readonly limit: number },
): Promise<Page<JobSummary>> {
  const found = await deps.jobs.list({
    cursor: page.cursor as JobId | null,
    limit: page.limit + 1,
  });
  const shown = found.slice(0, page.limit);
  return {
    items: await summariesOf(deps, shown),
    nextCursor: found.length > page.limit ? (shown.at(-1)?.id ?? null) : null,
  };
}

/** Jobs with their comparisons, newest comparison first. */
export async function latestComparisons(
  deps: ShowJobsDeps,
  limit: number,
): Promise<readonly { job: JobSummary; comparison: Comparison }[]> {
  const jobs = await summariesOf(deps, await deps.jobs.latestCompared(limit));
  const found = await Promise.all(
    jobs.map(async (job) => ({ job, stored: await deps.comparisons.byJob(job.id) })),
  );
  return found.flatMap(({ job, stored }) =>
    stored === null ? [] : [{ job, comparison: stored.document }],
  );
}

/** One job with everything that its page shows while it runs. @throws BeaconError JOB_NOT_FOUND */
export async function showJob(deps: ShowJobsDeps, jobId: JobId): Promise<JobSnapshot> {
  const job = await known(deps, jobId);
  const [[summary], { publishedSize }, tasks, sessions, spent, dollars, ledger] = await Promise.all(
    [
      summariesOf(deps, [job]),
      deps.log.state(),
      deps.tasks.ofJob(jobId),
      deps.sessions.ofJob(jobId),
      deps.rentals.spentBy([jobId]),
      deps.jobs.dollars(jobId),
      deps.rentals.ledgerOf(jobId),
    ],
  );
  if (summary === undefined) throw new Error("a stored job has no summary");
  const published = (index: number | null) => publishedIndex(index, publishedSize);
  return {
    ...summary,
    spec: job.spec,
    specCid: job.specCid,
    specDigest: job.specDigest,
    deadlineAt: instantOf(job.deadlineAt),
    intentIndex: published(job.intentIndex),
    dispatchedAt: job.dispatchedAt === null ? null : instantOf(job.dispatchedAt),
    comparisonIndex: published(job.comparisonIndex),
    tasks: tasks.map((task) => cellOf(task, published(task.leafIndex))),
    sessions: sessions.map(sessionSnapshotOf),
    money: [
      moneyLineOf("GLM", glmPurse(job.spec.budget.glm, spent.get(jobId) ?? "0", job.isAllocated)),
      moneyLineOf("USD", dollars),
    ],
    ledger: ledger.map(({ allocationId: _, isInvoiced: __, endedAt, ...line }) => ({
      ...line,
      endedAt: endedAt === null ? null : instantOf(endedAt),
    })),
  };
}

/** The comparison of one job; null while there is none. @throws BeaconError JOB_NOT_FOUND */
export async function showComparison(
  deps: ShowJobsDeps,
  jobId: JobId,
): Promise<ComparisonSnapshot | null> {
  const [job, stored] = await Promise.all([known(deps, jobId), deps.comparisons.byJob(jobId)]);
  if (stored === null) return null;
  const { publishedSize } = await deps.log.state();
  return {
    comparison: stored.document,
    cid: stored.cid,
    leafIndex: publishedIndex(job.comparisonIndex, publishedSize),
    spec: job.spec,
  };
}

/** Every response to one prompt by one service, by country and repeat. @throws BeaconError JOB_NOT_FOUND */
export async function showExcerpts(
  deps: ShowJobsDeps,
  want: { readonly jobId: JobId; readonly prompt: string; readonly service: string },
): Promise<readonly ResponseExcerpt[]> {
  const [job, { publishedSize }, sessions] = await Promise.all([
    known(deps, want.jobId),
    deps.log.state(),
    deps.sessions.ofJob(want.jobId),
  ]);
  const rank = new Map(allPlacesOf(job.spec).map((country, place) => [country, place]));
  const elsewhere = new Set<string | null>(
    sessions.filter(({ geo }) => geo?.verdict === "mismatch").map(({ id }) => id),
  );
  return (await deps.tasks.ofJob(want.jobId))
    .filter((task) => task.promptId === want.prompt && task.serviceId === want.service)
    .sort((a, b) => (rank.get(a.country) ?? 0) - (rank.get(b.country) ?? 0) || a.repeat - b.repeat)
    .flatMap((task) =>
      task.status === "SUCCEEDED" && task.state !== null
        ? [
            {
              taskId: task.id,
              prompt: task.promptId,
              service: task.serviceId,
              country: task.country,
              repeat: task.repeat,
              state: task.state,
              text: task.text,
              leafIndex: publishedIndex(task.leafIndex, publishedSize),
              isElsewhere: elsewhere.has(task.askedBy),
            },
          ]
        : [],
    );
}

/** A leaf's position once a published checkpoint includes it; before, nobody can look it up. */
const publishedIndex = (index: number | null, publishedSize: number): number | null =>
  index !== null && index < publishedSize ? index : null;

async function known(deps: Pick<ShowJobsDeps, "jobs">, jobId: JobId): Promise<StoredJob> {
  const job = await deps.jobs.byId(jobId);
  if (job === null) throw new BeaconError("JOB_NOT_FOUND", `There is no job ${jobId}.`);
  return job;
}

async function summariesOf(
  deps: Pick<ShowJobsDeps, "jobs" | "log">,
  jobs: readonly StoredJob[],
): Promise<readonly JobSummary[]> {
  const [tallies, { publishedSize }] = await Promise.all([
    deps.jobs.tallies(jobs.map(({ id }) => id)),
    deps.log.state(),
  ]);
  return jobs.map((job) => {
    const tally = tallies.get(job.id);
    if (tally === undefined) throw new Error(`job ${job.id} has no tally`);
    return summaryOf(job, tally, publishedSize);
  });
}

function summaryOf(job: StoredJob, tally: JobTally, publishedSize: number): JobSummary {
  const statesOf = (country: Place): StateCounts =>
    Object.fromEntries(
      tally.states.filter((one) => one.country === country).map(({ state, n }) => [state, n]),
    );
  return {
    id: job.id,
    title: job.spec.title,
    status: jobStatusOf({
      intentPublished: job.intentIndex !== null && job.intentIndex < publishedSize,
      counts: tally.counts,
      comparisonStored: job.comparedAt !== null,
      withdrawn: job.withdrawnAt !== null,
    }),
    simulated: job.simulated,
    createdAt: instantOf(job.createdAt),
    comparedAt: job.comparedAt === null ? null : instantOf(job.comparedAt),
    counts: tally.counts,
    languages: [...new Set(job.spec.prompts.map(({ language }) => language))],
    countries: allPlacesOf(job.spec),
    services: job.spec.services,
    repeats: job.spec.repeats,
    states: allPlacesOf(job.spec).map((country) => ({ country, states: statesOf(country) })),
  };
}

const cellOf = (task: TaskView, leafIndex: number | null): TaskCell => ({
  id: task.id,
  prompt: task.promptId,
  service: task.serviceId,
  country: task.country,
  repeat: task.repeat,
  status: task.status,
  state: task.state,
  leafIndex,
});

const sessionSnapshotOf = (session: SessionRow): SessionSnapshot => ({
  id: session.id,
  country: session.country,
  status: session.status,
  providerId: session.providerId,
  providerName: session.providerName,
  agreementId: session.agreementId,
  verdict: session.geo?.verdict ?? null,
  startedAt: instantOf(session.startedAt),
  endedAt: session.endedAt === null ? null : instantOf(session.endedAt),
  costGlm: session.costGlm,
  endReason: session.endReason,
});
