import { randomUUID } from "node:crypto";
import { cpus } from "node:os";
import pg from "pg";
import { JobSpec, type ServiceRef } from "@/schemas/job-spec";
import { publishedAt, until, withInstallation } from "@/server/cli/bench-installation";
import { quantile } from "@/server/cli/quantiles";
import { contextFor } from "@/server/context";
import type { Env } from "@/server/env";
import { submitJob } from "@/server/services/submit-job";

export type DispatchFigures = {
  readonly tasks: number;
  readonly countries: number;
  readonly providers_of_the_network: number;
  /** Of those, how many have a scripted fault. */
  readonly faulty_providers: number;
  readonly service_latency_ms: number;
  readonly cores: number;
  readonly results: number;
  readonly failures: number;
  readonly withdrawn: number;
  /** Announced, and closed nowhere in the log. */
  readonly lost: number;
  /** Closings in the log beyond one a task. */
  readonly doubled: number;
  readonly sessions: number;
  readonly lost_sessions: number;
  readonly asking_s: number;
  readonly tasks_per_s: number;
  /**
   * From a question's first byte to its answer's last, less the service's own latency, in ms. With 160
   * questions under way, services that take less than a second keep two cores busy all the time, and
   * waiting for a core is in the figure; at two seconds, as language models take, it is not.
   */
  readonly overhead_ms: { readonly p50: number; readonly p90: number; readonly p99: number };
  /**
   * How far a country's mean place in time is from the middle, at most: 0 when every country was asked
   * all along, 0.5 when one was asked only at the end. Countries with a scripted fault aside.
   */
  readonly imbalance: number;
  /** The same for services within a country, all countries taken. */
  readonly service_imbalance: number;
};

const COUNTRIES = ["DE", "US", "KE", "BR", "SG", "GB", "IN", "JP", "PL", "ZA"];
const PROVIDERS = 20;
/**
 * Where one of the two providers has a fault: 2 of 20 are 10 %. In these countries it is the cheaper one, so
 * that it is rented before the other.
 */
const FAULTY = ["IN", "US"];
const MODEL = "control-open";

/** Of each question. Without any, the comparison of many questions would not fit one block. */
const REPEATS = 5;

function specOf(want: DispatchOrder, services: readonly ServiceRef[]): JobSpec {
  const blocks = Math.ceil(want.tasks / COUNTRIES.length / services.length);
  const repeats = Math.min(REPEATS, blocks);
  return JobSpec.parse({
    version: "1.0",
    title: "Dispatch benchmark",
    system_prompt: null,
    prompts: Array.from({ length: Math.ceil(blocks / repeats) }, (_, i) => ({
      id: `p${i}`,
      language: "en",
      text: `Question ${i}: who decided to close the Vell dam, and what did the inquiry find?`,
    })),
    services,
    countries: COUNTRIES,
    repeats,
    sampling: { temperature: 0.7, top_p: 1, max_output_tokens: 512, seed_base: 1 },
    budget: { glm: "20", usd: "50" },
    deadline_s: 1_800,
    contrasts: [],
    controls: [],
    simulation: {
      providers: [
        { fault: "vanishes", moment: "mid-run", countries: ["IN"], share: 0.5 },
        { fault: "truncates", moment: "mid-run", countries: ["US"], share: 0.5 },
      ],
      yagna: [],
    },
  });
}

export type DispatchOrder = { readonly tasks: number; readonly latencyMs: number };

/** Runs one job through both doors in ten countries, with 10 % faulty providers, in a fresh installation. */
export const benchDispatch = (want: DispatchOrder): Promise<DispatchFigures> =>
  withInstallation({ BEACON_CONTROL_LATENCY_MS: String(want.latencyMs) }, (env) =>
    measure(env, want),
  );

async function measure(env: Env, want: DispatchOrder): Promise<DispatchFigures> {
  const context = contextFor(env);
  const client = new pg.Client({ connectionString: env.DATABASE_URL });
  await client.connect();
  try {
    await until(async () => (await context.log.published()) !== null);
    await until(async () => (await context.services.byId("simulated-openai")) !== null);
    const vendor = await context.services.byId("simulated-openai");
    if (vendor === null) throw new Error("there is a simulated service");
    const { dialect, base_url } = vendor;
    const spec = specOf(want, [
      { id: "by-model-door", door: "model", model: MODEL },
      {
        id: "by-exit-door",
        door: "exit",
        model: MODEL,
        api: { connection: vendor.id, dialect, base_url },
      },
    ]);
    const submission = { spec, submissionKey: randomUUID() };
    const { jobId } = await submitJob(context, "bench", submission);
    await until(async () => (await publishedAt(client, jobId)) !== null);
    return await figuresOf(client, jobId, want);
  } finally {
    await client.end();
    await context.close();
  }
}

