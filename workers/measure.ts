import type { Place } from "@/schemas/country";
import type { SessionId, TaskId } from "@/schemas/primitives";
import type { SessionStore } from "@/server/adapters/db/session-store";
import type { Outcome, TaskStore } from "@/server/adapters/db/task-store";
import type { Model } from "@/server/adapters/llm/model";
import type { Context } from "@/server/context";
import { ERRORS, type ErrorCode } from "@/server/domain/errors";
import { closeTasks, type FinishedTask } from "@/server/services/close-tasks";

/*
 * Services know nothing of metrics: here they get stores and models that count what they are asked to do.
 */

type Measured = Pick<Context, "metrics">;

/** A model whose calls are counted and timed. */
export const measuredModel = ({ model, metrics }: Measured & Pick<Context, "model">): Model => ({
  async complete(door, request, options) {
    // What a machine's own model server speaks.
    const dialect = request.api?.dialect ?? "openai-compatible";
    const startedAt = performance.now();
    const outcome = await model.complete(door, request, options);
    metrics.of.serviceDuration.observe({ dialect }, (performance.now() - startedAt) / 1_000);
    metrics.of.serviceCalls.add({ dialect, way: request.way, state: outcome.state });
    return outcome;
  },
});

/** `CODE: sentence`, as a session says why it ended. */
const codeOf = (reason: string | null): ErrorCode | "INTERNAL" => {
  const [code = ""] = (reason ?? "").split(":");
  return Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : "INTERNAL";
};

/** Sessions whose ends are counted. */
export function measuredSessions({
  sessions,
  metrics,
}: Measured & Pick<Context, "sessions">): SessionStore {
  const places = new Map<SessionId, Place>();
  return {
    ...sessions,
    async begin(session, aliveSince) {
      const hasBegun = await sessions.begin(session, aliveSince);
      if (hasBegun) places.set(session.id, session.country);
      return hasBegun;
    },
    async end(id, end) {
      await sessions.end(id, end);
      const place = places.get(id);
      places.delete(id);
      if (place === undefined) return;
      const isSettled = end.status === "SETTLED";
      metrics.of.sessionsEnded.add({ place, result: isSettled ? "settled" : "lost" });
      if (!isSettled) metrics.of.sessionFailures.add({ code: codeOf(end.reason) });
    },
    async loseSilent(aliveSince, at) {
      const lost = await sessions.loseSilent(aliveSince, at);
      metrics.of.sessionsSilent.add({}, lost);
      return lost;
    },
  };
}

/** Tasks of a job that was submitted then, whose first handing out is timed. */
export const measuredClaims = (
  { tasks, metrics, now }: Measured & Pick<Context, "tasks" | "now">,
  submittedAt: Date,
): Pick<TaskStore, "claim" | "release" | "giveBack"> => ({
  ...tasks,
  async claim(want) {
    const claimed = await tasks.claim(want);
    const waitedS = (now().getTime() - submittedAt.getTime()) / 1_000;
    for (const { claims } of claimed.tasks)
      if (claims === 1) metrics.of.taskWait.observe({}, waitedS);
    return claimed;
  },
});

type Close = Parameters<typeof closeTasks>;

/** Closes tasks, and counts those that this call closed. */
export async function closeAndCount(
  context: Context,
  job: Close[1],
  sessionId: Close[2],
  finished: readonly FinishedTask[],
): Promise<number> {
  let closed: ReadonlySet<TaskId> = new Set();
  const tasks: Pick<TaskStore, "close"> = {
    async close(...closings) {
      const ids = await context.tasks.close(...closings);
      closed = new Set(ids);
      return ids;
    },
  };
  const count = await closeTasks({ ...context, tasks }, job, sessionId, finished);
  for (const { task, outcome } of finished)
    if (closed.has(task.id)) countClosed(context, task.country, outcome);
  return count;
}

const KIND = { RESULT: "result", FAILURE: "failure", WITHDRAWAL: "withdrawal" } as const;

function countClosed({ metrics }: Measured, place: Place, outcome: Outcome): void {
  const state = outcome.kind === "WITHDRAWAL" ? outcome.reason : outcome.state;
  metrics.of.tasksClosed.add({ kind: KIND[outcome.kind], state, place });
  if (outcome.kind === "WITHDRAWAL" || outcome.startedAt === null) return;
  const tookMs = outcome.finishedAt.getTime() - outcome.startedAt.getTime();
  metrics.of.taskRun.observe({ kind: KIND[outcome.kind] }, tookMs / 1_000);
}
