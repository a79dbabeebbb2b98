import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CountryCode, HOME } from "@/schemas/country";
import { ExploreQuery, MAX_EXPLORE_ROWS, SearchText } from "@/schemas/explore";
import { ResponseState } from "@/schemas/task";
import {
  EVERYTHING,
  explorePath,
  filterOf,
  formatExploreQuery,
  isFiltered,
  parseExploreQuery,
} from "@/server/domain/explore/query";
import { aJobId, DE, KE } from "@/test/support/builders";

const read = (query: string) => parseExploreQuery(new URLSearchParams(query));

const some = <T extends string>(values: readonly T[], maxLength: number) =>
  fc.uniqueArray(fc.constantFrom(...values), { maxLength }).map((list) => [...list].sort());
const slug = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

const anyText = fc
  .string({ unit: "binary", maxLength: 220 })
  .map((text) => text.normalize("NFC").trim())
  .filter((text) => SearchText.safeParse(text).success);

/** Every query that there can be. */
const anyQuery: fc.Arbitrary<ExploreQuery> = fc
  .record({
    text: orNull(anyText),
    countries: some([...CountryCode.options, HOME], 50),
    services: fc.uniqueArray(slug, { maxLength: 20 }).map((list) => list.sort()),
    languages: some(["en", "ar", "pt-BR", "zh-Hant", "fi"], 5),
    states: some(ResponseState.options, 8),
    job: orNull(fc.nat(255).map((n) => aJobId(n))),
    prompt: orNull(slug),
    data: orNull(fc.constantFrom("simulated", "real")),
    cursor: orNull(fc.nat().map((n) => `${n}.tsk-${"a".repeat(26)}`)),
    limit: fc.integer({ min: 1, max: MAX_EXPLORE_ROWS }),
  })
  .map((query) => ExploreQuery.parse(query));

describe("a query in a URL", () => {
  it("is the same query when it is read again, whatever it is", () => {
    fc.assert(
      fc.property(anyQuery, (query) => {
        const { query: again, problems } = read(formatExploreQuery(query));
        expect(problems).toEqual([]);
        expect(again).toEqual(query);
      }),
    );
  });

  it("has one spelling, in whatever order it was asked", () => {
    fc.assert(
      fc.property(anyQuery, fc.infiniteStream(fc.nat()), (query, ranks) => {
        const pairs = [...new URLSearchParams(formatExploreQuery(query))];
        const shuffled = pairs
          .map((pair) => ({ pair, rank: ranks.next().value as number }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ pair }) => pair);
        const { query: again } = parseExploreQuery([...shuffled, ...shuffled, ["q", ""]]);
        expect(formatExploreQuery(again)).toBe(formatExploreQuery(query));
      }),
    );
  });

  it("makes a valid query of any URL at all", () => {
    const name = fc.constantFrom(
      "q",
      "country",
      "state",
      "job",
      "cursor",
      "limit",
      "x",
      "__proto__",
    );
    const pairs = fc.array(fc.tuple(fc.oneof(name, fc.string()), fc.string({ unit: "binary" })));
    fc.assert(
      fc.property(pairs, (given) => {
        const { query } = parseExploreQuery(given);
        expect(ExploreQuery.parse(query)).toEqual(query);
        expect(read(formatExploreQuery(query))).toEqual({ query, problems: [] });
      }),
    );
  });

  it("is empty for everything, and stable in its order", () => {
    expect(formatExploreQuery(EVERYTHING)).toBe("");
    expect(read("")).toEqual({ query: EVERYTHING, problems: [] });
    expect(
      explorePath({ limit: 10, states: ["refused", "answered"], countries: [KE, DE], text: "a&b" }),
    ).toBe("/explore?q=a%26b&country=DE&country=KE&state=answered&state=refused&limit=10");
    expect(explorePath({})).toBe("/explore");
  });

  it("takes what a form sends when nothing was chosen for nothing", () => {
    expect(read("q=&job=&data=&country=")).toEqual({ query: EVERYTHING, problems: [] });
    expect(read("q=%20%20").problems).toEqual([]);
  });

  it("takes text in NFC, without space around it", () => {
    expect(read(`q=${encodeURIComponent(" cafe\u0301 ")}`).query.text).toBe("café");
  });
});

describe("what cannot be understood", () => {
  it.each([
    ["country=XX", "“XX” is not a country’s code, such as DE, or home (country)."],
    ["country=de", "“de” is not a country’s code, such as DE, or home (country)."],
    ["state=happy", "“happy” is not a state of an answer (state)."],
    ["service=A%20B", "“A B” is not a service’s name (service)."],
    ["language=english-please", "“english-please” is not a language tag, such as en (language)."],
    ["job=job-x", "“job-x” is not a job’s id (job)."],
    ["prompt=%2F", "“/” is not a prompt’s name (prompt)."],
    ["data=all", "“all” is not either simulated or real (data)."],
    ["q=a", "“a” is not a text of 2 to 200 characters (q)."],
    [`q=${"a".repeat(201)}`, `“${"a".repeat(40)}…” is not a text of 2 to 200 characters (q).`],
    ["q=a%00b", "“a\0b” is not a text of 2 to 200 characters (q)."],
    ["cursor=1", "“1” is not where a page begins (cursor)."],
    ["limit=101", "“101” is not a number of rows from 1 to 100 (limit)."],
    ["limit=0x10", "“0x10” is not a number of rows from 1 to 100 (limit)."],
    ["sort=asc", "There is no parameter “sort”."],
    ["job=&Country=DE", "There is no parameter “Country”."],
  ])("in %s is said in one sentence and left out", (query, sentence) => {
    expect(read(query)).toEqual({ query: EVERYTHING, problems: [sentence] });
  });

  it("leaves the rest as it is", () => {
    const { query, problems } = read("country=DE&country=XX&state=refused&limit=many");
    expect(query).toEqual({ ...EVERYTHING, countries: ["DE"], states: ["refused"] });
    expect(problems).toHaveLength(2);
  });

  it("is a second value where there is room for one", () => {
    const { query, problems } = read("data=real&data=simulated");
    expect(query.data).toBe("real");
    expect(problems).toEqual(["Only the first data counts: “simulated”."]);
  });

  it("is what goes beyond the most values that a parameter takes", () => {
    const services = Array.from({ length: 22 }, (_, i) => `service=s${i}`).join("&");
    const { query, problems } = read(services);
    expect(query.services).toHaveLength(20);
    expect(problems).toEqual([
      "“s20” is one too many: service takes 20 values.",
      "“s21” is one too many: service takes 20 values.",
    ]);
  });
});

describe("a filter", () => {
  it("is a query without its place", () => {
    expect(
      isFiltered(filterOf(read("cursor=1.tsk-aaaaaaaaaaaaaaaaaaaaaaaaaa&limit=3").query)),
    ).toBe(false);
    expect(isFiltered(filterOf(read("country=DE").query))).toBe(true);
    expect(isFiltered(filterOf(read("q=dam").query))).toBe(true);
  });
});
