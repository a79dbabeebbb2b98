import pg from "pg";
import type { EntryType } from "@/schemas/log-entry";
import type { JobId, TaskId } from "@/schemas/primitives";
import { DsseEnvelope } from "@/schemas/receipt";
import {
  bufferOf,
  type Growth,
  insertLeaves,
  movePending,
  type PendingEntry,
  type RawLeaf,
  storeTree,
} from "@/server/adapters/db/log-inserts";
import type { ReadTile } from "@/server/adapters/tree/tree";
import { BeaconError, isBeaconError } from "@/server/domain/errors";
import { toSafeNumber } from "@/server/domain/log/decimal";
import { HASH_BYTES } from "@/server/domain/log/merkle";
import { tileWidth } from "@/server/domain/log/tile";

/**
 * The log inside one transaction. Nobody else can write the log until it ends, so `size` is the size
 * and what `known` does not know is not in it. A leaf is added once in a transaction at most.
 */
export type LogTransaction = {
  readonly size: number;
  /** Why nothing may be written any more; null: the log is written. */
  readonly haltedReason: string | null;
  /** Tiles of the tree of `size` leaves. Throws TILE_INCONSISTENT for one that is missing. */
  readonly readTile: ReadTile;
  /** The oldest entries without an index. */
  pending(limit: number): Promise<readonly PendingEntry[]>;
  /** Where leaves stand in the log, by leaf hash in hexadecimal. */
  known(leafHashes: readonly Uint8Array[]): Promise<ReadonlyMap<string, number>>;
  /** Forgets pending entries that are in the log already. */
  dropPending(ids: readonly bigint[]): Promise<void>;
  /** Gives pending entries the indices from `size` on, and stores the tree that follows. */
  sequence(entries: readonly PendingEntry[], growth: Growth): Promise<void>;
  /** Gives leaves that never waited the indices from `size` on, and stores the tree that follows. */
  append(leaves: readonly RawLeaf[], growth: Growth): Promise<void>;
};

