import { Place } from "@/schemas/country";
import {
  DataKind,
  EXPLORE_ROWS,
  ExploreCursor,
  type ExploreFilter,
  type ExploreQuery,
  type FoundAnswer,
  MAX_EXPLORE_ROWS,
  SearchText,
} from "@/schemas/explore";
import { JobId, LanguageTag, Slug } from "@/schemas/primitives";
import { ResponseState } from "@/schemas/task";

/** All answers, newest first. */
export const EVERYTHING: ExploreQuery = {
  text: null,
  countries: [],
  services: [],
  languages: [],
  states: [],
  job: null,
  prompt: null,
  data: null,
  cursor: null,
  limit: EXPLORE_ROWS,
};

/** A query as it was understood, and one sentence for everything that was not. */
export type ReadQuery = {
  readonly query: ExploreQuery;
  /** May quote a stranger's text. */
  readonly problems: readonly string[];
};

type Reader<T> = { safeParse(value: unknown): { success: boolean; data?: T | undefined } };

/** So many characters of a wrong value are said again. */
const QUOTED = 40;
const quoted = (value: string): string =>
  value.length <= QUOTED ? `“${value}”` : `“${value.slice(0, QUOTED)}…”`;

/** The values of one parameter, and what is wrong with those that are not taken. Empty ones say nothing. */
class Parameters {
  readonly problems: string[] = [];
  readonly #given = new Map<string, string[]>();

  constructor(given: Iterable<readonly [name: string, value: string]>) {
    for (const [name, value] of given) {
      const known = this.#given.get(name);
      if (known === undefined) this.#given.set(name, [value]);
      else known.push(value);
    }
  }

  /** Takes a parameter out: what is left in the end is unknown. */
  #take(name: string): readonly string[] {
    const values = this.#given.get(name) ?? [];
    this.#given.delete(name);
    return [...new Set(values.filter((value) => value !== ""))];
  }

  many<T extends string>(name: string, schema: Reader<T>, what: string, most: number): T[] {
    const good: T[] = [];
    for (const value of this.#take(name)) {
      const read = schema.safeParse(value);
      if (!read.success) this.problems.push(`${quoted(value)} is not ${what} (${name}).`);
      else if (good.length < most) good.push(read.data as T);
      else this.problems.push(`${quoted(value)} is one too many: ${name} takes ${most} values.`);
    }
    return good.sort();
  }

  one<T>(name: string, schema: Reader<T>, what: string, prepare = (value: string) => value) {
    const [first, ...others] = this.#take(name);
    if (others.length > 0)
      this.problems.push(`Only the first ${name} counts: ${others.map(quoted).join(", ")}.`);
    const value = first === undefined ? "" : prepare(first);
    if (value === "") return null;
    const read = schema.safeParse(value);
    if (read.success) return read.data as T;
    this.problems.push(`${quoted(value)} is not ${what} (${name}).`);
    return null;
  }

  unknown(): void {
    for (const name of this.#given.keys())
      this.problems.push(`There is no parameter ${quoted(name)}.`);
  }
}

const Limit: Reader<number> = {
  safeParse(value) {
    const data = typeof value === "string" && /^[1-9]\d{0,3}$/.test(value) ? Number(value) : 0;
    return data >= 1 && data <= MAX_EXPLORE_ROWS ? { success: true, data } : { success: false };
  },
};

/**
 * The query that a URL asks, in its one spelling: values sorted, each once, the text in NFC. What cannot be
 * understood is left out, and said.
 */
export function parseExploreQuery(
  given: Iterable<readonly [name: string, value: string]>,
): ReadQuery {
  const parameters = new Parameters(given);
  const query: ExploreQuery = {
    text: parameters.one("q", SearchText, "a text of 2 to 200 characters", (value) =>
      value.normalize("NFC").trim(),
    ),
    countries: parameters.many("country", Place, "a country’s code, such as DE, or home", 50),
    services: parameters.many("service", Slug, "a service’s name", 20),
    languages: parameters.many("language", LanguageTag, "a language tag, such as en", 20),
    states: parameters.many("state", ResponseState, "a state of an answer", 8),
    job: parameters.one("job", JobId, "a job’s id"),
    prompt: parameters.one("prompt", Slug, "a prompt’s name"),
    data: parameters.one("data", DataKind, "either simulated or real"),
    cursor: parameters.one("cursor", ExploreCursor, "where a page begins"),
    limit:
      parameters.one("limit", Limit, `a number of rows from 1 to ${MAX_EXPLORE_ROWS}`) ??
      EXPLORE_ROWS,
  };
  parameters.unknown();
  return { query, problems: parameters.problems };
}

/** A query of an export: one page, or everything that matches. */
export type ReadExport = ReadQuery & { readonly isAll: boolean };

/** The export that a URL asks for: the explorer's own parameters, or `all=1` in place of where a page begins and ends. */
export function parseExportQuery(
  given: Iterable<readonly [name: string, value: string]>,
): ReadExport {
  const pairs = [...given];
  const all = pairs.filter(([name]) => name === "all").map(([, value]) => value);
  const { query, problems } = parseExploreQuery(pairs.filter(([name]) => name !== "all"));
  const isAll = all.length === 1 && all[0] === "1";
  const isPlaced = query.cursor !== null || query.limit !== EXPLORE_ROWS;
  return {
    query,
    isAll,
    problems: [
      ...problems,
      ...(all.length > 0 && !isAll ? ["The parameter all takes one value, which is 1."] : []),
      ...(isAll && isPlaced ? ["Beside all=1 there is no cursor and no limit."] : []),
    ],
  };
}

/** A query as the parameters of a URL, in the one order; what is not asked for is not there. */
export function exploreParameters(query: ExploreQuery): readonly (readonly [string, string])[] {
  const each = (name: string, values: readonly string[]) =>
    [...new Set(values)].sort().map((value) => [name, value] as const);
  const one = (name: string, value: string | null) =>
    value === null ? [] : [[name, value] as const];
  return [
    ...one("q", query.text),
    ...each("country", query.countries),
    ...each("service", query.services),
    ...each("language", query.languages),
    ...each("state", query.states),
    ...one("job", query.job),
    ...one("prompt", query.prompt),
    ...one("data", query.data),
    ...one("cursor", query.cursor),
    ...one("limit", query.limit === EXPLORE_ROWS ? null : String(query.limit)),
  ];
}

/** The same as the part of a URL behind the question mark; empty for everything. */
export const formatExploreQuery = (query: ExploreQuery): string =>
  new URLSearchParams(exploreParameters(query).map(([name, value]) => [name, value])).toString();

/** The explorer's page for what is wanted; what is not named may be anything. */
export function explorePath(wanted: Partial<ExploreQuery>): string {
  const query = formatExploreQuery({ ...EVERYTHING, ...wanted });
  return query === "" ? "/explore" : `/explore?${query}`;
}

/** Where the page begins that follows an answer. */
export const cursorAfter = ({
  finishedAt,
  taskId,
}: Pick<FoundAnswer, "finishedAt" | "taskId">): ExploreCursor =>
  `${Date.parse(finishedAt)}.${taskId}` as ExploreCursor;

/** A query without its place: which answers, wherever the page begins and however long it is. */
export function filterOf({ cursor: _, limit: __, ...filter }: ExploreQuery): ExploreFilter {
  return filter;
}

/** Whether anything at all is filtered by. */
export const isFiltered = (filter: ExploreFilter): boolean =>
  Object.values(filter).some((value) => value !== null && value.length > 0);
