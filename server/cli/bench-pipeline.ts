import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { applyMigrations } from "@/prisma/migrate";
import { freePort } from "@/server/cli/ports";
import { prepareInstallation } from "@/server/cli/prepare-installation";
import { createSupervisor } from "@/server/cli/supervisor";
import { contextFor } from "@/server/context";
import { openDatabase } from "@/server/database";
import { readEnv } from "@/server/env";
import { submitJob } from "@/server/services/submit-job";

/** Seconds with three decimals. */
type Seconds = number;

export type PipelineFigures = {
  readonly tasks: number;
  readonly countries: number;
  readonly model_latency_ms: number;
  readonly cores: number;
  /** From submitting the spec to the checkpoint that includes the last receipt. Settlement is not in it. */
  readonly total_s: Seconds;
  /** The steps, one after the other; they add up to `total_s`. */
  readonly steps_s: {
    /** Parse, plan, store job, tasks and intent. */
    readonly submit: Seconds;
    /** Until a published checkpoint includes the intent. */
    readonly announce: Seconds;
    /** Until the first question is asked: messages, and providers rented with golem-js. */
    readonly rent: Seconds;
    /** Until the last answer is in. */
    readonly ask: Seconds;
    /** Until the last receipt is published. */
    readonly publish: Seconds;
  };
  /** Each step's part of `total_s`. */
  readonly shares: Readonly<Record<string, number>>;
  readonly tasks_per_s_while_asking: number;
  readonly checkpoints: number;
  readonly succeeded: number;
};

const COUNTRIES = ["DE", "US", "KE"];
const POLL_MS = 50;
const GIVE_UP_MS = 180_000;
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const specOf = (prompts: number) => ({
  version: "1.0",
  title: "Pipeline benchmark",
  system_prompt: null,
  prompts: Array.from({ length: prompts }, (_, i) => ({
    id: `p${i}`,
    language: "en",
    text: `Question ${i}: who decided to close the Vell dam, and what did the inquiry find?`,
  })),
  services: [{ id: "control-open", door: "model", model: "control-open" }],
  countries: COUNTRIES,
  repeats: 1,
  sampling: { temperature: 0.7, top_p: 1, max_output_tokens: 512, seed_base: 1 },
  budget: { glm: "5", usd: "0" },
  deadline_s: 600,
  contrasts: [],
  controls: [],
});

/** Runs one job of `prompts` x 3 countries in a fresh installation and times its steps. */
export async function benchPipeline(want: {
  readonly prompts: number;
  readonly latencyMs: number;
}): Promise<PipelineFigures> {
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
      BEACON_CONTROL_LATENCY_MS: String(want.latencyMs),
    };
    const start = (name: string, entry: string) =>
      supervisor.start({ name, entry, environment, readyTimeoutMs: 60_000, stopTimeoutMs: 5_000 });
    await start("loopback", "workers/loopback.ts");
    await Promise.all([start("workers", "workers/main.ts"), start("golem", "workers/golem.ts")]);
    return await measure({ ...env, DATABASE_URL: database.url }, want);
  } finally {
    await supervisor.stop(["workers", "golem"]);
    await supervisor.stop(["loopback"]);
    await database.close();
    rmSync(home, { recursive: true, force: true });
  }
}

async function measure(
  env: ReturnType<typeof readEnv>,
  want: { readonly prompts: number; readonly latencyMs: number },
): Promise<PipelineFigures> {
  const context = contextFor(env);
  const client = new pg.Client({ connectionString: env.DATABASE_URL });
  await client.connect();
  try {
    await until(async () => (await context.log.published()) !== null);
    const submittedAt = Date.now();
    const spec = specOf(want.prompts);
    const { jobId } = await submitJob(context, "bench", { spec, submissionKey: randomUUID() });
    const storedAt = Date.now();
    await until(async () => (await publishedAt(client, jobId)) !== null);
    const { rows } = await client.query<{ asked: Date; answered: Date; succeeded: number }>(
      `SELECT min("startedAt") AS asked, max("finishedAt") AS answered, count(*) FILTER (WHERE kind = 'RESULT')::int AS succeeded
       FROM "Outcome" WHERE "jobId" = $1`,
      [jobId],
    );
    const [row] = rows;
    const announcedAt = await announced(client, jobId);
    const doneAt = await publishedAt(client, jobId);
    if (row === undefined || announcedAt === null || doneAt === null)
      throw new Error("a published job has no times");
    const marks = [
      submittedAt,
      storedAt,
      announcedAt,
      row.asked.getTime(),
      row.answered.getTime(),
      doneAt,
    ];
    const [submit = 0, announce = 0, rent = 0, ask = 0, publish = 0] = marks
      .slice(1)
      .map((mark, i) => (mark - (marks[i] ?? 0)) / 1_000);
    const total = (doneAt - submittedAt) / 1_000;
    const steps = { submit, announce, rent, ask, publish };
    const { rows: published } = await client.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM log_checkpoints",
    );
    return {
      tasks: want.prompts * COUNTRIES.length,
      countries: COUNTRIES.length,
      model_latency_ms: want.latencyMs,
      cores: cpus().length,
      total_s: total,
      steps_s: steps,
      shares: Object.fromEntries(
        Object.entries(steps).map(([name, s]) => [name, Number((s / total).toFixed(3))]),
      ),
      tasks_per_s_while_asking: Math.round((want.prompts * COUNTRIES.length) / ask),
      checkpoints: published[0]?.n ?? 0,
      succeeded: row.succeeded,
    };
  } finally {
    await client.end();
    await context.close();
  }
}

/** When the checkpoint was published that includes the job's intent. */
async function announced(client: pg.Client, jobId: string): Promise<number | null> {
  const { rows } = await client.query<{ at: Date | null }>(
    `SELECT min(c."publishedAt") AS at FROM log_checkpoints c
     WHERE c.size > (SELECT index FROM log_entries WHERE "jobId" = $1 AND kind = 'beacon.intent/v1')`,
    [jobId],
  );
  return rows[0]?.at?.getTime() ?? null;
}

/** When the checkpoint was published that includes the last of the job's closings; null while one is open. */
async function publishedAt(client: pg.Client, jobId: string): Promise<number | null> {
  const { rows } = await client.query<{ at: Date | null }>(
    `SELECT min(c."publishedAt") AS at FROM log_checkpoints c WHERE c.size > (
       SELECT CASE WHEN count(*) = (SELECT "taskCount" FROM "Job" WHERE id = $1) THEN max(index) END
       FROM log_entries WHERE "jobId" = $1 AND "taskId" IS NOT NULL)`,
    [jobId],
  );
  return rows[0]?.at?.getTime() ?? null;
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + GIVE_UP_MS; !(await isDone()); await sleep(POLL_MS))
    if (Date.now() > end) throw new Error("the benchmark did not finish in time");
}
