import type { ComparedCell, ComparedGroup } from "@/schemas/comparison";
import type { ComparedRow, ComparisonExport } from "@/schemas/explore-export";
import { ResponseState } from "@/schemas/task";
import { type CsvCell, csvRecord } from "@/server/domain/explore/csv";

const rowOf = (group: ComparedGroup, cell: ComparedCell, i: number): ComparedRow => ({
  country: cell.country,
  announced: cell.announced,
  responses: cell.announced - cell.failures - cell.withdrawn,
  failures: cell.failures,
  withdrawn: cell.withdrawn,
  exit_elsewhere: cell.mismatched ?? 0,
  exit_unverified: cell.unverified ?? 0,
  states: Object.fromEntries(
    ResponseState.options.map((state) => [state, cell.states[state] ?? 0]),
  ) as ComparedRow["states"],
  distinct_texts: cell.distinct,
  similarity: group.cells.map(({ country }, j) => ({
    country,
    mean: group.similarity[i]?.[j] ?? null,
    pairs: group.pairs[i]?.[j] ?? 0,
  })),
});

/** The comparison's table for one prompt and service, a row a country. Undefined: nothing was measured. */
export const comparedRows = (group: ComparedGroup | undefined): ComparedRow[] =>
  group === undefined ? [] : group.cells.map((cell, i) => rowOf(group, cell, i));

/** The same as CSV. Every record names the comparison that it is of. */
export function comparisonCsv({
  query,
  query_url,
  simulated,
  comparison,
  language,
  table,
}: ComparisonExport): string {
  const countries = table[0]?.similarity.map(({ country }) => country) ?? [];
  const header = [
    ...["prompt", "language", "service", "country", "announced", "responses", "failures"],
    ...["withdrawn", "exit_elsewhere", "exit_unverified", ...ResponseState.options],
    "distinct_texts",
    ...countries.flatMap((country) => [`similarity_${country}`, `pairs_${country}`]),
    ...["simulated", "comparison", "log_index", "cid", "permalink"],
  ];
  const records = table.map((row): CsvCell[] => [
    ...[query.prompt, language, query.service, row.country],
    ...[row.announced, row.responses, row.failures, row.withdrawn],
    ...[row.exit_elsewhere, row.exit_unverified],
    ...ResponseState.options.map((state) => row.states[state]),
    row.distinct_texts,
    ...row.similarity.flatMap(({ mean, pairs }) => [mean, pairs]),
    ...[String(simulated), comparison.id, comparison.log_index ?? "", comparison.cid, query_url],
  ]);
  return [header, ...records].map(csvRecord).join("");
}
