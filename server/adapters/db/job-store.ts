import type { PrismaClient } from "@/generated/prisma/client";
import type { Place } from "@/schemas/country";
import { JobSpec } from "@/schemas/job-spec";
import type { Amount, Cid, Digest, JobId } from "@/schemas/primitives";
import type { TaskCounts } from "@/schemas/snapshot";
import type { ResponseState } from "@/schemas/task";
import { leafIndices } from "@/server/adapters/db/leaf-indices";
import { filePending } from "@/server/adapters/db/log-store";
import type { PlannedTask } from "@/server/domain/job/plan";
import type { FiledEntry } from "@/server/domain/log/filing";

export type NewJob = {
  readonly id: JobId;
  readonly ownerId: string;
  readonly submissionKey: string;
  readonly spec: JobSpec;
  readonly specCid: Cid;
  readonly specDigest: Digest;
  readonly simulated: boolean;
  readonly orderSeed: Uint8Array;
  readonly createdAt: Date;
  readonly deadlineAt: Date;
};

export type StoredJob = Omit<NewJob, "submissionKey" | "ownerId"> & {
  readonly taskCount: number;
  readonly dispatchedAt: Date | null;
  readonly withdrawnAt: Date | null;
  readonly allocationId: string | null;
  /** Whether the allocation is still held. */
  readonly isAllocated: boolean;
  readonly comparedAt: Date | null;
  /** Where the intent stands, once it is sequenced. */
  readonly intentIndex: number | null;
  /** Where the comparison stands, once it is sequenced. */
  readonly comparisonIndex: number | null;
};

/** `cap >= reserved + spent`. */
export type Dollars = { readonly cap: Amount; readonly reserved: Amount; readonly spent: Amount };

/** What an open job waits for, as the reconcile sweep needs it. */
export type OpenJob = {
  readonly id: JobId;
  readonly deadlineAt: Date;
  readonly withdrawnAt: Date | null;
  readonly dispatchedAt: Date | null;
};

export type JobTally = {
  readonly counts: TaskCounts;
  readonly states: readonly {
    readonly country: Place;
    readonly state: ResponseState;
    readonly n: number;
  }[];
};

export type JobStore = {
  /**
   * Stores job, tasks and the intent's entry in one transaction. A submission key that its owner
   * has used before answers with the job it made then.
   */
  createOnce(
    job: NewJob,
    tasks: readonly PlannedTask[],
    intent: FiledEntry,
  ): Promise<{ id: JobId; created: boolean }>;
  byId(id: JobId): Promise<StoredJob | null>;
  titles(ids: readonly JobId[]): Promise<ReadonlyMap<JobId, string>>;
  /** Newest first; `cursor` is the id of the last job of the page before. */
  list(page: { cursor: JobId | null; limit: number }): Promise<readonly StoredJob[]>;
  /** Jobs whose comparison is stored, newest comparison first. */
  latestCompared(limit: number): Promise<readonly StoredJob[]>;
  /** Tasks by how they stand, and responses by country and state, for each of `ids`. */
  tallies(ids: readonly JobId[]): Promise<ReadonlyMap<JobId, JobTally>>;
  /** Jobs whose comparison is not stored yet. */
  open(): Promise<readonly OpenJob[]>;
  /** Jobs whose intent is part of the tree of `publishedSize` and that nobody has dispatched yet. */
  announced(publishedSize: number): Promise<readonly JobId[]>;
  /** False: somebody else did it. */
  markDispatched(id: JobId, at: Date): Promise<boolean>;
  /** False: it was withdrawn before, or every task has closed. */
  markWithdrawn(id: JobId, at: Date): Promise<boolean>;
  isWithdrawn(id: JobId): Promise<boolean>;
  /** What the job may spend on paid services, has put aside and has spent, in US dollars. */
  dollars(id: JobId): Promise<Dollars>;
  /** Replaces the allocation that the job uses, if it is still `from`. False: somebody else did. */
  replaceAllocation(id: JobId, from: string | null, to: string): Promise<boolean>;
  /** Jobs with a stored comparison whose allocation nobody has given back. */
  unreleased(): Promise<readonly { id: JobId; allocationId: string }[]>;
  markReleased(id: JobId, at: Date): Promise<void>;
};

