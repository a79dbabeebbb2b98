import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { NO_FILTERS, openSchemaEngine } from "@/prisma/schema-engine";
import { BeaconError, isBeaconError } from "@/server/domain/errors";

const MIGRATIONS = fileURLToPath(new URL("./migrations", import.meta.url));
/** Any number that nothing else in this database locks: the bytes of "beac". */
const ADVISORY_LOCK = 0x62656163;

type Migration = { readonly name: string; readonly sql: string };

function migrationsOnDisk(): readonly Migration[] {
  return readdirSync(MIGRATIONS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({
      name,
      sql: readFileSync(join(MIGRATIONS, name, "migration.sql"), "utf8"),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The names of the migrations that this version brings, oldest first. */
export const migrationNames = (): readonly string[] => migrationsOnDisk().map(({ name }) => name);

/** Whether every migration is recorded as finished with the bytes that lie on disk. */
async function isUpToDate(client: Client, migrations: readonly Migration[]): Promise<boolean> {
  const table = await client.query("SELECT to_regclass('_prisma_migrations') AS name");
  if (table.rows[0]?.name === null) return false;
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    "SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL",
  );
  const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]));
  return migrations.every(
    ({ name, sql }) => applied.get(name) === createHash("sha256").update(sql).digest("hex"),
  );
}

async function applyMissing(
  databaseUrl: string,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  const { engine, close } = await openSchemaEngine(databaseUrl);
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: {
        baseDir: MIGRATIONS,
        lockfile: {
          path: "migration_lock.toml",
          content: readFileSync(join(MIGRATIONS, "migration_lock.toml"), "utf8"),
        },
        shadowDbInitScript: "",
        migrationDirectories: migrations.map(({ name, sql }) => ({
          path: name,
          migrationFile: { path: "migration.sql", content: { tag: "ok", value: sql } },
        })),
      },
      filters: NO_FILTERS,
    });
    return appliedMigrationNames;
  } finally {
    await close();
  }
}

/**
 * Applies the migrations of `prisma/migrations` that this database lacks, and answers their names.
 *
 * Safe to repeat and to run twice at a time. It keeps the table `_prisma_migrations` as
 * `prisma migrate deploy` does, so either may be used on the same database.
 *
 * @throws BeaconError DATABASE_UNAVAILABLE when it cannot be reached or a migration fails,
 *   DATABASE_SCHEMA_FOREIGN when it holds a migration of the same name with other bytes.
 */
export async function applyMigrations(databaseUrl: string): Promise<readonly string[]> {
  const migrations = migrationsOnDisk();
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    if (await isUpToDate(client, migrations)) return [];
    await client.query("SELECT pg_advisory_lock($1)", [ADVISORY_LOCK]);
    if (await isUpToDate(client, migrations)) return [];
    const applied = await applyMissing(databaseUrl, migrations);
    if (await isUpToDate(client, migrations)) return applied;
    throw new BeaconError(
      "DATABASE_SCHEMA_FOREIGN",
      "this database was laid out by another version of Beacon, whose migrations differ from this one's",
    );
  } catch (cause) {
    if (isBeaconError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BeaconError("DATABASE_UNAVAILABLE", `the database could not be migrated: ${reason}`, {
      cause,
    });
  } finally {
    await client.end();
  }
}
