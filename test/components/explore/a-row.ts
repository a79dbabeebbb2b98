import type { ExploreCount, ExploreFacets, ExploreRow } from "@/schemas/explore";
import { excerptOf } from "@/server/domain/explore/excerpt";
import { anAnswer } from "@/test/domain/explore/an-answer";
import { aJobId, DE, KE } from "@/test/support/builders";

/** A row of the explorer, with the first words of `text`. */
export const aRow = (
  fields: Partial<ExploreRow> & { readonly text?: string | null; readonly wanted?: string } = {},
): ExploreRow => {
  const { text = "It was closed in 1977.", wanted, ...row } = fields;
  return {
    ...anAnswer(),
    excerpt: text === null ? null : excerptOf(text, wanted ?? null),
    ...row,
  };
};

export const aCount = (fields: Partial<ExploreCount> = {}): ExploreCount => ({
  matches: 3,
  isMore: false,
  states: { answered: 2, refused: 1 },
  areStatesCut: false,
  bound: 10_000,
  isAnySimulated: true,
  isAllSimulated: true,
  ...fields,
});

export const someFacets = (fields: Partial<ExploreFacets> = {}): ExploreFacets => ({
  countries: [DE, KE],
  services: ["control-open", "control-regional"],
  languages: ["ar", "en"],
  jobs: [{ id: aJobId(), title: "Who closed the Vell dam?" }],
  ...fields,
});
