import type { CitedWork } from "@/schemas/citation";
import type { JobId, TaskId } from "@/schemas/primitives";
import type { ComparisonStore } from "@/server/adapters/db/comparison-store";
import type { ExplorerStore } from "@/server/adapters/db/explorer-store";
import type { JobStore } from "@/server/adapters/db/job-store";
import type { LogStore } from "@/server/adapters/db/log-store";
import { comparisonTitle, responseTitle } from "@/server/domain/cite/title";
import { permalinkOf, portalUrlOf } from "@/server/domain/explore/rows";

export type CiteDeps = {
  readonly explorer: Pick<ExplorerStore, "byTasks">;
  readonly jobs: Pick<JobStore, "byId">;
  readonly comparisons: Pick<ComparisonStore, "byJob">;
  readonly log: Pick<LogStore, "state">;
  /** The log's origin. */
  readonly origin: string;
  readonly publicUrl: string;
};

/** As it is called where it is cited; the log's origin and the address tell installations apart. */
const PORTAL = "Beacon";

const portalOf = ({ publicUrl }: CiteDeps) => ({ name: PORTAL, url: portalUrlOf(publicUrl) });

/** What a citation of one task says; null while there is nothing to cite: open, withdrawn, or unknown. */
export async function citeResponse(deps: CiteDeps, taskId: TaskId): Promise<CitedWork | null> {
  const [found] = await deps.explorer.byTasks([taskId]);
  if (found === undefined) return null;
  const portal = portalOf(deps);
  return {
    kind: found.failure === null ? "response" : "failure",
    id: taskId,
    title: responseTitle({
      isFailure: found.failure !== null,
      question: found.prompt.beginning,
      service: found.service.id,
      model: found.service.model,
      country: found.country,
      repeat: found.repeat,
    }),
    language: found.language,
    portal,
    url: permalinkOf(portal.url, taskId),
    at: found.finishedAt,
    log: { origin: deps.origin, index: found.leafIndex },
    cid: found.cid,
    simulated: found.simulated,
  };
}

/** What a citation of a job's comparison says; null while there is none. */
export async function citeComparison(deps: CiteDeps, jobId: JobId): Promise<CitedWork | null> {
  const [job, stored, { publishedSize }] = await Promise.all([
    deps.jobs.byId(jobId),
    deps.comparisons.byJob(jobId),
    deps.log.state(),
  ]);
  if (job === null || stored === null) return null;
  const portal = portalOf(deps);
  const index = job.comparisonIndex;
  return {
    kind: "comparison",
    id: stored.document.id,
    title: comparisonTitle(job.spec.title),
    language: "en",
    portal,
    url: `${portal.url}/jobs/${jobId}`,
    at: stored.document.computed_at,
    log: { origin: deps.origin, index: index !== null && index < publishedSize ? index : null },
    cid: stored.cid,
    simulated: job.simulated,
  };
}
