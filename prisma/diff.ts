/**
 * Prints or writes migration SQL with Prisma's own engine (prisma/schema-engine.ts), which wants to
 * see a server: a throw-away one is started.
 *
 *   npx tsx prisma/diff.ts OLD NEW     prints the SQL from schema OLD to schema NEW ("empty": none)
 *   npx tsx prisma/diff.ts init        writes the first migration anew, keeping what stands by hand
 *                                      below its mark
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NO_FILTERS, openSchemaEngine, SCHEMA_FILE } from "@/prisma/schema-engine";
import { startEmbeddedPostgres } from "@/server/adapters/db/embedded-postgres";

const FIRST = fileURLToPath(
  new URL("./migrations/20261122000000_init/migration.sql", import.meta.url),
);
const MARK =
  "-- By hand: what the schema language cannot say. `npx tsx prisma/diff.ts init` keeps all below.";

function side(file: string) {
  if (file === "empty") return { tag: "empty" as const };
  const content = readFileSync(file, "utf8");
  return { tag: "schemaDatamodel" as const, files: [{ path: "schema.prisma", content }] };
}

async function sqlBetween(from: string, to: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "beacon-diff-"));
  const server = await startEmbeddedPostgres({ folder, isDurable: false, log: () => {} });
  try {
    const { engine, close } = await openSchemaEngine(server.url);
    const { stdout } = await engine.diff({
      from: side(from),
      to: side(to),
      script: true,
      exitCode: null,
      filters: NO_FILTERS,
    });
    await close();
    return stdout ?? "";
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const [from, to] = process.argv.slice(2);
if (from === "init") {
  const before = existsSync(FIRST) ? readFileSync(FIRST, "utf8") : "";
  const at = before.indexOf(MARK);
  const byHand = at === -1 ? `${MARK}\n` : before.slice(at);
  const sql = await sqlBetween("empty", SCHEMA_FILE);
  writeFileSync(FIRST, `${sql.trimEnd()}\n\n${byHand}`);
  process.stdout.write(`wrote ${FIRST}\n`);
} else if (from !== undefined && to !== undefined) {
  process.stdout.write(await sqlBetween(from, to));
} else {
  process.stderr.write("usage: npx tsx prisma/diff.ts OLD NEW | init\n");
  process.exitCode = 2;
}
