import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Comparison } from "@/schemas/comparison";
import { CountryCode, HOME } from "@/schemas/country";
import type { JobSpec } from "@/schemas/job-spec";
import { Instant } from "@/schemas/primitives";
import { canonicalBytes, cidOf } from "@/server/domain/digest";
import { type ClosedTask, compareJob } from "@/server/domain/eval/compare";
import { comparisonBytesAtMost } from "@/server/domain/eval/comparison-size";
import { comparisonIdOf, jobIdFrom } from "@/server/domain/identity";
import { placesOf } from "@/server/domain/job/places";
import { planTasks } from "@/server/domain/job/plan";
import { aSpec } from "@/test/domain/job/job-specs";

const JOB = jobIdFrom(new Uint8Array(16));
const [DE, KE] = [CountryCode.parse("DE"), CountryCode.parse("KE")];
const api = { connection: "c", dialect: "openai", base_url: "https://c.example/v1" };

/** One service of each door; the one on the internet is asked from home too. */
const SPEC = aSpec({
  services: [
    { id: "open", door: "model", model: "m" },
    { id: "vendor", door: "exit", model: "m", api },
    { id: "local", door: "home", model: "m", api },
  ],
  home: true,
  repeats: 3,
  contrasts: [],
  controls: [],
});

const compare = (tasks: readonly ClosedTask[], spec: JobSpec = SPEC): Comparison =>
  compareJob({
    id: comparisonIdOf(JOB),
    job: JOB,
    spec,
    specCid: cidOf(canonicalBytes(spec)),
    simulated: true,
    computedAt: Instant.parse("2026-11-22T11:19:00.000Z"),
    icu: "77.1",
    tasks,
  });

/** Every announced task, closed as it is told to be. */
const closed = (as: (place: string, n: number) => Partial<ClosedTask>): readonly ClosedTask[] =>
  planTasks(JOB, SPEC, new Uint8Array(16)).map(
    ({ promptId, serviceId, country, repeat }, n): ClosedTask => ({
      prompt: promptId,
      service: serviceId,
      country,
      repeat,
      status: "SUCCEEDED",
      state: "answered",
      text: "the dam was closed",
      isElsewhere: false,
      isUnverified: false,
      ...as(country, n),
    }),
  );

const ways = fc.constantFrom<Partial<ClosedTask>>(
  {},
  { text: "another answer" },
  { state: "refused", text: "no" },
  { isElsewhere: true },
  { isElsewhere: true, text: "another answer" },
  { status: "FAILED", state: "timed-out", text: null },
  { status: "WITHDRAWN", state: null, text: null },
);

describe("a comparison over countries and home", () => {
  it("has for each service a column for each of its places, and no other", () => {
    const { groups } = compare(closed(() => ({})));
    expect(
      groups.map(({ service, cells }) => [service, cells.map(({ country }) => country)]),
    ).toEqual([
      ["open", ["DE", "KE"]],
      ["vendor", ["DE", "KE", HOME]],
      ["local", [HOME]],
    ]);
  });

  it("holds home against countries as it holds countries against each other", () => {
    const { groups } = compare(closed((place) => (place === HOME ? { text: "the dam" } : {})));
    const vendor = groups.find(({ service }) => service === "vendor");
    expect(vendor?.similarity).toEqual([
      [1, 1, 0.5],
      [1, 1, 0.5],
      [0.5, 0.5, 1],
    ]);
    expect(vendor?.pairs[0]).toEqual([3, 9, 9]);
  });

  it("accounts for every announced task once, whatever became of it, in a document of its form", () => {
    fc.assert(
      fc.property(fc.array(ways, { minLength: 30, maxLength: 30 }), (chosen) => {
        const tasks = closed((_, n) => chosen[n % chosen.length] ?? {});
        const comparison = compare(tasks);
        expect(Comparison.parse(comparison)).toEqual(comparison);
        expect(canonicalBytes(comparison).length).toBeLessThanOrEqual(comparisonBytesAtMost(SPEC));
        for (const { cells, service } of comparison.groups)
          for (const { country, announced, failures, withdrawn, mismatched = 0, states } of cells) {
            const responses = Object.values(states).reduce((sum, n) => sum + n, 0);
            expect(failures + withdrawn + mismatched + responses).toBe(announced);
            expect(announced).toBe(SPEC.repeats * SPEC.prompts.length);
            const ofCell = tasks.filter((t) => t.country === country && t.service === service);
            expect(mismatched).toBe(ofCell.filter(({ isElsewhere }) => isElsewhere).length);
          }
      }),
    );
  });

  it("takes no figure from responses whose exit was elsewhere, and no verdict", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 18, maxLength: 18 }), (elsewhere) => {
        const told = (text: string) =>
          compare(closed((_, n) => (elsewhere[n] ? { isElsewhere: true, text } : {}))).groups;
        expect(told("one thing")).toEqual(told("quite another thing"));
      }),
    );
  });

  it("is not comparable when all but one place were elsewhere", () => {
    const tasks = closed((place) => (place === DE ? {} : { isElsewhere: true }));
    expect(compare(tasks).finding.rung).toBe("not-comparable");
    const two = closed((place) => (place === DE || place === KE ? {} : { isElsewhere: true }));
    expect(compare(two).finding.rung).toBe("not-tested");
  });

  it("refuses a task from a place that its service is not asked from", () => {
    const [task] = closed(() => ({}));
    if (task === undefined) throw new Error("a job has tasks");
    expect(placesOf(SPEC, { door: "model" })).not.toContain(HOME);
    expect(() => compare([{ ...task, service: "open", country: HOME }])).toThrow();
  });
});
