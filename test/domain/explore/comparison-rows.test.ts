import { describe, expect, it } from "vitest";
import type { ComparedGroup } from "@/schemas/comparison";
import { ComparisonExport } from "@/schemas/explore-export";
import { utf8 } from "@/server/domain/bytes";
import { cidOf } from "@/server/domain/digest";
import { comparedRows, comparisonCsv } from "@/server/domain/explore/comparison-rows";
import { comparisonIdOf } from "@/server/domain/identity";
import { instantOf } from "@/server/domain/time";
import { recordsOf } from "@/test/domain/explore/parse-csv";
import { aJobId, DE, KE, NOON } from "@/test/support/builders";

const group: ComparedGroup = {
  prompt: "vell-dam",
  language: "en",
  service: "control-regional",
  cells: [
    { country: DE, announced: 4, failures: 0, withdrawn: 0, states: { answered: 4 }, distinct: 3 },
    {
      country: KE,
      announced: 4,
      failures: 2,
      withdrawn: 1,
      unverified: 1,
      states: { refused: 1 },
      distinct: 1,
    },
  ],
  similarity: [
    [0.5, 0.25],
    [0.25, null],
  ],
  pairs: [
    [6, 4],
    [4, 0],
  ],
};

const document = (table: ReturnType<typeof comparedRows>) =>
  ComparisonExport.parse({
    version: "1.0",
    generated_at: instantOf(NOON),
    query_url: `https://beacon.example.org/jobs/${aJobId()}?prompt=vell-dam`,
    query: { prompt: "vell-dam", service: "control-regional", repeat: 1 },
    simulated: true,
    comparison: {
      id: comparisonIdOf(aJobId()),
      job: aJobId(),
      job_title: "Who closed the Vell dam?",
      cid: cidOf(utf8("the comparison")),
      log_index: 44,
      computed_at: instantOf(NOON),
      similarity: "word-jaccard/1",
      icu: "78.1",
      finding: "not-tested",
    },
    language: "en",
    table,
    answers: [],
  });

describe("an exported comparison", () => {
  it("has a row a country, with every state, and no figure that was not measured", () => {
    const rows = comparedRows(group);
    expect(rows).toHaveLength(2);
    expect(rows[1]).toMatchObject({
      country: "KE",
      responses: 1,
      exit_elsewhere: 0,
      exit_unverified: 1,
      similarity: [
        { country: "DE", mean: 0.25, pairs: 4 },
        { country: "KE", mean: null, pairs: 0 },
      ],
    });
    expect(rows[1]?.states).toMatchObject({ answered: 0, refused: 1, "harness-error": 0 });
  });

  it("says the same as CSV, each record with its comparison and its address", () => {
    const rows = recordsOf(comparisonCsv(document(comparedRows(group))));
    expect(rows).toHaveLength(2);
    expect(rows[1]).toMatchObject({
      country: "KE",
      responses: "1",
      refused: "1",
      similarity_DE: "0.25",
      similarity_KE: "not measured",
      pairs_KE: "0",
      simulated: "true",
      log_index: "44",
      permalink: `https://beacon.example.org/jobs/${aJobId()}?prompt=vell-dam`,
    });
  });

  it("is a header alone where nothing was measured", () => {
    expect(recordsOf(comparisonCsv(document(comparedRows(undefined))))).toEqual([]);
  });
});
