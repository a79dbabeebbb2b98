import { describe, expect, it } from "vitest";
import { ReviewCheck, ReviewCheckName } from "@/schemas/attestation";
import type { ComparedCell, Comparison } from "@/schemas/comparison";
import type { Instant } from "@/schemas/primitives";
import type { BlockAvailability } from "@/schemas/snapshot";
import { type ReviewFacts, reviewChecks } from "@/server/domain/attest/review-checks";
import { compareJob } from "@/server/domain/eval/compare";
import { comparisonInput } from "@/server/domain/eval/comparison-input";
import { withRepeats } from "@/server/domain/job/power-sentence";
import type { Completeness } from "@/server/domain/log/completeness";
import { aSpec } from "@/test/domain/job/job-specs";
import { aJob, DE, KE } from "@/test/support/builders";

const at = (text: string) => text as Instant;
const cell = (
  country: ComparedCell["country"],
  fields: Partial<ComparedCell> = {},
): ComparedCell => ({
  country,
  announced: 5,
  failures: 0,
  withdrawn: 0,
  states: { answered: 4, refused: 1 },
  distinct: 5,
  ...fields,
});
const aComparison = (...groups: readonly (readonly ComparedCell[])[]): Comparison => ({
  ...compareJob(
    comparisonInput({
      job: { ...aJob(), spec: aSpec() },
      tasks: [],
      sessions: [],
      computedAt: at("2026-11-22T12:10:00.000Z"),
      icu: "78.1",
    }),
  ),
  simulated: false,
  groups: groups.map((cells) => ({
    prompt: "vell-dam",
    language: "en",
    service: "control",
    cells: [...cells],
    similarity: [],
    pairs: [],
  })),
});
const complete: Completeness = {
  announced: 10,
  results: 10,
  failures: 0,
  withdrawals: 0,
  open: [],
  isOver: false,
  unannounced: [],
  doubled: [],
};
const held: BlockAvailability = {
  blocks: 12,
  available: 12,
  missing: 0,
  waiting: 0,
  notProbed: 0,
  firstLookAt: at("2026-11-22T12:11:00.000Z"),
  lastLookAt: at("2026-11-22T12:12:00.000Z"),
  missingBlocks: [],
};
const facts = (changes: Partial<ReviewFacts> = {}): ReviewFacts => ({
  comparison: aComparison([cell(DE), cell(KE)]),
  intent: { index: 3, at: at("2026-11-22T12:00:00.000Z") },
  first: { index: 7, startedAt: at("2026-11-22T12:01:00.000Z") },
  completeness: complete,
  recomputed: { kind: "same", answers: 10 },
  blocks: held,
  ...changes,
});

/** The outcome of one row, and its sentence. */
function row(check: ReviewCheckName, changes: Partial<ReviewFacts> = {}) {
  const found = reviewChecks(facts(changes)).find((one) => one.check === check);
  if (found === undefined) throw new Error(`no row ${check}`);
  return [found.outcome, found.reason] as const;
}