/** One writer at a time, in whichever process. */
export type LogWriter = {
  /**
   * Runs `work` in a transaction that holds the log's lock, and commits what it did. When it throws,
   * nothing was done.
   *
   * @throws BeaconError LOG_WRITER_BUSY when the lock is not to be had in time, or the size moved
   *   although it was held; DATABASE_UNAVAILABLE when it is not known whether the work was committed:
   *   whoever adds the same bytes again learns their index.
   */
  write<T>(work: (log: LogTransaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

/** The second connection lets the next batch stand in line for the lock while one commits. */
const CONNECTIONS = 2;
/** Levels of tiles that a log below 2^53 entries can have. */
const LEVELS = 7;

/**
 * Begins, takes the lock, and reads the right edge of the tree: the one tile of each level that the
 * next leaves may widen. In one round trip. A process that hangs with the lock loses it.
 */
const BEGIN = `
  BEGIN;
  SET LOCAL lock_timeout = '10s';
  SET LOCAL idle_in_transaction_session_timeout = '20s';
  SELECT size::text, "haltedReason" FROM log_state WHERE id = 1 FOR UPDATE;
  SELECT t.level, t.index::text, t.hashes
  FROM log_state s CROSS JOIN generate_series(0, ${LEVELS - 1}) AS l(level)
  CROSS JOIN LATERAL (SELECT * FROM log_tiles t WHERE t.level = l.level AND t.index = s.size >> (8 * (l.level + 1)) LIMIT 1) t`;

/** Writes the log of the database at `databaseUrl`. It connects at its first transaction. */
export function createLogWriter(databaseUrl: string): LogWriter {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: CONNECTIONS,
    connectionTimeoutMillis: 10_000,
  });
  pool.on("error", () => {}); // a connection that is lost while idle is replaced at the next use
  return {
    async write(work) {
      const client = await pool.connect().catch(unavailable);
      // A connection that is lost between two queries says so here; the next query then fails.
      const onLoss = () => {};
      client.on("error", onLoss);
      let isBroken = false;
      try {
        const answer = await work(await begin(client));
        await client.query("COMMIT");
        return answer;
      } catch (error) {
        isBroken = !(await client.query("ROLLBACK").then(yes, no));
        throw translated(error);
      } finally {
        client.off("error", onLoss);
        client.release(isBroken);
      }
    },
    close: () => pool.end(),
  };
}

const yes = () => true;
const no = () => false;

function unavailable(cause: unknown): never {
  throw new BeaconError("DATABASE_UNAVAILABLE", "the database does not answer", { cause });
}

/** 55P03: the lock was not to be had in time. What is no database error is what the work threw. */
function translated(error: unknown): unknown {
  if (isBeaconError(error) || !(error instanceof Error) || !("code" in error)) {
    const isLost = error instanceof Error && /^Connection terminated/.test(error.message);
    return isLost
      ? new BeaconError("DATABASE_UNAVAILABLE", "the connection was lost", { cause: error })
      : error;
  }
  if (error.code === "55P03")
    return new BeaconError("LOG_WRITER_BUSY", "another writer holds the log", { cause: error });
  // Classes 08 and 57, and the socket's own codes: the server went, or is going.
  return /^(08|57|25P03|E[A-Z]+$)/.test(String(error.code))
    ? new BeaconError("DATABASE_UNAVAILABLE", "the database went away", { cause: error })
    : error;
}

type TileRow = { readonly level: number; readonly index: string; readonly hashes: Buffer };

async function begin(client: pg.PoolClient): Promise<LogTransaction> {
  // Several statements in one query answer with several results; the types know of one.
  const results = (await client.query(BEGIN)) as unknown as pg.QueryResult[];
  const [state] = (results.at(-2)?.rows ?? []) as { size: string; haltedReason: string | null }[];
  if (state === undefined) throw new Error("the log's state is one row");
  const size = toSafeNumber(BigInt(state.size));
  const edge = (results.at(-1)?.rows ?? []) as TileRow[];
  return {
    size,
    haltedReason: state.haltedReason,
    readTile: tileReaderOf(client, size, edge),
    pending: (limit) => pendingOf(client, limit),
    known: (leafHashes) => knownOf(client, leafHashes),
    dropPending: async (ids) => {
      await client.query("DELETE FROM log_pending WHERE id = ANY($1::bigint[])", [ids.map(String)]);
    },
    async sequence(entries, growth) {
      await storeTree(client, size, entries.length, growth);
      await movePending(client, size, entries, growth.at);
    },
    async append(leaves, growth) {
      await storeTree(client, size, leaves.length, growth);
      await insertLeaves(client, size, leaves, growth.at);
    },
  };
}

function tileReaderOf(client: pg.PoolClient, size: number, edge: readonly TileRow[]): ReadTile {
  const tiles = new Map(edge.map((tile) => [`${tile.level}/${tile.index}`, tile.hashes]));
  return async (level, index) => {
    const sizeBytes = tileWidth(size, level, index) * HASH_BYTES;
    const hashes = tiles.get(`${level}/${index}`) ?? (await readTile(client, level, index));
    if (hashes === undefined || hashes.length < sizeBytes)
      throw new BeaconError(
        "TILE_INCONSISTENT",
        `tile ${level}/${index} of size ${size} is missing`,
      );
    return hashes.subarray(0, sizeBytes);
  };
}

async function readTile(
  client: pg.PoolClient,
  level: number,
  index: number,
): Promise<Buffer | undefined> {
  const { rows } = await client.query<{ hashes: Buffer }>(
    "SELECT hashes FROM log_tiles WHERE level = $1 AND index = $2",
    [level, index],
  );
  return rows[0]?.hashes;
}

type PendingRow = {
  readonly id: string;
  readonly leafHash: Buffer;
  readonly kind: string;
  readonly bytes: Buffer;
  readonly dsse: unknown;
  readonly jobId: string | null;
  readonly taskId: string | null;
  readonly createdAt: Date;
};

async function pendingOf(client: pg.PoolClient, limit: number): Promise<readonly PendingEntry[]> {
  const { rows } = await client.query<PendingRow>(
    `SELECT id::text, "leafHash", kind, bytes, dsse, "jobId", "taskId", "createdAt" FROM log_pending ORDER BY log_pending.id LIMIT $1`,
    [limit],
  );
  return rows.map((row) => ({
    id: BigInt(row.id),
    kind: row.kind as EntryType,
    bytes: row.bytes,
    leafHash: row.leafHash,
    dsse: DsseEnvelope.parse(row.dsse),
    jobId: row.jobId as JobId | null,
    taskId: row.taskId as TaskId | null,
    createdAt: row.createdAt,
  }));
}

async function knownOf(
  client: pg.PoolClient,
  leafHashes: readonly Uint8Array[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query<{ leafHash: Buffer; index: string }>({
    name: "log-known",
    text: `SELECT "leafHash", index::text FROM log_entries WHERE "leafHash" = ANY($1::bytea[])`,
    values: [leafHashes.map(bufferOf)],
  });
  return new Map(rows.map(({ leafHash, index }) => [leafHash.toString("hex"), Number(index)]));
}
