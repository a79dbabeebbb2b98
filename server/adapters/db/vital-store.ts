import type { PrismaClient } from "@/generated/prisma/client";
import { toSafeNumber } from "@/server/domain/log/decimal";

/** How the installation stands now: what its health is judged by. */
export type Present = {
  readonly size: number;
  readonly publishedSize: number;
  readonly publishedAt: Date | null;
  readonly halted: { readonly reason: string; readonly at: Date } | null;
  /** Entries without a place, counted up to `MOST`. */
  readonly pending: number;
  /** Since when the entry waits for publication that has waited longest; null: none waits. */
  readonly oldestAt: Date | null;
  /** Blocks in the outbox, counted up to `MOST`, and since when the oldest waits. */
  readonly outbox: { readonly blocks: number; readonly oldestAt: Date | null };
  readonly witnesses: readonly { readonly code: string | null; readonly at: Date }[];
  /** Names of the migrations that were applied. */
  readonly migrations: readonly string[];
};

/** Whether money was real. */
export type Network = "simulated" | "real";

/** Sums over everything that the installation ever did, and what it does now. */
export type Totals = {
  readonly tasks: { readonly queued: number; readonly running: number };
  readonly openJobs: number;
  readonly sessions: { readonly renting: number; readonly open: number };
  readonly anchors: { readonly pending: number; readonly final: number; readonly failed: number };
  readonly missingBlocks: number;
  /** Networks on which nothing was done are missing. */
  readonly spent: readonly {
    readonly network: Network;
    readonly rentals: number;
    readonly glm: number;
    readonly usd: number;
  }[];
};

/** Reads how the installation stands, for those who watch it. */
export type VitalStore = {
  /** Cheap, whatever has been kept: for health checks every few seconds. */
  present(): Promise<Present>;
  /** Looks through the tables of jobs, rentals and bills: for metrics, now and then. */
  totals(): Promise<Totals>;
};

/** More is not counted: whoever watches needs no exact number then. */
const MOST = 10_000;
/** Nobody who watches may hold up those who work. */
const LIMIT_MS = { present: 2_000, totals: 5_000 } as const;

type PresentRow = Omit<Present, "size" | "publishedSize" | "halted" | "outbox"> & {
  readonly size: bigint;
  readonly publishedSize: bigint;
  readonly haltedReason: string | null;
  readonly haltedAt: Date | null;
  readonly blocks: number;
  readonly blockAt: Date | null;
  readonly witnesses: readonly { readonly code: string | null; readonly at: string }[];
};

type TotalsRow = {
  readonly queued: number;
  readonly running: number;
  readonly openJobs: number;
  readonly renting: number;
  readonly open: number;
  readonly pending: number;
  readonly final: number;
  readonly failed: number;
  readonly missing: number;
  readonly spent: Totals["spent"] | null;
};

