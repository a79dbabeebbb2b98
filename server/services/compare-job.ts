import type { ComparisonEntry } from "@/schemas/log-entry";
import type { JobId } from "@/schemas/primitives";
import type { ComparisonStore } from "@/server/adapters/db/comparison-store";
import type { EventBus } from "@/server/adapters/db/event-bus";
import type { JobStore } from "@/server/adapters/db/job-store";
import type { SessionRow, SessionStore } from "@/server/adapters/db/session-store";
import type { TaskStore } from "@/server/adapters/db/task-store";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import type { Signer } from "@/server/adapters/keys/key-store";
import { canonicalBytes } from "@/server/domain/digest";
import { compareJob as comparisonOf } from "@/server/domain/eval/compare";
import { comparisonInput } from "@/server/domain/eval/comparison-input";
import { isClosed } from "@/server/domain/job/state";
import { fileEntry } from "@/server/domain/log/filing";
import { instantOf } from "@/server/domain/time";

export type CompareJobDeps = {
  readonly jobs: Pick<JobStore, "byId">;
  readonly tasks: Pick<TaskStore, "ofJob">;
  readonly sessions: Pick<SessionStore, "ofJob">;
  readonly comparisons: Pick<ComparisonStore, "createOnce" | "byJob">;
  readonly content: Pick<ContentStore, "put">;
  readonly runner: Signer;
  readonly origin: string;
  /** The ICU version whose word segmentation is used. */
  readonly icu: string;
  readonly bus: Pick<EventBus, "announce">;
  readonly now: () => Date;
};

/**
 * Compares a job whose tasks have all closed and whose sessions have looked at their exits for the last
 * time: computes the report, keeps it as a block, stores it and files its entry. Does nothing before,
 * and nothing when the report is there already. What came through an exit in another country is left out.
 */
export async function compareJob(deps: CompareJobDeps, jobId: JobId): Promise<void> {
  const job = await deps.jobs.byId(jobId);
  if (job === null || job.intentIndex === null || job.comparedAt !== null) return;
  const tasks = await deps.tasks.ofJob(jobId);
  if (!tasks.every((task) => isClosed(task.status))) return;
  const sessions = await deps.sessions.ofJob(jobId);
  if (!sessions.every(isSettledEvidence)) return;
  const at = deps.now();
  const document = comparisonOf(
    comparisonInput({ job, tasks, sessions, computedAt: instantOf(at), icu: deps.icu }),
  );
  const bytes = canonicalBytes(document);
  const cid = await deps.content.put(bytes);
  const entry: ComparisonEntry = {
    v: 1,
    type: "beacon.comparison/v1",
    at: instantOf(at),
    simulated: job.simulated,
    job: jobId,
    intent: job.intentIndex,
    comparison: document.id,
    cid,
    size_bytes: bytes.length,
    runner_key: deps.runner.keyId,
  };
  const isNew = await deps.comparisons.createOnce(
    { document, cid, createdAt: at },
    fileEntry(entry, deps.origin, deps.runner),
  );
  if (!isNew) return;
  await deps.bus.announce({ kind: "job.changed", jobId });
  await deps.bus.announce({ kind: "comparison.filed", jobId, comparisonId: document.id });
}

/** Whether nothing more will be found out about where a session asked from. */
const isSettledEvidence = ({ status, geoFinalAt, geo }: SessionRow): boolean =>
  status !== "OPEN" || geoFinalAt !== null || geo === null;
