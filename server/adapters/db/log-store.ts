import type { PrismaClient } from "@/generated/prisma/client";
import type { EntryType } from "@/schemas/log-entry";
import type { JobId, TaskId } from "@/schemas/primitives";
import { DsseEnvelope } from "@/schemas/receipt";
import { PENDING_ENTRIES } from "@/server/adapters/db/channels";
import type { ReadTile, Tile } from "@/server/adapters/tree/tree";
import { BeaconError } from "@/server/domain/errors";
import type { FiledEntry } from "@/server/domain/log/filing";
import { tileWidth } from "@/server/domain/log/tile";

export type PendingEntry = FiledEntry & { readonly id: bigint };
export type SequencedEntry = FiledEntry & { readonly index: number };

export type LogState = {
  readonly size: number;
  readonly root: Uint8Array;
  readonly publishedSize: number;
  readonly publishedAt: Date | null;
};

export type PublishedCheckpoint = {
  readonly size: number;
  readonly root: Uint8Array;
  /** Signed by the log and cosigned, byte for byte as published. */
  readonly note: string;
  readonly publishedAt: Date;
};

export type LogStore = {
  /** Files entries for the log. Known bytes change nothing: a leaf stands in the log once. */
  file(entries: readonly FiledEntry[]): Promise<void>;
  state(): Promise<LogState>;
  /** The oldest entries without an index. */
  pending(limit: number): Promise<readonly PendingEntry[]>;
  /**
   * Gives `entries` the indices from `fromSize` on and stores the tiles and the root that follow, all
   * in one transaction. False: the log no longer had `fromSize` entries, nothing was changed.
   */
  sequence(batch: {
    readonly fromSize: number;
    readonly entries: readonly PendingEntry[];
    readonly tiles: readonly Tile[];
    readonly root: Uint8Array;
    readonly at: Date;
  }): Promise<boolean>;
  /** Forgets pending entries that are in the log already. */
  dropPending(ids: readonly bigint[]): Promise<void>;
  /** Which of these leaf hashes are in the log. */
  known(leafHashes: readonly Uint8Array[]): Promise<readonly Uint8Array[]>;
  /**
   * Reads tiles of the tree of `size` leaves, however far the log has grown since: a narrower tile is
   * the beginning of a wider one. What it returns throws TILE_INCONSISTENT for a tile that such a
   * tree has and the store has not.
   */
  tileReader(size: number): ReadTile;
  entries(from: number, to: number): Promise<readonly SequencedEntry[]>;
  entry(index: number): Promise<SequencedEntry | null>;
  /** The newest entries before `before`, newest first. */
  newest(before: number, limit: number): Promise<readonly SequencedEntry[]>;
  /** Entries of a kind, oldest first; with `jobId`, those of that job. */
  ofKind(kind: EntryType, jobId: JobId | null): Promise<readonly SequencedEntry[]>;
  /** Publishes a checkpoint that is larger than the published one. False: somebody published this size or a larger one. */
  publish(checkpoint: PublishedCheckpoint): Promise<boolean>;
  /** The largest published checkpoint. */
  published(): Promise<PublishedCheckpoint | null>;
};

/**
 * Files entries inside somebody else's transaction, and tells the log's writer when that commits.
 *
 * One statement over one JSON document: for the batches of a running job, Prisma's own `createMany`
 * took a third of the Golem worker's time.
 */
export async function filePending(
  tx: Pick<PrismaClient, "$executeRaw">,
  entries: readonly FiledEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map((entry) => ({
    leaf_hash: Buffer.from(entry.leafHash).toString("base64"),
    kind: entry.kind,
    bytes: Buffer.from(entry.bytes).toString("base64"),
    dsse: entry.dsse,
    job: entry.jobId,
    task: entry.taskId,
    at: entry.createdAt,
  }));
  await tx.$executeRaw`
    INSERT INTO log_pending ("leafHash", kind, bytes, dsse, "jobId", "taskId", "createdAt")
    SELECT decode(leaf_hash, 'base64'), kind, decode(bytes, 'base64'), dsse, job, task, at
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS e(leaf_hash text, kind text, bytes text, dsse jsonb, job text, task text, at timestamptz)
    ON CONFLICT DO NOTHING`;
  await tx.$executeRaw`SELECT pg_notify(${PENDING_ENTRIES}, '')`;
}

type EntryRow = Omit<FiledEntry, "dsse" | "kind" | "jobId" | "taskId"> & {
  readonly kind: string;
  readonly dsse: unknown;
  readonly jobId: string | null;
  readonly taskId: string | null;
};

const filed = (row: EntryRow): FiledEntry => ({
  kind: row.kind as EntryType,
  bytes: row.bytes,
  leafHash: row.leafHash,
  dsse: DsseEnvelope.parse(row.dsse),
  jobId: row.jobId as JobId | null,
  taskId: row.taskId as TaskId | null,
  createdAt: row.createdAt,
});
const sequenced = (row: EntryRow & { readonly index: bigint }): SequencedEntry => ({
  ...filed(row),
  index: Number(row.index),
});

