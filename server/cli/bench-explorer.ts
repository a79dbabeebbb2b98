import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { applyMigrations } from "@/prisma/migrate";
import type { ExploreQuery } from "@/schemas/explore";
import { type Quantiles, quantilesOf } from "@/server/cli/quantiles";
import { type Context, contextFor } from "@/server/context";
import { openDatabase } from "@/server/database";
import { EVERYTHING, filterOf, parseExploreQuery } from "@/server/domain/explore/query";
import { readEnv } from "@/server/env";
import {
  countResponses,
  exploreFacets,
  exploreResponses,
} from "@/server/services/explore-responses";

/** Milliseconds. */
type Milliseconds = Quantiles;

export type ExplorerFigures = {
  readonly rows: number;
  readonly cores: number;
  /** A page of 50, by what it is filtered by. */
  readonly search_ms: Readonly<Record<string, Milliseconds>>;
  /** How many match, by the same filters. */
  readonly count_ms: Readonly<Record<string, Milliseconds>>;
  readonly facets_ms: Milliseconds;
};

/** What is looked for. One row in a thousand has the rare word, none the missing one. */
const QUERIES: Readonly<Record<string, string>> = {
  everything: "",
  "country and state": "country=KE&state=refused",
  "common text": "q=inquiry",
  "rare text": "q=needle",
  "missing text": "q=nowhere+at+all",
  "rare text in one country": "q=needle&country=KE",
};
/** Each is asked so often, after once that does not count. */
const TIMES = 50;

/** Fills the tables as closed jobs would leave them: a hundred jobs, five countries, four services, answers of some 900 characters. */
const FILL = `
  INSERT INTO "Job" (id, "ownerId", "submissionKey", title, spec, "specCid", "specDigest", simulated, "orderSeed", "taskCount", "createdAt", "deadlineAt", "intentLeafHash")
  SELECT 'job-' || translate(lpad(n::text, 26, 'a'), '0189', 'abcd'), 'bench', n::text, 'Benchmark ' || n,
    '{"prompts": [{"id": "p", "language": "en", "text": "Who closed the Vell dam?"}], "services": [{"id": "s0", "model": "m"}]}',
    'cid', 'digest', true, '', 0, now(), now(), decode(md5(n::text), 'hex') FROM generate_series(1, 100) n;
  CREATE TEMP TABLE made AS SELECT n, 'tsk-' || translate(lpad(n::text, 26, 'a'), '0189', 'abcd') AS task,
    'job-' || translate(lpad((n % 100 + 1)::text, 26, 'a'), '0189', 'abcd') AS job FROM generate_series(1, ROWS) n;
  INSERT INTO "Task" (id, "jobId", position, "promptId", language, "serviceId", country, repeat, seed, status)
  SELECT task, job, n, 'p', 'en', 's' || n % 4, (ARRAY['DE', 'KE', 'US', 'BR', 'SG'])[n % 5 + 1], n, 1, 'SUCCEEDED' FROM made;
  INSERT INTO "Outcome" ("taskId", "jobId", kind, "leafHash", state, text, cid, "sizeBytes", "latencyMs", attempts, "finishedAt")
  SELECT task, job, 'RESULT', sha256(n::text::bytea), CASE WHEN n % 7 = 0 THEN 'refused' ELSE 'answered' END,
    'Answer ' || n || CASE WHEN n % 1000 = 0 THEN ' with a needle. ' ELSE '. ' END || repeat('The inquiry found that it was closed. ', 23),
    'cid', 900, 250, '[]', timestamptz '2026-11-22' + n * interval '1 second' FROM made;
  ANALYZE;`;

async function timed(work: () => Promise<unknown>): Promise<Milliseconds> {
  await work();
  const took: number[] = [];
  for (let i = 0; i < TIMES; i++) {
    const from = performance.now();
    await work();
    took.push(performance.now() - from);
  }
  return quantilesOf(took);
}

const each = async (work: (query: ExploreQuery) => Promise<unknown>) => {
  const figures: Record<string, Milliseconds> = {};
  for (const [name, asked] of Object.entries(QUERIES)) {
    const { query } = parseExploreQuery(new URLSearchParams(asked));
    figures[name] = await timed(() => work(query));
  }
  return figures;
};

async function measure(context: Pick<Context, "explorer">, rows: number): Promise<ExplorerFigures> {
  const { matches } = await countResponses(context, filterOf(EVERYTHING));
  if (matches === 0) throw new Error("the benchmark has nothing to search");
  return {
    rows,
    cores: cpus().length,
    search_ms: await each((query) => exploreResponses(context, query)),
    count_ms: await each((query) => countResponses(context, filterOf(query))),
    facets_ms: await timed(() => exploreFacets(context)),
  };
}

/** Searches `rows` answers in a database of its own, which is thrown away afterwards. */
export async function benchExplorer(rows: number): Promise<ExplorerFigures> {
  const home = mkdtempSync(join(tmpdir(), "beacon-bench-"));
  const env = { ...readEnv(), BEACON_HOME: home, LOG_LEVEL: "warn" as const };
  const database = await openDatabase({ ...env, DATABASE_URL: undefined }, () => {});
  try {
    await applyMigrations(database.url);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(FILL.replace("ROWS", String(rows)));
    await client.end();
    const context = contextFor({ ...env, DATABASE_URL: database.url });
    try {
      return await measure(context, rows);
    } finally {
      await context.close();
    }
  } finally {
    await database.close();
    rmSync(home, { recursive: true, force: true });
  }
}
