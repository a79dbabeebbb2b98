import { Prisma, type PrismaClient } from "@/generated/prisma/client";
import type { Place } from "@/schemas/country";
import type { ExploreFacets, ExploreFilter, ExploreQuery, FoundAnswer } from "@/schemas/explore";
import type { Cid, JobId, TaskId } from "@/schemas/primitives";
import type { Fault, ResponseState } from "@/schemas/task";
import { BeaconError } from "@/server/domain/errors";
import { instantOf } from "@/server/domain/time";
import { createTurnstile } from "@/server/domain/turnstile";

/** How many answers a filter finds, by state. */
export type ExplorerTally = {
  readonly states: readonly {
    readonly state: ResponseState;
    readonly n: number;
    /** Of these, from the simulated network. */
    readonly simulated: number;
  }[];
  /** There are more than the ones counted here. */
  readonly isMore: boolean;
};

/**
 * Every closed task that has a state, over all jobs. Whoever asks may ask anything, so every statement is
 * stopped after a while. All throw BeaconError EXPLORER_TIMED_OUT, EXPLORER_BUSY.
 */
export type ExplorerStore = {
  /** Newest first, after the cursor. */
  search(query: Omit<ExploreQuery, "limit">, limit: number): Promise<readonly FoundAnswer[]>;
  /** Counts the newest `bound` of what the filter finds. */
  tally(filter: ExploreFilter, bound: number): Promise<ExplorerTally>;
  /** What was ever asked here, each value once, in order; and the newest jobs. */
  facets(jobs: number): Promise<ExploreFacets>;
  /** Some tasks by their ids, in no order; those that have not closed with a state are left out. */
  byTasks(ids: readonly TaskId[]): Promise<readonly FoundAnswer[]>;
};

/** Searches at a time in one process, and how many more may wait: a pool has ten connections. */
const AT_A_TIME = 4;
const MAY_WAIT = 60;
/** A search takes milliseconds; one that takes longer than this is stopped. */
const STATEMENT_MS = 3_000;
/** So much of a prompt's text goes along. */
const BEGINNING = 200;

/** PostgreSQL's code for a statement that took too long, wherever Prisma puts it. */
const isStopped = (error: unknown): boolean =>
  error instanceof Error && /Code: `57014`/.test(error.message);

/** `%`, `_` and `\` are letters of what is looked for. */
const patternOf = (text: string): string => `%${text.replace(/[\\%_]/g, "\\$&")}%`;

/** Text is looked for in both Unicode spellings: answers are kept as they came. */
function textMatches(text: string): Prisma.Sql {
  const spellings = [...new Set([text, text.normalize("NFD")])].map(patternOf);
  return Prisma.sql`(${Prisma.join(
    spellings.map((pattern) => Prisma.sql`o.text ILIKE ${pattern}`),
    " OR ",
  )})`;
}

function conditionsOf(filter: ExploreFilter): Prisma.Sql[] {
  const isOneOf = (column: Prisma.Sql, values: readonly string[]) =>
    values.length === 0 ? [] : [Prisma.sql`${column} = ANY(${[...values]}::text[])`];
  return [
    Prisma.sql`o.state IS NOT NULL`,
    ...isOneOf(Prisma.sql`o.state`, filter.states),
    ...isOneOf(Prisma.sql`t.country`, filter.countries),
    ...isOneOf(Prisma.sql`t."serviceId"`, filter.services),
    ...isOneOf(Prisma.sql`t.language`, filter.languages),
    ...(filter.job === null ? [] : [Prisma.sql`o."jobId" = ${filter.job}`]),
    ...(filter.prompt === null ? [] : [Prisma.sql`t."promptId" = ${filter.prompt}`]),
    ...(filter.data === null
      ? []
      : [Prisma.sql`j.simulated = ${filter.data === "simulated"}::boolean`]),
    ...(filter.text === null ? [] : [textMatches(filter.text)]),
  ];
}

