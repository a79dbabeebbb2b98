import { describe, expect, it } from "vitest";
import { fisherPower } from "@/server/domain/eval/power";
import { designOf, formatP, powerSentences, withRepeats } from "@/server/domain/job/power-sentence";
import { aSpec } from "./job-specs";

const prompts = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `p${i}`, language: "en", text: "Why?" }));
const contrast = (outcome: string, against: readonly string[] = ["KE"]) => ({
  id: outcome,
  outcome,
  baseline: "DE",
  against,
});
const said = (fields: Parameters<typeof aSpec>[0]) => powerSentences(aSpec(fields)).join("\n");

describe("the design of a job", () => {
  it("has prompts x repeats answers a country, and a test for each pair and service asked in both", () => {
    const services = [
      { id: "a", door: "model", model: "m" },
      {
        id: "b",
        door: "exit",
        model: "m",
        api: { connection: "c", dialect: "openai", base_url: "https://a.example/v1" },
      },
    ];
    const spec = aSpec({
      prompts: prompts(3),
      services,
      countries: ["DE", "KE", "BR"],
      home: true,
      controls: [],
      contrasts: [
        contrast("refusal-rate", ["KE", "BR"]),
        // Only the service on the internet is asked from home.
        { ...contrast("similarity"), baseline: "home", against: ["DE"] },
      ],
    });
    expect(designOf(spec)).toEqual({
      prompts: 3,
      repeats: 2,
      answers: 6,
      tests: 5,
      outcomes: ["refusal-rate", "similarity"],
    });
  });

  it("is unknown while its repeats are no number", () => {
    for (const repeats of [Number.NaN, 0, 1.5, 1e9])
      expect(designOf({ ...aSpec(), repeats })).toBeNull();
    expect(powerSentences({ ...aSpec(), repeats: Number.NaN })).toEqual([]);
    expect(withRepeats(aSpec(), 0)).toBeNull();
  });
});

describe("what a design can find, in sentences", () => {
  it("says that fewer than four answers show nothing, and names no gap", () => {
    const text = said({ repeats: 3, contrasts: [contrast("refusal-rate")] });
    expect(text).toContain("Fewer than four answers a country cannot show a difference at all");
    expect(text).toContain("with 3, the smallest p that any test could give is 0.05");
    expect(text).not.toContain("would find");
  });

  it("says the smallest p of four answers", () => {
    expect(said({ repeats: 4 })).toContain(
      "With 4 answers a country, the smallest p that any test could give is 0.014 (one-sided).",
    );
  });

  it("says that many prompts asked once each show nothing either, while they are few", () => {
    const once = { prompts: prompts(5), repeats: 1, contrasts: [contrast("refusal-rate")] };
    expect(said(once)).toContain("0.031 (one-sided): too large to show a difference at all");
    expect(said({ ...once, prompts: prompts(6) })).toContain("This design would find");
  });

  it("names the gap that is found in 8 of 10 runs, and it is the smallest one", () => {
    const text = said({ repeats: 12, contrasts: [contrast("refusal-rate")] });
    expect(text).toContain("a refusal gap of 50 points or more in 8 of 10 runs");
    expect(fisherPower(12, 0, 0.5)).toBeGreaterThanOrEqual(0.8);
    expect(fisherPower(12, 0, 0.49)).toBeLessThan(0.8);
    expect(text).toContain("up to 22 % refusals remain possible");
  });

  it("says what several tests cost each other", () => {
    const spec = {
      countries: ["DE", "KE", "BR", "US", "SG"],
      contrasts: [contrast("refusal-rate", ["KE", "BR", "US", "SG"])],
    };
    const text = said({ ...spec, repeats: 4 });
    expect(text).toContain("4 tests share the 5 % (Benjamini–Hochberg)");
    expect(text).toContain(
      "must reach p 0.013, two-sided (Bonferroni’s bound): this design cannot",
    );
    expect(text).toContain("As the only difference among 4 tests, no gap would be found");
    expect(said({ ...spec, repeats: 6 })).toContain(
      "As the only difference among 4 tests, it would",
    );
  });

  it("names no gap for how alike answers are, and says what is known of such tests", () => {
    const text = said({ repeats: 10, contrasts: [contrast("similarity")] });
    expect(text).toContain("no gap that could be named before the run");
    expect(text).toContain("77 %");
    expect(text).not.toContain("refusal gap");
  });

  it("says that nothing is tested without a contrast, and what could be found", () => {
    const text = said({ repeats: 10, contrasts: [] });
    expect(text).toContain("No contrast is announced, so there is nothing to test");
    expect(text).toContain("a refusal gap of 59 points");
  });

  it("is one plain sentence each", () => {
    for (const repeats of [1, 3, 4, 10, 50])
      for (const outcome of ["refusal-rate", "similarity"])
        for (const sentence of powerSentences(aSpec({ repeats, contrasts: [contrast(outcome)] })))
          expect(sentence).toMatch(/^[A-Z].*\.$/);
  });
});

describe("another number of repeats", () => {
  it("is worked out for the same job", () => {
    const spec = aSpec({ contrasts: [contrast("refusal-rate")] });
    expect(withRepeats(spec, 3)).toMatchObject({ canShow: false, gap: null, sharedGap: null });
    expect(withRepeats(spec, 10)).toMatchObject({
      tasks: 20,
      answers: 10,
      canShow: true,
      gap: 59,
      sharedGap: 59,
    });
  });
});

it("a p has two digits that count", () => {
  expect([0.05, 0.0142857, 0.00396, 0.5, 1.2e-7].map(formatP)).toEqual([
    "0.05",
    "0.014",
    "0.004",
    "0.5",
    "below 0.0001",
  ]);
});