/** How the installation stands, from PostgreSQL: one statement each, broken off when it takes long. */
export function createVitalStore(prisma: PrismaClient): VitalStore {
  /** One row, or the statement is broken off. */
  const oneRow = async <Row>(
    limitMs: number,
    read: (tx: Pick<PrismaClient, "$queryRaw">) => Promise<Row[]>,
  ) =>
    prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT set_config('statement_timeout', ${String(limitMs)}, true)`;
      const [row] = await read(tx);
      if (row === undefined) throw new Error("a statement that answers one row answered none");
      return row;
    });
  return {
    async present() {
      const row = await oneRow(
        LIMIT_MS.present,
        (tx) => tx.$queryRaw<PresentRow[]>`
        SELECT s.size, s."publishedSize", s."publishedAt", s."haltedReason", s."haltedAt",
          (SELECT count(*)::int FROM (SELECT 1 FROM log_pending LIMIT ${MOST}) p) AS pending,
          LEAST((SELECT p."createdAt" FROM log_pending p ORDER BY p.id LIMIT 1),
                (SELECT e."createdAt" FROM log_entries e WHERE e.index = s."publishedSize")) AS "oldestAt",
          (SELECT count(*)::int FROM (SELECT 1 FROM block_outbox LIMIT ${MOST}) b) AS blocks,
          (SELECT min("createdAt") FROM block_outbox) AS "blockAt",
          (SELECT coalesce(jsonb_agg(jsonb_build_object('code', code, 'at', at)), '[]') FROM log_witnesses) AS witnesses,
          (SELECT array_agg(migration_name::text) FROM _prisma_migrations
           WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL) AS migrations
        FROM log_state s WHERE s.id = 1`,
      );
      const { size, publishedSize, haltedReason, haltedAt, blocks, blockAt, witnesses, ...rest } =
        row;
      return {
        ...rest,
        size: toSafeNumber(size),
        publishedSize: toSafeNumber(publishedSize),
        halted:
          haltedReason === null || haltedAt === null
            ? null
            : { reason: haltedReason, at: haltedAt },
        outbox: { blocks, oldestAt: blockAt },
        witnesses: witnesses.map(({ code, at }) => ({ code, at: new Date(at) })),
        migrations: row.migrations ?? [],
      };
    },

    async totals() {
      const row = await oneRow(
        LIMIT_MS.totals,
        (tx) => tx.$queryRaw<TotalsRow[]>`
        WITH tasks AS (SELECT count(*) FILTER (WHERE status = 'QUEUED')::int AS queued,
            count(*) FILTER (WHERE status = 'RUNNING')::int AS running,
            count(DISTINCT "jobId")::int AS "openJobs"
          FROM "Task" WHERE status IN ('QUEUED', 'RUNNING')),
        sessions AS (SELECT count(*) FILTER (WHERE status = 'RENTING')::int AS renting,
            count(*) FILTER (WHERE status = 'OPEN')::int AS open
          FROM "VantageSession" WHERE status IN ('RENTING', 'OPEN')),
        anchors AS (SELECT count(*) FILTER (WHERE status = 'PENDING')::int AS pending,
            count(*) FILTER (WHERE status = 'FINAL')::int AS final,
            count(*) FILTER (WHERE status = 'FAILED')::int AS failed FROM log_anchors),
        missing AS (SELECT count(*)::int AS missing FROM block_probes p
          WHERE NOT p.available AND NOT EXISTS (SELECT 1 FROM block_outbox o WHERE o.cid = p.cid)),
        accepted AS (SELECT "jobId", COALESCE(
            max("amountGlm"::numeric) FILTER (WHERE document = 'invoice'),
            max("amountGlm"::numeric) FILTER (WHERE document = 'debit-note'), 0) AS glm
          FROM bills WHERE decision = 'accepted' GROUP BY "agreementId", "jobId"),
        paid AS (SELECT "jobId", sum(glm) AS glm FROM accepted GROUP BY "jobId"),
        rented AS (SELECT "jobId", count(*) AS rentals FROM rentals GROUP BY "jobId"),
        spent AS (SELECT CASE WHEN j.simulated THEN 'simulated' ELSE 'real' END AS network,
            coalesce(sum(r.rentals), 0)::int AS rentals, coalesce(sum(p.glm), 0)::float8 AS glm,
            sum(j."usdSpent")::float8 AS usd
          FROM "Job" j LEFT JOIN paid p ON p."jobId" = j.id LEFT JOIN rented r ON r."jobId" = j.id
          GROUP BY j.simulated)
        SELECT tasks.*, sessions.*, anchors.*, missing.*,
          (SELECT jsonb_agg(to_jsonb(spent)) FROM spent) AS spent
        FROM tasks, sessions, anchors, missing`,
      );
      return {
        tasks: { queued: row.queued, running: row.running },
        openJobs: row.openJobs,
        sessions: { renting: row.renting, open: row.open },
        anchors: { pending: row.pending, final: row.final, failed: row.failed },
        missingBlocks: row.missing,
        spent: row.spent ?? [],
      };
    },
  };
}
