import type { PrismaClient } from "@/generated/prisma/client";
import { Prisma } from "@/generated/prisma/client";
import type { Cid, JobId } from "@/schemas/primitives";
import type { MissingBlock } from "@/schemas/snapshot";
import { instantOf } from "@/server/domain/time";

/** What the last look for a block found, over all stores that are to keep it. */
export type BlockLook = {
  readonly cid: Cid;
  /** The stores that were asked, by name. */
  readonly store: string;
  /** Whether all of them had it. */
  readonly isAvailable: boolean;
  /** Which did not have it, and the code that says why. */
  readonly detail: string | null;
  readonly at: Date;
};

/** How the blocks that our records name stand. `blocks = available + missing + waiting + notProbed`. */
export type BlockCounts = {
  readonly blocks: number;
  readonly available: number;
  readonly missing: number;
  /** In the outbox, on the way to the stores. */
  readonly waiting: number;
  readonly notProbed: number;
  readonly firstLookAt: Date | null;
  readonly lastLookAt: Date | null;
};

/** Remembers the last look for each block. A block is ours when a job, an outcome, a comparison or an attestation names it. */
export type ProbeStore = {
  /**
   * Our blocks whose last look is older than `before`: those never looked for first, then the oldest.
   * What waits in the outbox is not in the stores yet and is left out.
   */
  due(limit: number, before: Date): Promise<readonly Cid[]>;
  /** Replaces older looks; a newer one stays. */
  record(looks: readonly BlockLook[]): Promise<void>;
  /** Of one job, or of all. */
  counts(jobId: JobId | null): Promise<BlockCounts>;
  /** The blocks that some store lacked at the last look, the oldest look first. */
  missing(jobId: JobId | null, limit: number): Promise<readonly MissingBlock[]>;
};

/** Every CID that our records name, once; of one job or of all. */
const oursOf = (jobId: JobId | null): Prisma.Sql => {
  const where = (column: Prisma.Sql) =>
    jobId === null ? Prisma.empty : Prisma.sql`AND ${column} = ${jobId}`;
  return Prisma.sql`
    SELECT "specCid" AS cid FROM "Job" WHERE true ${where(Prisma.sql`id`)}
    UNION SELECT cid FROM "Comparison" WHERE true ${where(Prisma.sql`"jobId"`)}
    UNION SELECT cid FROM attestations WHERE true ${where(Prisma.sql`"jobId"`)}
    UNION SELECT cid FROM "Outcome" WHERE cid IS NOT NULL ${where(Prisma.sql`"jobId"`)}`;
};

type CountRow = {
  [name in keyof BlockCounts]: BlockCounts[name] extends number ? bigint : Date | null;
};

/** The looks in PostgreSQL. */
export function createProbeStore(prisma: PrismaClient): ProbeStore {
  return {
    async due(limit, before) {
      const rows = await prisma.$queryRaw<{ cid: Cid }[]>`
        SELECT ours.cid FROM (${oursOf(null)}) ours
        LEFT JOIN block_probes p ON p.cid = ours.cid
        WHERE (p.at IS NULL OR p.at < ${before})
          AND NOT EXISTS (SELECT 1 FROM block_outbox o WHERE o.cid = ours.cid)
        ORDER BY p.at ASC NULLS FIRST, ours.cid LIMIT ${limit}`;
      return rows.map(({ cid }) => cid);
    },
    async record(looks) {
      if (looks.length === 0) return;
      await prisma.$executeRaw`
        INSERT INTO block_probes (cid, store, available, detail, at)
        SELECT cid, store, "isAvailable", detail, at
        FROM jsonb_to_recordset(${JSON.stringify(looks)}::jsonb)
          AS l(cid text, store text, "isAvailable" boolean, detail text, at timestamptz)
        ON CONFLICT (cid) DO UPDATE SET store = excluded.store, available = excluded.available,
          detail = excluded.detail, at = excluded.at
        WHERE block_probes.at <= excluded.at`;
    },
    async counts(jobId) {
      const [row] = await prisma.$queryRaw<CountRow[]>`
        SELECT count(*) AS blocks,
          count(*) FILTER (WHERE o.cid IS NULL AND p.available) AS available,
          count(*) FILTER (WHERE o.cid IS NULL AND NOT p.available) AS missing,
          count(*) FILTER (WHERE o.cid IS NOT NULL) AS waiting,
          count(*) FILTER (WHERE o.cid IS NULL AND p.cid IS NULL) AS "notProbed",
          min(p.at) FILTER (WHERE o.cid IS NULL) AS "firstLookAt",
          max(p.at) FILTER (WHERE o.cid IS NULL) AS "lastLookAt"
        FROM (${oursOf(jobId)}) ours
        LEFT JOIN block_outbox o ON o.cid = ours.cid
        LEFT JOIN block_probes p ON p.cid = ours.cid`;
      if (row === undefined) throw new Error("a count without a row");
      const { firstLookAt, lastLookAt } = row;
      return {
        blocks: Number(row.blocks),
        available: Number(row.available),
        missing: Number(row.missing),
        waiting: Number(row.waiting),
        notProbed: Number(row.notProbed),
        firstLookAt,
        lastLookAt,
      };
    },
    async missing(jobId, limit) {
      const rows = await prisma.$queryRaw<{ cid: Cid; at: Date }[]>`
        SELECT p.cid, p.at FROM block_probes p JOIN (${oursOf(jobId)}) ours ON ours.cid = p.cid
        WHERE NOT p.available AND NOT EXISTS (SELECT 1 FROM block_outbox o WHERE o.cid = p.cid)
        ORDER BY p.at, p.cid LIMIT ${limit}`;
      return rows.map(({ cid, at }) => ({ cid, lookedAt: instantOf(at) }));
    },
  };
}