/** The log in PostgreSQL: entries, tiles, state and checkpoints. */
export function createLogStore(prisma: PrismaClient): LogStore {
  return {
    async file(entries) {
      const known = await this.known(entries.map((entry) => entry.leafHash));
      const isKnown = (hash: Uint8Array) =>
        known.some((other) => Buffer.compare(other, hash) === 0);
      await prisma.$transaction((tx) =>
        filePending(
          tx,
          entries.filter((entry) => !isKnown(entry.leafHash)),
        ),
      );
    },

    async state() {
      const row = await prisma.logState.findUniqueOrThrow({ where: { id: 1 } });
      return {
        size: Number(row.size),
        root: row.root,
        publishedSize: Number(row.publishedSize),
        publishedAt: row.publishedAt,
      };
    },

    async pending(limit) {
      const rows = await prisma.logPending.findMany({ orderBy: { id: "asc" }, take: limit });
      return rows.map((row) => ({ ...filed(row), id: row.id }));
    },

    async sequence({ fromSize, entries, tiles, root, at }) {
      const ids = entries.map((entry) => entry.id);
      return prisma.$transaction(async (tx) => {
        const { count } = await tx.logState.updateMany({
          where: { id: 1, size: BigInt(fromSize) },
          data: { size: BigInt(fromSize + entries.length), root: Buffer.from(root) },
        });
        if (count === 0) return false;
        const moved = await tx.$executeRaw`
          INSERT INTO log_entries (index, "leafHash", kind, bytes, dsse, "jobId", "taskId", "createdAt", "sequencedAt")
          SELECT ${fromSize}::bigint + place.ordinal - 1, p."leafHash", p.kind, p.bytes, p.dsse, p."jobId", p."taskId", p."createdAt", ${at}
          FROM unnest(${ids}::bigint[]) WITH ORDINALITY AS place(id, ordinal) JOIN log_pending p ON p.id = place.id`;
        if (moved !== entries.length)
          throw new Error(
            `${entries.length - moved} pending entries vanished while they were sequenced`,
          );
        await tx.$executeRaw`DELETE FROM log_pending WHERE id = ANY(${ids}::bigint[])`;
        for (const tile of tiles)
          await tx.$executeRaw`
            INSERT INTO log_tiles (level, index, hashes) VALUES (${tile.level}, ${tile.index}::bigint, ${Buffer.from(tile.hashes)})
            ON CONFLICT (level, index) DO UPDATE SET hashes = excluded.hashes`;
        return true;
      });
    },

    async dropPending(ids) {
      await prisma.logPending.deleteMany({ where: { id: { in: [...ids] } } });
    },

    async known(leafHashes) {
      const rows = await prisma.logEntry.findMany({
        where: { leafHash: { in: leafHashes.map((hash) => Buffer.from(hash)) } },
        select: { leafHash: true },
      });
      return rows.map((row) => row.leafHash);
    },

    tileReader: (size) => async (level, index) => {
      const width = tileWidth(size, level, index);
      const row = await prisma.logTile.findUnique({
        where: { level_index: { level, index: BigInt(index) } },
      });
      if (row === null || row.hashes.length < width * 32)
        throw new BeaconError(
          "TILE_INCONSISTENT",
          `tile ${level}/${index} of size ${size} is missing`,
        );
      return row.hashes.subarray(0, width * 32);
    },

    async entries(from, to) {
      const rows = await prisma.logEntry.findMany({
        where: { index: { gte: BigInt(from), lt: BigInt(to) } },
        orderBy: { index: "asc" },
      });
      return rows.map(sequenced);
    },

    async entry(index) {
      const row = await prisma.logEntry.findUnique({ where: { index: BigInt(index) } });
      return row === null ? null : sequenced(row);
    },

    async newest(before, limit) {
      const rows = await prisma.logEntry.findMany({
        where: { index: { lt: BigInt(before) } },
        orderBy: { index: "desc" },
        take: limit,
      });
      return rows.map(sequenced);
    },

    async ofKind(kind, jobId) {
      const rows = await prisma.logEntry.findMany({
        where: { kind, ...(jobId === null ? {} : { jobId }) },
        orderBy: { index: "asc" },
      });
      return rows.map(sequenced);
    },

    async publish({ size, root, note, publishedAt }) {
      return prisma.$transaction(async (tx) => {
        const { count } = await tx.logState.updateMany({
          where: { id: 1, publishedSize: { lt: BigInt(size) }, size: { gte: BigInt(size) } },
          data: { publishedSize: BigInt(size), publishedAt },
        });
        if (count === 0) return false;
        await tx.checkpoint.create({
          data: { size: BigInt(size), root: Buffer.from(root), note, publishedAt },
        });
        return true;
      });
    },

    async published() {
      const row = await prisma.checkpoint.findFirst({ orderBy: { size: "desc" } });
      return row === null ? null : { ...row, size: Number(row.size) };
    },
  };
}
