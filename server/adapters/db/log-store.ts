import type { PrismaClient } from "@/generated/prisma/client";
import type { EntryType } from "@/schemas/log-entry";
import type { JobId, TaskId } from "@/schemas/primitives";
import { DsseEnvelope } from "@/schemas/receipt";
import { PENDING_ENTRIES } from "@/server/adapters/db/channels";
import type { PendingEntry } from "@/server/adapters/db/log-inserts";
import { createLogReader, type LogReader } from "@/server/adapters/db/log-reader";
import { createLogWriter, type LogWriter } from "@/server/adapters/db/log-transaction";
import { toSafeNumber } from "@/server/domain/log/decimal";
import type { FiledEntry } from "@/server/domain/log/filing";

/** A leaf of the log. "raw": bytes that a third party added; they are no entry of ours, and nobody signed them. */
export type SequencedEntry = Omit<FiledEntry, "kind" | "dsse"> & {
  readonly index: number;
  readonly kind: EntryType | "raw";
  readonly dsse: DsseEnvelope | null;
};

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

export type LogStore = LogWriter &
  LogReader & {
    /** Files entries for the log. Known bytes change nothing: a leaf stands in the log once. */
    file(entries: readonly FiledEntry[]): Promise<void>;
    state(): Promise<LogState>;
    /** The oldest entries without an index. */
    pending(limit: number): Promise<readonly PendingEntry[]>;
    /** Which of these leaf hashes are in the log. */
    known(leafHashes: readonly Uint8Array[]): Promise<readonly Uint8Array[]>;
    entries(from: number, to: number): Promise<readonly SequencedEntry[]>;
    entry(index: number): Promise<SequencedEntry | null>;
    /** The newest entries before `before`, newest first. */
    newest(before: number, limit: number): Promise<readonly SequencedEntry[]>;
    /** Entries of a kind, oldest first; with `jobId`, those of that job. */
    ofKind(kind: EntryType, jobId: JobId | null): Promise<readonly SequencedEntry[]>;
    /**
     * Publishes a checkpoint that is larger than the published one. False: somebody published this size
     * or a larger one, or the log is halted.
     */
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

const filed = (row: EntryRow) => ({
  bytes: row.bytes,
  leafHash: row.leafHash,
  jobId: row.jobId as JobId | null,
  taskId: row.taskId as TaskId | null,
  createdAt: row.createdAt,
});
const sequenced = (row: EntryRow & { readonly index: bigint }): SequencedEntry => ({
  ...filed(row),
  kind: row.kind as EntryType | "raw",
  dsse: row.dsse === null ? null : DsseEnvelope.parse(row.dsse),
  index: toSafeNumber(row.index),
});

/** The log in PostgreSQL: entries, tiles, state and checkpoints. */
export function createLogStore(prisma: PrismaClient, databaseUrl: string): LogStore {
  const writer = createLogWriter(databaseUrl);
  const reader = createLogReader(databaseUrl);
  return {
    ...writer,
    ...reader,
    async close() {
      await Promise.all([writer.close(), reader.close()]);
    },

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
        size: toSafeNumber(row.size),
        root: row.root,
        publishedSize: toSafeNumber(row.publishedSize),
        publishedAt: row.publishedAt,
      };
    },

    async pending(limit) {
      const rows = await prisma.logPending.findMany({ orderBy: { id: "asc" }, take: limit });
      return rows.map((row) => ({
        ...filed(row),
        id: row.id,
        kind: row.kind as EntryType,
        dsse: DsseEnvelope.parse(row.dsse),
      }));
    },

    async known(leafHashes) {
      const rows = await prisma.logEntry.findMany({
        where: { leafHash: { in: leafHashes.map((hash) => Buffer.from(hash)) } },
        select: { leafHash: true },
      });
      return rows.map((row) => row.leafHash);
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
          where: {
            id: 1,
            publishedSize: { lt: BigInt(size) },
            size: { gte: BigInt(size) },
            haltedReason: null,
          },
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
      return row === null ? null : { ...row, size: toSafeNumber(row.size) };
    },
  };
}
