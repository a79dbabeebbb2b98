import type { JobId } from "@/schemas/primitives";
import type { RunningTask, TimelineView } from "@/schemas/timeline";
import type { JobStore } from "@/server/adapters/db/job-store";
import type { SessionRow, SessionStore } from "@/server/adapters/db/session-store";
import type { TaskTimeStore, TimedTask } from "@/server/adapters/db/task-time-store";
import { BeaconError } from "@/server/domain/errors";
import { allPlacesOf } from "@/server/domain/job/places";
import { isClosed } from "@/server/domain/job/state";
import { type TimelineTask, timelineOf } from "@/server/domain/job/timeline";
import { instantOf } from "@/server/domain/time";

export type ShowTimelineDeps = {
  readonly jobs: Pick<JobStore, "byId">;
  readonly taskTimes: TaskTimeStore;
  readonly sessions: Pick<SessionStore, "ofJob">;
  readonly now: () => Date;
};

/** When a job's tasks waited and ran, up to now or to its end. @throws BeaconError JOB_NOT_FOUND */
export async function showTimeline(deps: ShowTimelineDeps, jobId: JobId): Promise<TimelineView> {
  const job = await deps.jobs.byId(jobId);
  if (job === null) throw new BeaconError("JOB_NOT_FOUND", `There is no job ${jobId}.`);
  const [tasks, sessions] = await Promise.all([
    deps.taskTimes.ofJob(jobId),
    deps.sessions.ofJob(jobId),
  ]);
  const now = deps.now();
  const closedAt = lastClosing(tasks);
  const view = {
    asOf: instantOf(now),
    dispatchedAt: job.dispatchedAt === null ? null : instantOf(job.dispatchedAt),
    closedAt: closedAt === null ? null : instantOf(closedAt),
    running: runningOf(tasks, sessions),
  };
  const { dispatchedAt } = job;
  if (dispatchedAt === null)
    return { ...view, form: "bars", lanes: [], times: { queue: null, held: null, run: null } };
  const after = (moment: Date) => moment.getTime() - dispatchedAt.getTime();
  return {
    ...view,
    ...timelineOf({
      dispatchedAt,
      until: closedAt ?? now,
      places: allPlacesOf(job.spec),
      tasks: tasks.map(timelineTask),
      sessions: sessions.map((session) => ({
        id: session.id,
        place: session.country,
        providerName: session.providerName,
        status: session.status,
        fromMs: after(session.startedAt),
        toMs: session.endedAt === null ? null : after(session.endedAt),
      })),
    }),
  };
}

/** When the last task closed; null while some are open. */
function lastClosing(tasks: readonly TimedTask[]): Date | null {
  if (!tasks.every(({ status }) => isClosed(status))) return null;
  const times = tasks.map(({ finishedAt }) => finishedAt?.getTime() ?? 0);
  return tasks.length === 0 ? null : new Date(Math.max(...times));
}

const timelineTask = (task: TimedTask): TimelineTask => ({
  id: task.id,
  prompt: task.promptId,
  service: task.serviceId,
  place: task.country,
  repeat: task.repeat,
  status: task.status,
  state: task.state,
  claimedAt: task.claimedAt,
  startedAt: task.startedAt,
  finishedAt: task.finishedAt,
  session: task.sessionId,
});

/** What is held right now, the longest first. */
function runningOf(
  tasks: readonly TimedTask[],
  sessions: readonly SessionRow[],
): readonly RunningTask[] {
  const names = new Map(sessions.map(({ id, providerName }) => [id, providerName]));
  return tasks
    .filter(({ status }) => status === "RUNNING")
    .sort((a, b) => (a.claimedAt?.getTime() ?? 0) - (b.claimedAt?.getTime() ?? 0))
    .map((task) => ({
      id: task.id,
      prompt: task.promptId,
      service: task.serviceId,
      place: task.country,
      repeat: task.repeat,
      since: task.claimedAt === null ? null : instantOf(task.claimedAt),
      providerName: (task.sessionId === null ? null : names.get(task.sessionId)) ?? null,
    }));
}
