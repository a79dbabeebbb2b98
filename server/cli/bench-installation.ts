import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type pg from "pg";
import { applyMigrations } from "@/prisma/migrate";
import { freePort } from "@/server/cli/ports";
import { prepareInstallation } from "@/server/cli/prepare-installation";
import { createSupervisor } from "@/server/cli/supervisor";
import { openDatabase } from "@/server/database";
import { type Env, readEnv } from "@/server/env";

const POLL_MS = 50;
const GIVE_UP_MS = 240_000;
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Runs `measure` on a fresh installation without a portal, which is thrown away afterwards. */
export async function withInstallation<T>(
  settings: Readonly<Record<string, string>>,
  measure: (env: Env) => Promise<T>,
): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), "beacon-bench-"));
  const env = { ...readEnv(), BEACON_HOME: home, LOG_LEVEL: "warn" as const };
  const database = await openDatabase({ ...env, DATABASE_URL: undefined }, () => {});
  const supervisor = createSupervisor({
    root: ROOT,
    logFolder: join(home, "logs"),
    note: (line) => process.stderr.write(`${line}\n`),
  });
  try {
    await applyMigrations(database.url);
    await prepareInstallation(database.url);
    const environment = {
      NODE_ENV: "production",
      BEACON_HOME: home,
      DATABASE_URL: database.url,
      LOG_LEVEL: "warn",
      BEACON_LOOPBACK_PORT: String(await freePort()),
      BEACON_VENDOR_PORT: String(await freePort()),
      ...settings,
    };
    const start = (name: string, entry: string) =>
      supervisor.start({ name, entry, environment, readyTimeoutMs: 60_000, stopTimeoutMs: 5_000 });
    await start("loopback", "workers/loopback.ts");
    await Promise.all([start("workers", "workers/main.ts"), start("golem", "workers/golem.ts")]);
    return await measure({ ...env, DATABASE_URL: database.url });
  } finally {
    await supervisor.stop(["workers", "golem"]);
    await supervisor.stop(["loopback"]);
    await database.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** When the checkpoint was published that includes the job's intent. */
export async function announcedAt(client: pg.Client, jobId: string): Promise<number | null> {
  const { rows } = await client.query<{ at: Date | null }>(
    `SELECT min(c."publishedAt") AS at FROM log_checkpoints c
     WHERE c.size > (SELECT index FROM log_entries WHERE "jobId" = $1 AND kind = 'beacon.intent/v1')`,
    [jobId],
  );
  return rows[0]?.at?.getTime() ?? null;
}

/** When the checkpoint was published that includes the last of the job's closings; null while one is open. */
export async function publishedAt(client: pg.Client, jobId: string): Promise<number | null> {
  const { rows } = await client.query<{ at: Date | null }>(
    `SELECT min(c."publishedAt") AS at FROM log_checkpoints c WHERE c.size > (
       SELECT CASE WHEN count(*) = (SELECT "taskCount" FROM "Job" WHERE id = $1) THEN max(index) END
       FROM log_entries WHERE "jobId" = $1 AND "taskId" IS NOT NULL)`,
    [jobId],
  );
  return rows[0]?.at?.getTime() ?? null;
}

/** Looks again and again until `isDone`. @throws Error when it takes too long for any benchmark */
export async function until(isDone: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + GIVE_UP_MS; !(await isDone()); await sleep(POLL_MS))
    if (Date.now() > end) throw new Error("the benchmark did not finish in time");
}
