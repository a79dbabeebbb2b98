import type { ReviewView } from "@/schemas/attestation-view";
import type { Comparison } from "@/schemas/comparison";
import type { IntentEntry, LogEntry } from "@/schemas/log-entry";
import type { Instant, JobId } from "@/schemas/primitives";
import type { BlockAvailability } from "@/schemas/snapshot";
import type { ClosingStore } from "@/server/adapters/db/closing-store";
import type { ComparisonStore } from "@/server/adapters/db/comparison-store";
import type { JobStore, StoredJob } from "@/server/adapters/db/job-store";
import type { LogStore } from "@/server/adapters/db/log-store";
import {
  type Recomputation,
  type ReviewFacts,
  reviewChecks,
} from "@/server/domain/attest/review-checks";
import { BeaconError } from "@/server/domain/errors";
import { planTasks } from "@/server/domain/job/plan";
import { CLOSING_KINDS, completenessOf } from "@/server/domain/log/completeness";
import { readEntry } from "@/server/domain/log/read-entry";

export type ReviewComparisonDeps = {
  readonly jobs: Pick<JobStore, "byId">;
  readonly comparisons: Pick<ComparisonStore, "byJob">;
  readonly closings: ClosingStore;
  readonly log: Pick<LogStore, "ofKind" | "state">;
  readonly origin: string;
  /** Computes the report again; it costs seconds for a large job, so it may be an answer of just now. */
  readonly recompute: (job: StoredJob, comparison: Comparison) => Promise<Recomputation>;
  /** What the last looks for the blocks of a job found. */
  readonly showBlocks: (jobId: JobId) => Promise<BlockAvailability>;
  readonly now: () => Date;
};

/**
 * A published comparison with the checklist that its reviewer starts from, worked out from the published
 * log, the stored answers and the last looks for the blocks.
 *
 * @throws BeaconError JOB_NOT_FOUND; COMPARISON_NOT_FOUND until a published checkpoint includes it
 */
export async function reviewComparison(
  deps: ReviewComparisonDeps,
  jobId: JobId,
): Promise<ReviewView> {
  const job = await deps.jobs.byId(jobId);
  if (job === null) throw new BeaconError("JOB_NOT_FOUND", `There is no job ${jobId}.`);
  const comparison = await deps.comparisons.byJob(jobId);
  const { publishedSize } = await deps.log.state();
  const { intentIndex, comparisonIndex } = job;
  const isPublished = comparisonIndex !== null && comparisonIndex < publishedSize;
  if (comparison === null || intentIndex === null || !isPublished)
    throw new BeaconError(
      "COMPARISON_NOT_FOUND",
      "This job has no comparison in the published log yet.",
    );
  const published = publishedOf(deps, jobId, publishedSize);
  const closings = await deps.closings.ofJob(jobId, publishedSize);
  return {
    subject: {
      log: deps.origin,
      job: jobId,
      intent: intentIndex,
      simulated: job.simulated,
      comparison: comparison.document.id,
      comparisonCid: comparison.cid,
      comparisonIndex,
    },
    title: job.spec.title,
    checks: reviewChecks({
      comparison: comparison.document,
      intent: await intentOf(published, intentIndex),
      first: await firstOf(published),
      completeness: completenessOf(
        planTasks(jobId, job.spec, job.orderSeed),
        closings,
        job.deadlineAt,
        deps.now(),
      ),
      recomputed: await deps.recompute(job, comparison.document),
      blocks: await deps.showBlocks(jobId),
    }),
  };
}

type Placed = { readonly index: number; readonly entry: LogEntry };
type Published = (kind: LogEntry["type"]) => Promise<readonly Placed[]>;

/** Reads the published entries of one kind of a job, in the log's order. */
const publishedOf =
  ({ log }: Pick<ReviewComparisonDeps, "log">, jobId: JobId, size: number): Published =>
  async (kind) =>
    (await log.ofKind(kind, jobId)).flatMap(({ index, bytes }) => {
      const entry = index < size ? readEntry(bytes) : null;
      return entry === null ? [] : [{ index, entry }];
    });

async function intentOf(published: Published, index: number): Promise<ReviewFacts["intent"]> {
  const intents = await published("beacon.intent/v1");
  const isOurs = (one: Placed): one is { index: number; entry: IntentEntry } => one.index === index;
  const intent = intents.find(isOurs);
  if (intent === undefined) throw new Error(`entry ${index} is not the intent of its job`);
  return { index, at: intent.entry.at };
}

/** The first entry that closed a task, and the earliest moment at which one was asked. */
async function firstOf(published: Published): Promise<ReviewFacts["first"]> {
  const kinds = Object.keys(CLOSING_KINDS) as (keyof typeof CLOSING_KINDS)[];
  const closings = (await Promise.all(kinds.map(published))).flat();
  const starts = closings.flatMap(({ entry }) =>
    "started_at" in entry && entry.started_at !== null ? [entry.started_at] : [],
  );
  if (closings.length === 0) return null;
  return {
    index: closings.reduce((first, { index }) => Math.min(first, index), Number.POSITIVE_INFINITY),
    // RFC 3339 in UTC with milliseconds: the earliest is the first in order.
    startedAt: starts.reduce(
      (first, at) => (first === null || at < first ? at : first),
      null as Instant | null,
    ),
  };
}
