import type { PrismaClient } from "@/generated/prisma/client";
import type { Place } from "@/schemas/country";
import type { JobId, SessionId, TaskId } from "@/schemas/primitives";
import type { ResponseState, TaskStatus } from "@/schemas/task";

/** A task with the moments of its life, and nothing of what was asked or answered. */
export type TimedTask = {
  readonly id: TaskId;
  readonly promptId: string;
  readonly serviceId: string;
  readonly country: Place;
  readonly repeat: number;
  readonly status: TaskStatus;
  readonly state: ResponseState | null;
  /** When a session last took it, unless it was taken back since. */
  readonly claimedAt: Date | null;
  /** When it was asked for the last time; null: it was not, or it has not closed. */
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** The session that holds it, or brought its outcome. */
  readonly sessionId: SessionId | null;
};

export type TaskTimeStore = {
  /** All tasks of a job in dispatch order. */
  ofJob(jobId: JobId): Promise<readonly TimedTask[]>;
};

/** When tasks were handed out, asked and closed, from PostgreSQL. A job's texts stay where they are. */
export const createTaskTimeStore = (prisma: PrismaClient): TaskTimeStore => ({
  ofJob: (jobId) => prisma.$queryRaw<TimedTask[]>`
    SELECT t.id, t."promptId", t."serviceId", t.country, t.repeat, t.status::text AS status, o.state, t."claimedAt",
      o."startedAt", o."finishedAt", coalesce(t."sessionId", o."sessionId") AS "sessionId"
    FROM "Task" t LEFT JOIN "Outcome" o ON o."taskId" = t.id
    WHERE t."jobId" = ${jobId} ORDER BY t.position`,
});