describe("a reviewer's checklist", () => {
  it("has every row but the reader's own, in the published order and form", () => {
    const rows = reviewChecks(facts());
    expect(rows.map(({ check }) => check)).toEqual(ReviewCheckName.options.slice(1));
    for (const one of rows) expect(ReviewCheck.parse(one)).toEqual(one);
    expect(rows.every(({ outcome }) => outcome === "holds")).toBe(true);
  });

  it("fits its form also with the largest figures", () => {
    const many = Number.MAX_SAFE_INTEGER;
    const large = facts({
      comparison: aComparison([
        cell(DE, { states: { answered: many }, unverified: many, mismatched: many }),
        cell(KE, { states: { answered: 2 } }),
      ]),
      completeness: {
        ...complete,
        announced: many,
        results: many,
        failures: many,
        withdrawals: many,
      },
      blocks: { ...held, blocks: many, available: 1, waiting: many, notProbed: many },
    });
    for (const one of reviewChecks(large)) expect(ReviewCheck.parse(one)).toEqual(one);
  });

  it("says whether the announcement came first", () => {
    const name = "announced-before-dispatch";
    expect(row(name, { first: { index: 2, startedAt: null } })[0]).toBe("fails");
    expect(row(name, { first: { index: 7, startedAt: at("2026-11-22T11:59:59.999Z") } })[0]).toBe(
      "fails",
    );
    expect(row(name, { first: { index: 7, startedAt: null } })[0]).toBe("holds");
    expect(row(name, { first: null })[0]).toBe("not-applicable");
  });

  it("counts what never closed", () => {
    const open = [{ task: "tsk-a" as never, prompt: "p", service: "s", country: DE, repeat: 0 }];
    const [outcome, reason] = row("every-task-closed", {
      completeness: { ...complete, results: 9, open },
    });
    expect([outcome, reason]).toEqual([
      "fails",
      "1 of 10 announced tasks never closed; the others: 9 with a response, 0 as failed, 0 as withdrawn.",
    ]);
  });

  it("tells what was closed and never announced, or closed twice", () => {
    const name = "nothing-unannounced";
    expect(row(name, { completeness: { ...complete, unannounced: ["tsk-x"] } })).toEqual([
      "fails",
      "The log closes 1 task that the job never announced.",
    ]);
    expect(row(name, { completeness: { ...complete, doubled: ["tsk-x", "tsk-y"] } })[0]).toBe(
      "fails",
    );
  });

  it("tells a report that comes out otherwise from one that cannot be computed here", () => {
    const name = "comparison-recomputes";
    expect(row(name, { recomputed: { kind: "differs" } })[0]).toBe("fails");
    const other = row(name, { recomputed: { kind: "other-icu", theirs: "76.1", ours: "78.1" } });
    expect(other[0]).toBe("not-applicable");
    expect(other[1]).toContain("ICU 76.1");
  });

  it("says that blocks are missing only when a look found it so", () => {
    const name = "blocks-held";
    expect(row(name, { blocks: { ...held, available: 11, missing: 1 } })[0]).toBe("fails");
    const unseen = { ...held, available: 0, notProbed: 10, waiting: 2, lastLookAt: null };
    expect(row(name, { blocks: unseen })[0]).toBe("not-applicable");
  });

  it("holds countries to be verified only when every response's is", () => {
    const name = "countries-verified";
    const unverified = aComparison([cell(DE, { unverified: 2 }), cell(KE)]);
    expect(row(name, { comparison: unverified })).toEqual([
      "fails",
      "Of 2 of 10 responses it is not verified that they came out of their country.",
    ]);
    const elsewhere = aComparison([cell(DE, { mismatched: 1 }), cell(KE)]);
    expect(row(name, { comparison: elsewhere })[1]).toMatch(/ 1 more came out in another country/);
    const home = aComparison([cell("home")]);
    expect(row(name, { comparison: home })[0]).toBe("not-applicable");
  });

  it("works the smallest p out exactly, and holds it to a test that looks both ways", () => {
    const withCounts = (a: number, b: number) => ({
      comparison: aComparison([
        cell(DE, { states: { answered: a } }),
        cell(KE, { states: { answered: b } }),
      ]),
    });
    const name = "repeats-enough";
    // 1 of 20 ways, one-sided; 1 of 70; 1 of 252.
    expect(row(name, withCounts(3, 3))).toEqual([
      "fails",
      "Where the fewest came back, 3 and 3 responses of two places face each other: fewer than four a place cannot show a difference at all; the smallest p that any test could give is 0.05 (one-sided).",
    ]);
    expect(row(name, withCounts(4, 4))).toEqual([
      "holds",
      expect.stringMatching(/told from chance; .* is 0\.014 \(one-sided\)\.$/),
    ]);
    expect(row(name, withCounts(5, 5))[1]).toContain("is 0.004 (one-sided)");
    expect(row(name, withCounts(0, 5))[1]).toContain("is 1 (one-sided)");
    // 1 of 20,301 ways, and still three answers are three answers.
    expect(row(name, withCounts(200, 2))[0]).toBe("fails");
    expect(row(name, withCounts(40, 40))[1]).toContain("is below 0.0001 (one-sided)");
    expect(row(name, { comparison: aComparison([cell(DE)]) })[0]).toBe("not-applicable");
  });

  it("judges repeats by the worst pair of places of any service", () => {
    const comparison = aComparison(
      [cell(DE), cell(KE)],
      [cell(DE), cell(KE), cell("home", { states: {} })],
    );
    const [first, second] = comparison.groups;
    if (first === undefined || second === undefined) throw new Error("two groups");
    const other = { ...comparison, groups: [first, { ...second, service: "another" }] };
    expect(row("repeats-enough", { comparison: other })).toEqual([
      "fails",
      expect.stringContaining("0 and 5 responses"),
    ]);
  });

  it("says of repeats what the composer says of the same design", () => {
    for (const prompts of [1, 2, 3, 5, 6, 12])
      for (const repeats of [1, 2, 3, 4, 10]) {
        const states = { answered: repeats };
        const comparison = aComparison(
          ...Array.from({ length: prompts }, () => [cell(DE, { states }), cell(KE, { states })]),
        );
        const asked = Array.from({ length: prompts }, (_, i) => ({
          id: `p${i}`,
          language: "en",
          text: "Why?",
        }));
        const design = withRepeats(aSpec({ prompts: asked }), repeats);
        expect([prompts, repeats, row("repeats-enough", { comparison })[0]]).toEqual([
          prompts,
          repeats,
          design?.canShow ? "holds" : "fails",
        ]);
      }
  });

  it("does not take a simulated network for a real one", () => {
    const simulated = { ...aComparison([cell(DE)]), simulated: true };
    expect(row("not-simulated", { comparison: simulated })[0]).toBe("fails");
  });
});
