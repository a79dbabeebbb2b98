import { randomUUID } from "node:crypto";
import { cpus } from "node:os";
import pg from "pg";
import {
  announcedAt as announced,
  publishedAt,
  until,
  withInstallation,
} from "@/server/cli/bench-installation";
import { contextFor } from "@/server/context";
import type { Env } from "@/server/env";
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
export const benchPipeline = (want: {
  readonly prompts: number;
  readonly latencyMs: number;
}): Promise<PipelineFigures> =>
  withInstallation({ BEACON_CONTROL_LATENCY_MS: String(want.latencyMs) }, (env) =>
    measure(env, want),
  );

async function measure(
  env: Env,
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
