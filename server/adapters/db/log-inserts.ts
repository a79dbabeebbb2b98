import type pg from "pg";
import { PENDING_ENTRIES } from "@/server/adapters/db/channels";
import type { Tile } from "@/server/adapters/tree/tree";
import { BeaconError } from "@/server/domain/errors";
import type { FiledEntry } from "@/server/domain/log/filing";
import { HASH_BYTES } from "@/server/domain/log/merkle";

export type PendingEntry = FiledEntry & { readonly id: bigint };

/** Bytes of a third party: they are a leaf, and nothing is said about them. */
export type RawLeaf = { readonly bytes: Uint8Array; readonly leafHash: Uint8Array };

/** What a batch adds to the tree, besides its leaves: the tiles that are new or have grown, and the root. */
export type Growth = {
  readonly tiles: readonly Tile[];
  readonly root: Uint8Array;
  readonly at: Date;
};

/** Moves the log's state by compare-and-set, although the lock is held, and stores the tiles. */
export async function storeTree(
  client: pg.PoolClient,
  size: number,
  added: number,
  { root, tiles }: Growth,
): Promise<void> {
  const moved = await client.query(
    `UPDATE log_state SET size = $2, root = $3 WHERE id = 1 AND size = $1 AND "haltedReason" IS NULL`,
    [size, size + added, bufferOf(root)],
  );
  if (moved.rowCount !== 1)
    throw new BeaconError("LOG_WRITER_BUSY", `the log no longer has ${size} entries`);
  await client.query({
    name: "log-tiles",
    text: `INSERT INTO log_tiles (level, index, hashes)
      SELECT t.level, t.index, substring($3::bytea from t.start for t.length)
      FROM unnest($1::int[], $2::bigint[], $4::int[], $5::int[]) AS t(level, index, start, length)
      ON CONFLICT (level, index) DO UPDATE SET hashes = excluded.hashes`,
    values: [
      tiles.map(({ level }) => level),
      tiles.map(({ index }) => index),
      ...joined(tiles.map(({ hashes }) => hashes)),
    ],
  });
}

/** Gives entries that waited the indices from `size` on. */
export async function movePending(
  client: pg.PoolClient,
  size: number,
  entries: readonly PendingEntry[],
  at: Date,
): Promise<void> {
  const ids = entries.map(({ id }) => String(id));
  const moved = await client.query(
    `INSERT INTO log_entries (index, "leafHash", kind, bytes, dsse, "jobId", "taskId", "createdAt", "sequencedAt")
     SELECT $1::bigint + place.ordinal - 1, p."leafHash", p.kind, p.bytes, p.dsse, p."jobId", p."taskId", p."createdAt", $3
     FROM unnest($2::bigint[]) WITH ORDINALITY AS place(id, ordinal) JOIN log_pending p ON p.id = place.id`,
    [size, ids, at],
  );
  if (moved.rowCount !== entries.length)
    throw new Error("pending entries vanished while they were sequenced");
  await client.query("DELETE FROM log_pending WHERE id = ANY($1::bigint[])", [ids]);
}

/**
 * Gives leaves that never waited the indices from `size` on, and rings for the log's writer.
 *
 * One statement over one run of bytes, cut by the server: arrays of byte strings would be written
 * out in hexadecimal by the driver and read again by the server.
 */
export async function insertLeaves(
  client: pg.PoolClient,
  size: number,
  leaves: readonly RawLeaf[],
  at: Date,
): Promise<void> {
  const [bytes, starts, lengths] = joined(leaves.map((leaf) => leaf.bytes));
  await client.query({
    name: "log-append",
    text: `INSERT INTO log_entries (index, "leafHash", kind, bytes, "createdAt", "sequencedAt")
      SELECT $1::bigint + e.ordinal - 1, substring($2::bytea from (e.ordinal::int - 1) * ${HASH_BYTES} + 1 for ${HASH_BYTES}),
        'raw', substring($3::bytea from e.start for e.length), $6::timestamptz, $6::timestamptz
      FROM unnest($4::int[], $5::int[]) WITH ORDINALITY AS e(start, length, ordinal)`,
    values: [
      size,
      Buffer.concat(leaves.map(({ leafHash }) => leafHash)),
      bytes,
      starts,
      lengths,
      at,
    ],
  });
  await client.query("SELECT pg_notify($1, '')", [PENDING_ENTRIES]);
}

/** Byte strings as one, with where each starts (from 1, as SQL counts) and how long it is. */
function joined(
  parts: readonly Uint8Array[],
): [bytes: Buffer, starts: readonly number[], lengths: readonly number[]] {
  let next = 1;
  const starts = parts.map(({ length }) => {
    const start = next;
    next += length;
    return start;
  });
  return [Buffer.concat(parts), starts, parts.map(({ length }) => length)];
}

/** The same bytes as a Buffer, which is what the driver sends as they are. */
export const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
