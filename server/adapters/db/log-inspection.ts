import pg from "pg";
import { BeaconError } from "@/server/domain/errors";

/** Rows as they are stored, with nothing believed: their columns may contradict each other. */
export type StoredEntry = {
  readonly index: bigint;
  readonly leafHash: Uint8Array;
  readonly kind: string;
  readonly bytes: Uint8Array;
  readonly dsse: unknown;
  readonly jobId: string | null;
  readonly taskId: string | null;
};
export type StoredPending = Omit<StoredEntry, "index"> & { readonly id: bigint };
export type StoredTile = { readonly index: bigint; readonly hashes: Uint8Array };
export type StoredCheckpoint = {
  readonly size: bigint;
  readonly root: Uint8Array;
  readonly note: string;
};
export type StoredState = {
  readonly size: bigint;
  readonly root: Uint8Array;
  readonly publishedSize: bigint;
  readonly haltedReason: string | null;
};
/** A row of another table that names a leaf which is not, or not as it says, in the log. */
export type LooseRow = { readonly table: string; readonly id: string };

/** The log's tables at one moment, in order, a page of rows at a time: as much memory for a long log as for a short one. */
export type LogInspection = {
  state(): Promise<StoredState | null>;
  entries(): AsyncGenerator<StoredEntry>;
  /** The tiles of one level. */
  tiles(level: number): AsyncGenerator<StoredTile>;
  /** Levels that have tiles. */
  levels(): Promise<readonly number[]>;
  checkpoints(): AsyncGenerator<StoredCheckpoint>;
  pending(): AsyncGenerator<StoredPending>;
  /** Jobs, outcomes and comparisons without their leaf, and leaves of tasks without their outcome; at most 100 of each. */
  looseRows(): Promise<readonly LooseRow[]>;
  /** PostgreSQL's own version. */
  serverVersion(): Promise<string>;
  close(): Promise<void>;
};

const PAGE_ROWS = 1_024;
const TILE_PAGE_ROWS = 64;

/**
 * Looks at the log of the database at `databaseUrl` in one read-only snapshot: it may be written
 * meanwhile.
 *
 * @throws BeaconError DATABASE_UNAVAILABLE
 */
export async function inspectLog(databaseUrl: string): Promise<LogInspection> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on("error", () => {}); // the query under way says so
  try {
    await client.connect();
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  } catch (cause) {
    throw new BeaconError("DATABASE_UNAVAILABLE", "the database cannot be read", { cause });
  }
  return {
    async state() {
      const { rows } = await client.query<Stored<StoredState, "size" | "publishedSize">>(
        `SELECT size::text, root, "publishedSize"::text, "haltedReason" FROM log_state`,
      );
      const [row] = rows;
      return row === undefined
        ? null
        : { ...row, size: BigInt(row.size), publishedSize: BigInt(row.publishedSize) };
    },
    entries: () =>
      paged<Stored<StoredEntry, "index">, StoredEntry>(
        client,
        `SELECT index::text, "leafHash", kind, bytes, dsse, "jobId", "taskId" FROM log_entries e
         WHERE e.index > $1 ORDER BY e.index LIMIT ${PAGE_ROWS}`,
        (row) => ({ ...row, index: BigInt(row.index) }),
        ({ index }) => index,
      ),
    tiles: (level) =>
      paged<Stored<StoredTile, "index">, StoredTile>(
        client,
        `SELECT index::text, hashes FROM log_tiles t
         WHERE t.index > $1 AND t.level = ${Math.trunc(level)} ORDER BY t.index LIMIT ${TILE_PAGE_ROWS}`,
        (row) => ({ ...row, index: BigInt(row.index) }),
        ({ index }) => index,
      ),
    async levels() {
      const { rows } = await client.query<{ level: number }>(
        "SELECT DISTINCT level FROM log_tiles ORDER BY level",
      );
      return rows.map(({ level }) => level);
    },
    checkpoints: () =>
      paged<Stored<StoredCheckpoint, "size">, StoredCheckpoint>(
        client,
        `SELECT size::text, root, note FROM log_checkpoints c
         WHERE c.size > $1 ORDER BY c.size LIMIT ${PAGE_ROWS}`,
        (row) => ({ ...row, size: BigInt(row.size) }),
        ({ size }) => size,
      ),
    pending: () =>
      paged<Stored<StoredPending, "id">, StoredPending>(
        client,
        `SELECT id::text, "leafHash", kind, bytes, dsse, "jobId", "taskId" FROM log_pending p
         WHERE p.id > $1 ORDER BY p.id LIMIT ${PAGE_ROWS}`,
        (row) => ({ ...row, id: BigInt(row.id) }),
        ({ id }) => id,
      ),
    async looseRows() {
      const found: LooseRow[] = [];
      for (const [table, query] of LOOSE_ROWS) {
        const { rows } = await client.query<{ id: string }>(`${query} LIMIT 100`);
        found.push(...rows.map(({ id }) => ({ table, id })));
      }
      return found;
    },
    async serverVersion() {
      const { rows } = await client.query<{ server_version: string }>("SHOW server_version");
      return rows[0]?.server_version ?? "unknown";
    },
    close: () => client.end(),
  };
}