function afterCursor(cursor: ExploreQuery["cursor"]): Prisma.Sql[] {
  if (cursor === null) return [];
  const [ms = "0", taskId = ""] = cursor.split(".");
  const at = new Date(Number(ms));
  return [Prisma.sql`(o."finishedAt", o."taskId") < (${at}::timestamptz, ${taskId})`];
}

const FROM = Prisma.sql`
  FROM "Outcome" o JOIN "Task" t ON t.id = o."taskId" JOIN "Job" j ON j.id = o."jobId"`;
const NEWEST_FIRST = Prisma.sql`ORDER BY o."finishedAt" DESC, o."taskId" DESC`;

type Row = Omit<
  FoundAnswer,
  "job" | "prompt" | "service" | "failure" | "finishedAt" | "leafIndex"
> & {
  readonly jobId: JobId;
  readonly title: string;
  readonly promptId: string;
  readonly serviceId: string;
  readonly kind: "RESULT" | "FAILURE";
  readonly fault: Fault;
  readonly code: string;
  readonly message: string;
  readonly leafIndex: bigint | null;
  readonly finishedAt: Date;
};
type Tx = Prisma.TransactionClient;

/** Rows of tasks that close with a state. What is in no published checkpoint has no index: nobody could look it up. */
const rowsWhere = (tx: Tx, conditions: readonly Prisma.Sql[], limit: number) => tx.$queryRaw<Row[]>`
  SELECT o."taskId", o."jobId", j.title, j.simulated, t."promptId", t."serviceId", t.language, t.country, t.repeat,
    o.kind::text AS kind, o.state, o.fault, o.code, o.message, o.text, o."finishReason", o."modelReported", o."latencyMs",
    o."promptTokens", o."outputTokens", o."sizeBytes", o.cid, o."finishedAt", e.index AS "leafIndex"
  ${FROM} LEFT JOIN log_entries e ON e."leafHash" = o."leafHash"
    AND e.index < (SELECT "publishedSize" FROM log_state WHERE id = 1)
  WHERE ${Prisma.join([...conditions], " AND ")} ${NEWEST_FIRST} LIMIT ${limit}`;

/** What the specs of these rows' jobs say of their models and prompts, by job and name. */
async function namesOf(tx: Tx, rows: readonly Row[]): Promise<ReadonlyMap<string, string>> {
  if (rows.length === 0) return new Map();
  const jobs = [...new Set(rows.map(({ jobId }) => jobId))];
  const prompts = [...new Set(rows.map(({ promptId }) => promptId))];
  const names = await tx.$queryRaw<{ key: string; value: string }[]>`
    SELECT j.id || ' service ' || (s->>'id') AS key, s->>'model' AS value
    FROM "Job" j, jsonb_array_elements(j.spec->'services') s WHERE j.id = ANY(${jobs}::text[])
    UNION ALL
    SELECT j.id || ' prompt ' || (p->>'id'), left(p->>'text', ${BEGINNING}::int)
    FROM "Job" j, jsonb_array_elements(j.spec->'prompts') p
    WHERE j.id = ANY(${jobs}::text[]) AND p->>'id' = ANY(${prompts}::text[])`;
  return new Map(names.map(({ key, value }) => [key, value]));
}

/** A row as it is found. A service or prompt that its spec does not name is told by its own name. */
const foundAnswer = (row: Row, names: ReadonlyMap<string, string>): FoundAnswer => ({
  taskId: row.taskId,
  job: { id: row.jobId, title: row.title },
  prompt: { id: row.promptId, beginning: names.get(`${row.jobId} prompt ${row.promptId}`) ?? "" },
  service: {
    id: row.serviceId,
    model: names.get(`${row.jobId} service ${row.serviceId}`) ?? row.serviceId,
  },
  language: row.language,
  country: row.country as Place,
  repeat: row.repeat,
  state: row.state,
  failure:
    row.kind === "FAILURE" ? { fault: row.fault, code: row.code, message: row.message } : null,
  text: row.text,
  finishReason: row.finishReason,
  modelReported: row.modelReported,
  latencyMs: row.kind === "RESULT" ? row.latencyMs : null,
  promptTokens: row.promptTokens,
  outputTokens: row.outputTokens,
  sizeBytes: row.sizeBytes,
  cid: row.cid as Cid | null,
  leafIndex: row.leafIndex === null ? null : Number(row.leafIndex),
  finishedAt: instantOf(row.finishedAt),
  simulated: row.simulated,
});