const stored = {
  include: { comparison: { select: { createdAt: true, leafHash: true } } },
} as const;

/** Jobs in PostgreSQL. */
export function createJobStore(prisma: PrismaClient): JobStore {
  type Row = NonNullable<Awaited<ReturnType<typeof findOne>>>;
  const findOne = (id: JobId) => prisma.job.findUnique({ where: { id }, ...stored });

  async function withPositions(rows: readonly Row[]): Promise<readonly StoredJob[]> {
    const indexOf = await leafIndices(
      prisma,
      rows.flatMap(({ intentLeafHash, comparison }) => [
        intentLeafHash,
        ...(comparison === null ? [] : [comparison.leafHash]),
      ]),
    );
    return rows.map((row) => ({
      id: row.id as JobId,
      spec: JobSpec.parse(row.spec),
      specCid: row.specCid as Cid,
      specDigest: row.specDigest as Digest,
      simulated: row.simulated,
      orderSeed: row.orderSeed,
      createdAt: row.createdAt,
      deadlineAt: row.deadlineAt,
      taskCount: row.taskCount,
      dispatchedAt: row.dispatchedAt,
      withdrawnAt: row.withdrawnAt,
      allocationId: row.allocationId,
      isAllocated: row.allocationId !== null && row.releasedAt === null,
      comparedAt: row.comparison?.createdAt ?? null,
      intentIndex: indexOf(row.intentLeafHash),
      comparisonIndex: row.comparison === null ? null : indexOf(row.comparison.leafHash),
    }));
  }

  return {
    async createOnce(job, tasks, intent) {
      return prisma.$transaction(async (tx) => {
        const { count } = await tx.job.createMany({
          data: [
            {
              id: job.id,
              ownerId: job.ownerId,
              submissionKey: job.submissionKey,
              title: job.spec.title,
              spec: job.spec,
              specCid: job.specCid,
              specDigest: job.specDigest,
              simulated: job.simulated,
              orderSeed: Buffer.from(job.orderSeed),
              taskCount: tasks.length,
              usdCap: job.spec.budget.usd,
              createdAt: job.createdAt,
              deadlineAt: job.deadlineAt,
              intentLeafHash: Buffer.from(intent.leafHash),
            },
          ],
          skipDuplicates: true,
        });
        if (count === 0) {
          const known = await tx.job.findUniqueOrThrow({
            where: {
              ownerId_submissionKey: { ownerId: job.ownerId, submissionKey: job.submissionKey },
            },
            select: { id: true },
          });
          return { id: known.id as JobId, created: false };
        }
        const { prompts } = job.spec;
        await tx.$executeRaw`
          INSERT INTO "Task" (id, "jobId", position, "promptId", language, "serviceId", country, repeat, seed)
          SELECT t.id, ${job.id}, position, t.prompt, p.language, service, country, repeat, seed FROM unnest(
            ${tasks.map((task) => task.id)}::text[], ${tasks.map((task) => task.position)}::int[],
            ${tasks.map((task) => task.promptId)}::text[], ${tasks.map((task) => task.serviceId)}::text[],
            ${tasks.map((task) => task.country)}::text[], ${tasks.map((task) => task.repeat)}::int[],
            ${tasks.map((task) => task.seed)}::int[]
          ) AS t(id, position, prompt, service, country, repeat, seed) JOIN unnest(
            ${prompts.map(({ id }) => id)}::text[], ${prompts.map(({ language }) => language)}::text[]
          ) AS p(prompt, language) ON p.prompt = t.prompt`;
        await filePending(tx, [intent]);
        return { id: job.id, created: true };
      });
    },

    async byId(id) {
      const row = await findOne(id);
      return row === null ? null : ((await withPositions([row]))[0] ?? null);
    },

    async titles(ids) {
      const rows = await prisma.job.findMany({
        where: { id: { in: [...ids] } },
        select: { id: true, title: true },
      });
      return new Map(rows.map(({ id, title }) => [id as JobId, title]));
    },

    async list({ cursor, limit }) {
      const rows = await prisma.job.findMany({
        ...stored,
        orderBy: [{ createdAt: "desc" }, { id: "desc" }],
        take: limit,
        ...(cursor === null ? {} : { cursor: { id: cursor }, skip: 1 }),
      });
      return withPositions(rows);
    },

    async latestCompared(limit) {
      const rows = await prisma.job.findMany({
        ...stored,
        where: { comparison: { isNot: null } },
        orderBy: { comparison: { createdAt: "desc" } },
        take: limit,
      });
      return withPositions(rows);
    },

    async tallies(ids) {
      type Tally = {
        jobId: JobId;
        country: Place;
        status: keyof typeof STATUS_KEYS;
        state: ResponseState | null;
        n: number;
      };
      const rows = await prisma.$queryRaw<Tally[]>`
        SELECT t."jobId", t.country, t.status::text AS status,
               CASE WHEN o.kind = 'RESULT' THEN o.state END AS state, count(*)::int AS n
        FROM "Task" t LEFT JOIN "Outcome" o ON o."taskId" = t.id
        WHERE t."jobId" = ANY(${[...ids]}) GROUP BY 1, 2, 3, 4`;
      return new Map(
        ids.map((id) => {
          const own = rows.filter((row) => row.jobId === id);
          const counts = {
            announced: 0,
            queued: 0,
            running: 0,
            succeeded: 0,
            failed: 0,
            withdrawn: 0,
          };
          for (const { status, n } of own) {
            counts[STATUS_KEYS[status]] += n;
            counts.announced += n;
          }
          const states = own.flatMap(({ country, state, n }) =>
            state === null ? [] : [{ country, state, n }],
          );
          return [id, { counts, states }];
        }),
      );
    },

    async open() {
      const rows = await prisma.job.findMany({
        where: { comparison: null },
        select: { id: true, deadlineAt: true, withdrawnAt: true, dispatchedAt: true },
      });
      return rows.map((row) => ({ ...row, id: row.id as JobId }));
    },

    async announced(publishedSize) {
      const rows = await prisma.$queryRaw<{ id: JobId }[]>`
        SELECT j.id FROM "Job" j JOIN log_entries e ON e."leafHash" = j."intentLeafHash"
        WHERE j."dispatchedAt" IS NULL AND j."withdrawnAt" IS NULL AND e.index < ${publishedSize}::bigint`;
      return rows.map((row) => row.id);
    },

    async markDispatched(id, at) {
      const { count } = await prisma.job.updateMany({
        where: { id, dispatchedAt: null },
        data: { dispatchedAt: at },
      });
      return count === 1;
    },

    async markWithdrawn(id, at) {
      const { count } = await prisma.job.updateMany({
        where: {
          id,
          withdrawnAt: null,
          tasks: { some: { status: { in: ["QUEUED", "RUNNING"] } } },
        },
        data: { withdrawnAt: at },
      });
      return count === 1;
    },

    async isWithdrawn(id) {
      const found = await prisma.job.findUnique({ where: { id }, select: { withdrawnAt: true } });
      return found !== null && found.withdrawnAt !== null;
    },

    async dollars(id) {
      const [found] = await prisma.$queryRaw<Dollars[]>`
        SELECT trim_scale("usdCap")::text AS cap, trim_scale("usdReserved")::text AS reserved,
               trim_scale("usdSpent")::text AS spent FROM "Job" WHERE id = ${id}`;
      return found ?? { cap: "0", reserved: "0", spent: "0" };
    },

    async replaceAllocation(id, from, to) {
      const { count } = await prisma.job.updateMany({
        where: { id, allocationId: from },
        data: { allocationId: to, releasedAt: null },
      });
      return count === 1;
    },

    async unreleased() {
      const rows = await prisma.job.findMany({
        where: { comparison: { isNot: null }, allocationId: { not: null }, releasedAt: null },
        select: { id: true, allocationId: true },
      });
      return rows.map((row) => ({ id: row.id as JobId, allocationId: row.allocationId ?? "" }));
    },

    async markReleased(id, at) {
      await prisma.job.updateMany({ where: { id }, data: { releasedAt: at } });
    },
  };
}

const STATUS_KEYS = {
  QUEUED: "queued",
  RUNNING: "running",
  SUCCEEDED: "succeeded",
  FAILED: "failed",
  WITHDRAWN: "withdrawn",
} as const;