/** A row whose bigint columns come as text: as numbers they would not be exact. */
type Stored<Row, Big extends keyof Row> = {
  readonly [K in keyof Row]: K extends Big ? string : Row[K];
};

async function* paged<Stored extends pg.QueryResultRow, Row>(
  client: pg.Client,
  query: string,
  read: (row: Stored) => Row,
  keyOf: (row: Row) => bigint,
): AsyncGenerator<Row> {
  let after = -1n;
  for (;;) {
    const { rows } = await client.query<Stored>(query, [String(after)]);
    for (const stored of rows) {
      const row = read(stored);
      yield row;
      after = keyOf(row);
    }
    if (rows.length === 0) return;
  }
}

/** Rows that name a leaf: it waits, or stands in the log and says the same of itself. */
const without = (table: string, id: string, leafHash: string, isSame: string): string =>
  `SELECT r.${id} AS id FROM ${table} r LEFT JOIN log_entries e ON e."leafHash" = r.${leafHash}
   WHERE CASE WHEN e.index IS NULL
     THEN NOT EXISTS (SELECT FROM log_pending p WHERE p."leafHash" = r.${leafHash})
     ELSE NOT (${isSame}) END`;

const LOOSE_ROWS: readonly (readonly [table: string, query: string])[] = [
  [
    "job",
    without(`"Job"`, "id", `"intentLeafHash"`, `e."jobId" = r.id AND e.kind = 'beacon.intent/v1'`),
  ],
  [
    "outcome",
    without(
      `"Outcome"`,
      `"taskId"`,
      `"leafHash"`,
      `e."taskId" = r."taskId" AND e."jobId" = r."jobId" AND e.kind = 'beacon.' || lower(r.kind::text) || '/v1'`,
    ),
  ],
  [
    "comparison",
    without(
      `"Comparison"`,
      "id",
      `"leafHash"`,
      `e."jobId" = r."jobId" AND e.kind = 'beacon.comparison/v1'`,
    ),
  ],
  [
    "attestation",
    without(
      "attestations",
      "id",
      `"leafHash"`,
      `e."jobId" = r."jobId" AND e.kind = 'beacon.attestation/v1'`,
    ),
  ],
  ["attester key", without("attester_keys", `"keyId"`, `"leafHash"`, `e.kind = 'beacon.key/v1'`)],
  [
    "entry",
    `SELECT e.index::text AS id FROM log_entries e
     WHERE e."taskId" IS NOT NULL AND NOT EXISTS (SELECT FROM "Outcome" o WHERE o."leafHash" = e."leafHash")`,
  ],
];
