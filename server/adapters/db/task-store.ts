import { Prisma, type PrismaClient } from "@/generated/prisma/client";
import type { Place } from "@/schemas/country";
import type { Amount, Cid, JobId, SessionId, TaskId } from "@/schemas/primitives";
import type { Fault, ResponseState, WithdrawalReason } from "@/schemas/task";
import { leafIndices } from "@/server/adapters/db/leaf-indices";
import { filePending } from "@/server/adapters/db/log-store";
import { storableCount, storableText } from "@/server/adapters/db/storable";
import {
  type Claimed,
  charge,
  claimFree,
  claimPaid,
  heldBy,
  takeBack,
  type Want,
} from "@/server/adapters/db/task-claim";
import { type TaskRow, taskRow } from "@/server/adapters/db/task-row";
import { chargeOf } from "@/server/domain/job/charge";
import type { FiledEntry } from "@/server/domain/log/filing";

/** One try at a task, for the record. */
export type Attempt = {
  /** RFC 3339; null when nobody lived to tell. */
  readonly at: string | null;
  readonly outcome: string;
};

type Closed = {
  readonly taskId: TaskId;
  readonly jobId: JobId;
  readonly attempts: readonly Attempt[];
  readonly sessionId: SessionId | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date;
};

/** How a task closed, without the leaf that says so. */
export type Outcome =
  | (Closed & {
      readonly kind: "RESULT";
      readonly state: ResponseState;
      readonly code: string | null;
      readonly cid: Cid;
      readonly sizeBytes: number;
      readonly text: string | null;
      readonly finishReason: string | null;
      readonly modelReported: string | null;
      readonly promptTokens: number | null;
      readonly outputTokens: number | null;
      readonly latencyMs: number;
      /** The block of the exchange's document. */
      readonly exchangeCid: Cid;
      /** What the service charges for it; null: nothing, or it is not known. */
      readonly costUsd: Amount | null;
    })
  | (Closed & {
      readonly kind: "FAILURE";
      readonly state: ResponseState;
      readonly fault: Fault;
      readonly code: string;
      readonly message: string;
      /** Whether the question may have left this machine: it decides on the cost, and is not kept. */
      readonly wasSent: boolean;
    })
  | (Closed & { readonly kind: "WITHDRAWAL"; readonly reason: WithdrawalReason });

/** A task that closes, and the entry that says so in the log. */
export type Closing = {
  readonly outcome: Outcome;
  readonly entry: FiledEntry;
  /** How often the task had been handed out when its session got it. */
  readonly claims: number;
};

/** A task as pages show it: how it stands, and where its leaf is. */
export type TaskView = TaskRow & {
  readonly state: ResponseState | null;
  readonly leafIndex: number | null;
  readonly text: string | null;
  /** When it was last handed out; null: it was not, or was taken back since, or nobody wrote it down. */
  readonly claimedAt: Date | null;
  /** The session that brought its outcome; null: none did, or none has yet. */
  readonly askedBy: SessionId | null;
};

export type OpenTasks = {
  readonly country: Place;
  readonly queued: number;
  readonly running: number;
};

export type TaskStore = {
  /**
   * Hands out the next tasks of one job and country under a lease. Each goes to one session only, and
   * only when what its service may charge at most can be put aside.
   *
   * @param atMostUsd what one question may cost, by service; a service that is not here charges nothing.
   */
  claim(want: Want & { readonly atMostUsd: ReadonlyMap<string, Amount> }): Promise<Claimed>;
  /** Prolongs every lease that a session holds. */
  extendLeases(sessionId: SessionId, until: Date): Promise<void>;
  /**
   * Gives tasks back that a session holds and has not closed; with `ids`, only those. They may have been
   * asked, and nobody knows what that cost: what was put aside for them counts as spent.
   */
  release(sessionId: SessionId, ids: readonly TaskId[] | null): Promise<void>;
  /** Gives tasks back that a session holds and has not begun to ask: as if it had never held them. What was put aside for them is free again. */
  giveBack(sessionId: SessionId, ids: readonly TaskId[]): Promise<void>;
  /** Gives back every task whose lease ran out before `now`. What was put aside for them counts as spent. */
  releaseExpired(now: Date): Promise<number>;
  /**
   * Closes tasks: status, outcome and the entry for the log in one transaction. A task that is closed
   * already, or that another session holds by now, stays as it is; its closing is dropped. One that was
   * taken from its session and that nobody has got since is still the session's to close: what has come
   * is not asked for again.
   *
   * @param sessionId who must hold the lease; null closes tasks that nobody has to hold.
   * @returns the ids that were closed by this call.
   */
  close(sessionId: SessionId | null, closings: readonly Closing[]): Promise<readonly TaskId[]>;
  /** Open tasks by country. Empty: all have closed. */
  open(jobId: JobId): Promise<readonly OpenTasks[]>;
  /**
   * Up to `limit` tasks that have not closed and that no living session is asking: what is under way is
   * for its session to close.
   *
   * @param only in these places; null: in all.
   * @param minClaims handed out at least so often.
   */
  unclosed(
    jobId: JobId,
    limit: number,
    which: {
      readonly now: Date;
      readonly only: readonly Place[] | null;
      readonly minClaims: number;
    },
  ): Promise<readonly TaskRow[]>;
  /** All tasks of a job in dispatch order. */
  ofJob(jobId: JobId): Promise<readonly TaskView[]>;
  byId(id: TaskId): Promise<{ task: TaskView; outcome: Outcome | null } | null>;
  /** Tasks of all jobs that have not closed, and the jobs they belong to. */
  openTotals(): Promise<{ tasks: number; jobs: number }>;
};

