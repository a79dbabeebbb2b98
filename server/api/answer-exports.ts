import type { ExploreCount, ExploreCursor, ExploreQuery, FoundAnswer } from "@/schemas/explore";
import type { AnswersExport } from "@/schemas/explore-export";
import { streamOf } from "@/server/api/stream-of";
import type { Context } from "@/server/context";
import { utf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import {
  explorePath,
  filterOf,
  formatExploreQuery,
  parseExportQuery,
} from "@/server/domain/explore/query";
import {
  answerLine,
  answerRecord,
  answersHeader,
  portalUrlOf,
  queryRecord,
} from "@/server/domain/explore/rows";
import { instantOf } from "@/server/domain/time";
import {
  allResponses,
  countResponses,
  EXPLORE_BOUND,
  type ExploreDeps,
  findResponses,
} from "@/server/services/explore-responses";

export type ExportForm = "csv" | "json";

type ExportDeps = ExploreDeps & Pick<Context, "publicUrl" | "now" | "logger">;
type Batches = AsyncGenerator<readonly FoundAnswer[], ExploreCursor | null>;

const TYPES: Readonly<Record<ExportForm, string>> = {
  csv: "text/csv; charset=utf-8; header=present",
  json: "application/json",
};

/** What every export is served with: as a file to keep, never as a page, and asked for anew each time. */
export const exportHeaders = (form: ExportForm, name: string): Record<string, string> => ({
  "content-type": TYPES[form],
  "content-disposition": `attachment; filename="${name}.${form}"`,
  "cache-control": "no-cache",
  "x-content-type-options": "nosniff",
  "access-control-allow-origin": "*",
});

/** `20261122T120000Z`: part of a file's name. */
export const fileStamp = (at: Date): string => at.toISOString().replace(/\.\d+|[-:]/g, "");

/** How a file's name says where its data comes from. */
export const originInName = (isAny: boolean, isAll: boolean): string => {
  if (!isAny) return "";
  return isAll ? "-simulated" : "-partly-simulated";
};

const one = async function* (
  answers: readonly FoundAnswer[],
  nextCursor: ExploreCursor | null,
): Batches {
  yield answers;
  return nextCursor;
};

/** The table as it is written: a header, then batch by batch. */
async function* csvOf(batches: Batches, portalUrl: string): AsyncGenerator<Uint8Array> {
  yield utf8(answersHeader());
  for await (const answers of batches)
    yield utf8(answers.map((answer) => answerLine(answer, portalUrl)).join(""));
}

/** The document as it is written. What has no end is no JSON: a reader sees when it was cut off on the way. */
async function* jsonOf(
  batches: Batches,
  head: Omit<AnswersExport, "rows" | "next_url">,
  urls: { readonly portal: string; next(cursor: ExploreCursor): string },
): AsyncGenerator<Uint8Array> {
  yield utf8(`${JSON.stringify(head).slice(0, -1)},"rows":[`);
  let isFirst = true;
  for (;;) {
    const { done, value } = await batches.next();
    if (done) {
      const next = value === null ? null : urls.next(value);
      return yield utf8(`\n],"next_url":${JSON.stringify(next)}}\n`);
    }
    const rows = value.map((answer) => JSON.stringify(answerRecord(answer, urls.portal)));
    if (rows.length > 0) yield utf8(`${isFirst ? "\n" : ",\n"}${rows.join(",\n")}`);
    isFirst &&= rows.length === 0;
  }
}

type Asked = { readonly name: string; readonly batches: Batches };

/** One page, as the screen has it. */
async function page(deps: ExportDeps, query: ExploreQuery): Promise<Asked> {
  const { answers, nextCursor } = await findResponses(deps, query);
  const simulated = answers.filter((answer) => answer.simulated).length;
  return {
    name: originInName(simulated > 0, simulated === answers.length),
    batches: one(answers, nextCursor),
  };
}

/** Everything, up to the bound; a file that was cut there says so in its name. */
async function everything(deps: ExportDeps, query: ExploreQuery): Promise<Asked> {
  const filter = filterOf(query);
  const { isAnySimulated, isAllSimulated, isMore }: ExploreCount = await countResponses(
    deps,
    filter,
  );
  const cut = isMore ? `-newest-${EXPLORE_BOUND}` : "";
  return {
    name: `${originInName(isAnySimulated, isAllSimulated)}${cut}`,
    batches: allResponses(deps, filter),
  };
}

/**
 * Answers a request for the explorer's rows: the page that its parameters ask for, or with `all=1` everything
 * that matches.
 *
 * @throws BeaconError EXPLORER_QUERY_INVALID, EXPLORER_TIMED_OUT, EXPLORER_BUSY
 */
export async function answerExport(
  deps: ExportDeps,
  requestUrl: string,
  form: ExportForm,
): Promise<Response> {
  const { query, isAll, problems } = parseExportQuery(new URL(requestUrl).searchParams);
  if (problems.length > 0) throw new BeaconError("EXPLORER_QUERY_INVALID", problems.join(" "));
  const portal = portalUrlOf(deps.publicUrl);
  const now = deps.now();
  const { name, batches } = await (isAll ? everything : page)(deps, query);
  const head = {
    version: "1.0" as const,
    generated_at: instantOf(now),
    query_url: `${portal}${explorePath(query)}`,
    query: queryRecord(query),
  };
  const next = (cursor: ExploreCursor) =>
    `${portal}/explore.json?${formatExploreQuery({ ...query, cursor })}`;
  const chunks = form === "csv" ? csvOf(batches, portal) : jsonOf(batches, head, { portal, next });
  return new Response(streamOf(chunks), {
    headers: exportHeaders(form, `beacon-answers-${fileStamp(now)}${name}`),
  });
}