type Asked = {
  readonly country: string;
  readonly serviceId: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly latencyMs: number;
};

async function figuresOf(
  client: pg.Client,
  jobId: string,
  want: DispatchOrder,
): Promise<DispatchFigures> {
  const one = async <T extends pg.QueryResultRow>(text: string): Promise<T> => {
    const [row] = (await client.query<T>(text, [jobId])).rows;
    if (row === undefined) throw new Error("a count has a row");
    return row;
  };
  const closed = await one<{ results: number; failures: number; withdrawn: number }>(
    `SELECT count(*) FILTER (WHERE kind = 'RESULT')::int AS results, count(*) FILTER (WHERE kind = 'FAILURE')::int AS failures,
       count(*) FILTER (WHERE kind = 'WITHDRAWAL')::int AS withdrawn FROM "Outcome" WHERE "jobId" = $1`,
  );
  const { tasks } = await one<{ tasks: number }>(
    `SELECT count(*)::int AS tasks FROM "Task" WHERE "jobId" = $1`,
  );
  const logged = await one<{ closings: number; closed: number }>(
    `SELECT count(*)::int AS closings, count(DISTINCT "taskId")::int AS closed
     FROM log_entries WHERE "jobId" = $1 AND "taskId" IS NOT NULL`,
  );
  const sessions = await one<{ all: number; lost: number }>(
    `SELECT count(*)::int AS all, count(*) FILTER (WHERE status = 'LOST')::int AS lost
     FROM "VantageSession" WHERE "jobId" = $1`,
  );
  const { rows } = await client.query<Asked>(
    `SELECT t.country, t."serviceId", o."startedAt", o."finishedAt", o."latencyMs"
     FROM "Outcome" o JOIN "Task" t ON t.id = o."taskId" WHERE o."jobId" = $1 AND o.kind = 'RESULT' ORDER BY o."startedAt"`,
    [jobId],
  );
  const overhead = rows.map(({ latencyMs }) => latencyMs - want.latencyMs).sort((a, b) => a - b);
  const first = rows[0]?.startedAt.getTime() ?? 0;
  const askingS = (Math.max(...rows.map(({ finishedAt }) => finishedAt.getTime())) - first) / 1_000;
  const healthy = rows.filter(({ country }) => !FAULTY.includes(country));
  return {
    tasks,
    countries: COUNTRIES.length,
    providers_of_the_network: PROVIDERS,
    faulty_providers: FAULTY.length,
    service_latency_ms: want.latencyMs,
    cores: cpus().length,
    ...closed,
    lost: tasks - logged.closed,
    doubled: logged.closings - logged.closed,
    sessions: sessions.all,
    lost_sessions: sessions.lost,
    asking_s: askingS,
    tasks_per_s: Math.round(rows.length / askingS),
    overhead_ms: {
      p50: quantile(overhead, 0.5),
      p90: quantile(overhead, 0.9),
      p99: quantile(overhead, 0.99),
    },
    imbalance: imbalanceOf(healthy, ({ country }) => country),
    service_imbalance: imbalanceOf(healthy, ({ serviceId }) => serviceId),
  };
}

/** The largest distance of a group's mean rank in time from the middle, as a part of all. */
function imbalanceOf(rows: readonly Asked[], groupOf: (row: Asked) => string): number {
  const ranks = new Map<string, number[]>();
  for (const [rank, row] of rows.entries()) {
    const group = ranks.get(groupOf(row)) ?? [];
    group.push((rank + 0.5) / rows.length);
    ranks.set(groupOf(row), group);
  }
  const distances = [...ranks.values()].map((group) =>
    Math.abs(group.reduce((sum, rank) => sum + rank, 0) / group.length - 0.5),
  );
  return Number(Math.max(...distances).toFixed(4));
}