/** What a service or a provider wrote may be anything: it must not keep its task from closing. */
function storable(outcome: Outcome): Outcome {
  if (outcome.kind === "FAILURE") return { ...outcome, message: storableText(outcome.message) };
  if (outcome.kind === "WITHDRAWAL") return outcome;
  return {
    ...outcome,
    text: storableText(outcome.text),
    finishReason: storableText(outcome.finishReason),
    modelReported: storableText(outcome.modelReported),
    promptTokens: storableCount(outcome.promptTokens),
    outputTokens: storableCount(outcome.outputTokens),
  };
}

const STATUS_OF = { RESULT: "SUCCEEDED", FAILURE: "FAILED", WITHDRAWAL: "WITHDRAWN" } as const;

/** Tasks in PostgreSQL. Every change of status is a compare-and-set. */
export function createTaskStore(prisma: PrismaClient): TaskStore {
  return {
    async claim({ atMostUsd, ...want }) {
      if (atMostUsd.size === 0) return { tasks: await claimFree(prisma, want), isUsdSpent: false };
      return prisma.$transaction((tx) => claimPaid(tx, want, atMostUsd));
    },

    async extendLeases(sessionId, until) {
      // Locked in one order, here and wherever several tasks change: otherwise two of these may block each other.
      await prisma.$executeRaw`
        WITH held AS MATERIALIZED (
          SELECT id FROM "Task" WHERE "sessionId" = ${sessionId} AND status = 'RUNNING' ORDER BY id FOR UPDATE)
        UPDATE "Task" t SET "leaseUntil" = ${until} FROM held WHERE t.id = held.id`;
    },

    async release(sessionId, ids) {
      await takeBack(prisma, heldBy(sessionId, ids), true);
    },

    async giveBack(sessionId, ids) {
      await takeBack(prisma, heldBy(sessionId, ids), false);
    },

    async releaseExpired(now) {
      return takeBack(prisma, Prisma.sql`status = 'RUNNING' AND "leaseUntil" < ${now}`, true);
    },

    async close(sessionId, closings) {
      if (closings.length === 0) return [];
      return prisma.$transaction(async (tx) => {
        const ids = closings.map(({ outcome }) => outcome.taskId);
        const statuses = closings.map(({ outcome }) => STATUS_OF[outcome.kind]);
        const claims = closings.map((closing) => closing.claims);
        const won = await tx.$queryRaw<{ id: string; jobId: string; reserved: string }[]>`
          WITH held AS MATERIALIZED (
            SELECT t.id, t."reservedUsd"
            FROM "Task" t JOIN unnest(${ids}::text[], ${claims}::int[]) AS c(id, claims) ON t.id = c.id
            WHERE t.status IN ('QUEUED', 'RUNNING') AND (${sessionId}::text IS NULL
              OR t."sessionId" = ${sessionId}::text OR (t.status = 'QUEUED' AND t.claims = c.claims))
            ORDER BY t.id FOR UPDATE OF t)
          UPDATE "Task" t SET status = c.status::"TaskStatus", "sessionId" = NULL, "leaseUntil" = NULL, "reservedUsd" = 0
          FROM held, unnest(${ids}::text[], ${statuses}::text[]) AS c(id, status)
          WHERE t.id = held.id AND c.id = held.id
          RETURNING t.id, t."jobId", trim_scale(held."reservedUsd")::text AS reserved`;
        const closed = new Map(won.map((task) => [task.id, task]));
        const mine = closings.filter(({ outcome }) => closed.has(outcome.taskId));
        await charge(
          tx,
          mine.map(({ outcome }) => ({
            jobId: outcome.jobId,
            reserved: closed.get(outcome.taskId)?.reserved ?? "0",
            spent: chargeOf(outcome, closed.get(outcome.taskId)?.reserved ?? "0"),
          })),
        );
        const rows = mine.map(({ outcome, entry }) => ({
          ...storable(outcome),
          attempts: outcome.attempts.map((attempt) => ({
            at: attempt.at,
            outcome: storableText(attempt.outcome),
          })),
          leafHash: Buffer.from(entry.leafHash).toString("base64"),
        }));
        await tx.$executeRaw`
          INSERT INTO "Outcome" ("taskId", "jobId", kind, "leafHash", state, fault, code, message, reason, cid, "sizeBytes", text,
            "finishReason", "modelReported", "promptTokens", "outputTokens", "exchangeCid", "costUsd", attempts, "sessionId", "startedAt", "finishedAt", "latencyMs")
          SELECT "taskId", "jobId", kind::"OutcomeKind", decode("leafHash", 'base64'), state, fault, code, message, reason, cid, "sizeBytes", text,
            "finishReason", "modelReported", "promptTokens", "outputTokens", "exchangeCid", "costUsd", attempts, "sessionId", "startedAt", "finishedAt", "latencyMs"
          FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS o("taskId" text, "jobId" text, kind text, "leafHash" text, state text,
            fault text, code text, message text, reason text, cid text, "sizeBytes" int, text text, "finishReason" text, "modelReported" text,
            "promptTokens" int, "outputTokens" int, "exchangeCid" text, "costUsd" text, attempts jsonb, "sessionId" text, "startedAt" timestamptz, "finishedAt" timestamptz, "latencyMs" int)`;
        await filePending(
          tx,
          mine.map(({ entry }) => entry),
        );
        return mine.map(({ outcome }) => outcome.taskId);
      });
    },

    async open(jobId) {
      return prisma.$queryRaw<OpenTasks[]>`
        SELECT country, count(*) FILTER (WHERE status = 'QUEUED')::int AS queued,
               count(*) FILTER (WHERE status = 'RUNNING')::int AS running
        FROM "Task" WHERE "jobId" = ${jobId} AND status IN ('QUEUED', 'RUNNING') GROUP BY country`;
    },

    async unclosed(jobId, limit, { now, only, minClaims }) {
      const rows = await prisma.task.findMany({
        where: {
          jobId,
          claims: { gte: minClaims },
          OR: [{ status: "QUEUED" }, { status: "RUNNING", leaseUntil: { lt: now } }],
          ...(only === null ? {} : { country: { in: [...only] } }),
        },
        orderBy: { position: "asc" },
        take: limit,
      });
      return rows.map(taskRow);
    },

    async ofJob(jobId) {
      const rows = await prisma.task.findMany({
        where: { jobId },
        orderBy: { position: "asc" },
        include: {
          outcome: { select: { state: true, leafHash: true, text: true, sessionId: true } },
        },
      });
      const indexOf = await leafIndices(
        prisma,
        rows.flatMap(({ outcome }) => outcome?.leafHash ?? []),
      );
      return rows.map((task) => ({
        ...taskRow(task),
        state: (task.outcome?.state ?? null) as ResponseState | null,
        leafIndex: task.outcome ? indexOf(task.outcome.leafHash) : null,
        text: task.outcome?.text ?? null,
        claimedAt: task.claimedAt,
        askedBy: (task.outcome?.sessionId ?? null) as SessionId | null,
      }));
    },

    async byId(id) {
      const found = await prisma.task.findUnique({ where: { id }, include: { outcome: true } });
      if (found === null) return null;
      const indexOf = await leafIndices(prisma, found.outcome ? [found.outcome.leafHash] : []);
      return {
        task: {
          ...taskRow(found),
          state: (found.outcome?.state ?? null) as ResponseState | null,
          leafIndex: found.outcome ? indexOf(found.outcome.leafHash) : null,
          text: found.outcome?.text ?? null,
          claimedAt: found.claimedAt,
          askedBy: (found.outcome?.sessionId ?? null) as SessionId | null,
        },
        // The row was written from an Outcome by `close`, and nothing changes it.
        outcome: found.outcome as unknown as Outcome | null,
      };
    },

    async openTotals() {
      const [totals] = await prisma.$queryRaw<{ tasks: number; jobs: number }[]>`
        SELECT count(*)::int AS tasks, count(DISTINCT "jobId")::int AS jobs FROM "Task" WHERE status IN ('QUEUED', 'RUNNING')`;
      return totals ?? { tasks: 0, jobs: 0 };
    },
  };
}
