import type { JobSpec } from "@/schemas/job-spec";
import type { Cid, Instant, JobId, SessionId } from "@/schemas/primitives";
import type { GeoVerdict } from "@/schemas/task";
import type { ClosedTask, CompareInput } from "@/server/domain/eval/compare";
import { comparisonIdOf } from "@/server/domain/identity";

/** A closed task as it is stored. */
type StoredTask = Omit<ClosedTask, "prompt" | "service" | "isElsewhere" | "isUnverified"> & {
  readonly promptId: string;
  readonly serviceId: string;
  /** The session that brought its outcome; null: none did. */
  readonly askedBy: SessionId | null;
};

/** What is known of where a session's questions came out. */
type StoredSession = {
  readonly id: SessionId;
  readonly geo: { readonly verdict: GeoVerdict } | null;
  /** When its exit was looked at for the last time; null: it was not. */
  readonly geoFinalAt: Date | null;
};

/**
 * What a comparison is computed from, out of what is stored of a job. In one place, so that whoever
 * computes the report again computes it from the same: what came through an exit in another country is
 * left out, and an exit is verified only when it was looked at before the first task and after the last.
 */
export function comparisonInput(stored: {
  readonly job: {
    readonly id: JobId;
    readonly spec: JobSpec;
    readonly specCid: Cid;
    readonly simulated: boolean;
  };
  readonly tasks: readonly StoredTask[];
  readonly sessions: readonly StoredSession[];
  readonly computedAt: Instant;
  readonly icu: string;
}): CompareInput {
  const { job, tasks, sessions, computedAt, icu } = stored;
  const elsewhere = new Set(
    sessions.filter(({ geo }) => geo?.verdict === "mismatch").map(({ id }) => id),
  );
  const unverified = new Set(
    sessions
      .filter(({ geo, geoFinalAt }) => geo !== null && !(geo.verdict === "verified" && geoFinalAt))
      .map(({ id }) => id),
  );
  return {
    id: comparisonIdOf(job.id),
    job: job.id,
    spec: job.spec,
    specCid: job.specCid,
    simulated: job.simulated,
    computedAt,
    icu,
    tasks: tasks.map(({ promptId, serviceId, askedBy, ...task }) => ({
      prompt: promptId,
      service: serviceId,
      country: task.country,
      repeat: task.repeat,
      status: task.status,
      state: task.state,
      text: task.text,
      isElsewhere: askedBy !== null && elsewhere.has(askedBy),
      isUnverified: askedBy !== null && unverified.has(askedBy),
    })),
  };
}
