import pg from "pg";
import type { ReadTile } from "@/server/adapters/tree/tree";
import { BeaconError } from "@/server/domain/errors";
import { HASH_BYTES } from "@/server/domain/log/merkle";
import { tileWidth } from "@/server/domain/log/tile";

/** What strangers read of the log by the thousand, when they audit it. */
export type LogReader = {
  /**
   * Reads tiles of the tree of `size` leaves, however far the log has grown since: a narrower tile is
   * the beginning of a wider one. What it returns throws TILE_INCONSISTENT for a tile that such a
   * tree has and the store has not.
   */
  tileReader(size: number): ReadTile;
  /** Only the bytes of the leaves from `from` to before `to`, in order. */
  leafBytes(from: number, to: number): Promise<readonly Uint8Array[]>;
  /**
   * The published size. Never looked up again for sizes that are known to be published: what was
   * published stays so.
   */
  publishedSize(atLeast: number): Promise<number>;
  close(): Promise<void>;
};

/** Each answers in a millisecond; a process has other connections besides. */
const CONNECTIONS = 2;

/**
 * Reads the log of the database at `databaseUrl`, by statements that PostgreSQL prepares once: an
 * audit through Prisma spends most of its time between the database and the bytes.
 */
export function createLogReader(databaseUrl: string): LogReader {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: CONNECTIONS,
    connectionTimeoutMillis: 10_000,
  });
  pool.on("error", () => {}); // a connection that is lost while idle is replaced at the next use
  let known = 0;

  /** One column, row by row. */
  const column = async <T>(name: string, text: string, values: readonly unknown[]) => {
    const query = { name, text, values: [...values], rowMode: "array" as const };
    const { rows } = await pool.query<[T]>(query).catch(unavailable);
    return rows.map(([value]) => value);
  };

  return {
    tileReader: (size) => async (level, index) => {
      const wanted = tileWidth(size, level, index) * HASH_BYTES;
      const [hashes] = await column<Buffer>(
        "log-tile",
        "SELECT hashes FROM log_tiles WHERE level = $1 AND index = $2::bigint",
        [level, String(index)],
      );
      if (hashes === undefined || hashes.length < wanted)
        throw new BeaconError(
          "TILE_INCONSISTENT",
          `tile ${level}/${index} of size ${size} is missing`,
        );
      return hashes.subarray(0, wanted);
    },

    leafBytes: (from, to) =>
      column<Buffer>(
        "log-leaves",
        "SELECT bytes FROM log_entries WHERE index >= $1::bigint AND index < $2::bigint ORDER BY index",
        [String(from), String(to)],
      ),

    async publishedSize(atLeast) {
      if (known >= atLeast && known > 0) return known;
      const [size] = await column<string>(
        "log-published-size",
        `SELECT "publishedSize"::text FROM log_state WHERE id = 1`,
        [],
      );
      known = Number(size);
      return known;
    },

    close: () => pool.end(),
  };
}

function unavailable(cause: unknown): never {
  throw new BeaconError("DATABASE_UNAVAILABLE", "the database does not answer", { cause });
}