const busy = (): BeaconError =>
  new BeaconError(
    "EXPLORER_BUSY",
    "Too many people are searching at this moment. Try again in a few seconds.",
  );

/** Answers of all jobs in PostgreSQL. @param statementMs after so long a statement is stopped. */
export function createExplorerStore(
  prisma: PrismaClient,
  statementMs: number = STATEMENT_MS,
): ExplorerStore {
  const pass = createTurnstile(AT_A_TIME, MAY_WAIT, busy);

  /** In one snapshot, each statement within its time. */
  async function within<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    try {
      return await pass(() =>
        prisma.$transaction(async (tx) => {
          await tx.$queryRaw`SELECT set_config('statement_timeout', ${String(statementMs)}, true)`;
          return work(tx);
        }),
      );
    } catch (cause) {
      if (!isStopped(cause)) throw cause;
      throw new BeaconError(
        "EXPLORER_TIMED_OUT",
        `The search was stopped after ${statementMs / 1_000} seconds. Search within one job: that is quicker.`,
        { cause },
      );
    }
  }

  const found = (conditions: readonly Prisma.Sql[], limit: number) =>
    within(async (tx) => {
      const rows = await rowsWhere(tx, conditions, limit);
      const names = await namesOf(tx, rows);
      return rows.map((row) => foundAnswer(row, names));
    });

  return {
    search: ({ cursor, ...filter }, limit) =>
      found([...conditionsOf(filter), ...afterCursor(cursor)], limit),

    async byTasks(ids) {
      if (ids.length === 0) return [];
      return found(
        [Prisma.sql`o.state IS NOT NULL`, Prisma.sql`o."taskId" = ANY(${[...ids]}::text[])`],
        ids.length,
      );
    },

    async tally(filter, bound) {
      type Counted = { state: ResponseState; n: number; simulated: number; isMore: boolean };
      const rows = await within(
        (tx) => tx.$queryRaw<Counted[]>`
          SELECT state, count(*) FILTER (WHERE place <= ${bound}::int)::int AS n,
            count(*) FILTER (WHERE simulated AND place <= ${bound}::int)::int AS simulated, bool_or(place > ${bound}::int) AS "isMore"
          FROM (SELECT m.*, row_number() OVER () AS place FROM (
            SELECT o.state, j.simulated ${FROM} WHERE ${Prisma.join(conditionsOf(filter), " AND ")}
            ${NEWEST_FIRST} LIMIT ${bound + 1}) m) numbered
          GROUP BY state`,
      );
      return {
        states: rows.flatMap(({ state, n, simulated }) => (n > 0 ? [{ state, n, simulated }] : [])),
        isMore: rows.some(({ isMore }) => isMore),
      };
    },

    async facets(jobs) {
      const [asked, newest] = await within(async (tx) => [
        await tx.$queryRaw<{ country: Place; service: string; language: string }[]>`
          SELECT country, "serviceId" AS service, language FROM "Task" GROUP BY 1, 2, 3`,
        await tx.job.findMany({
          select: { id: true, title: true },
          orderBy: [{ createdAt: "desc" }, { id: "desc" }],
          take: jobs,
        }),
      ]);
      const each = <T extends string>(values: readonly T[]) => [...new Set(values)].sort();
      return {
        countries: each(asked.map(({ country }) => country)),
        services: each(asked.map(({ service }) => service)),
        languages: each(asked.map(({ language }) => language)),
        jobs: newest.map(({ id, title }) => ({ id: id as JobId, title })),
      };
    },
  };
}
