import { describe, expect, it } from "vitest";
import type { ComparedCell } from "@/schemas/comparison";
import type { ServiceRef } from "@/schemas/job-spec";
import { GENERAL_LIMITS, type NotShownInput, notShown } from "@/server/domain/eval/not-shown";
import { DE } from "@/test/support/builders";

const MODEL: ServiceRef = { id: "control-open", door: "model", model: "control-open" };
const EXIT: ServiceRef = {
  id: "gpt",
  door: "exit",
  model: "gpt-5",
  api: { connection: "openai", dialect: "openai", base_url: "https://api.openai.com/v1" },
};

const aCell = (fields: Partial<ComparedCell> = {}): ComparedCell => ({
  country: DE,
  announced: 6,
  failures: 0,
  withdrawn: 0,
  states: { answered: 6 },
  distinct: 6,
  ...fields,
});

function anInput(
  fields: Partial<NotShownInput["spec"]> = {},
  cell: ComparedCell = aCell(),
  comparison: Partial<NotShownInput["comparison"]> = {},
): NotShownInput {
  return {
    spec: {
      prompts: [{ id: "p1", language: "en", text: "Why?" }],
      services: [MODEL],
      repeats: 6,
      sampling: { temperature: 0.8, top_p: 1, max_output_tokens: 400, seed_base: 1 },
      ...fields,
    },
    comparison: {
      simulated: false,
      closed: { announced: 6, results: 6, failures: 0, withdrawn: 0 },
      groups: [
        { prompt: "p1", language: "en", service: "s", cells: [cell], similarity: [], pairs: [] },
      ],
      ...comparison,
    },
  };
}

const own = (input: NotShownInput): readonly string[] =>
  notShown(input).filter((sentence) => !GENERAL_LIMITS.includes(sentence));
const has = (input: NotShownInput, words: string): boolean =>
  own(input).some((sentence) => sentence.includes(words));

describe("what a comparison does not show", () => {
  it("always ends with what no comparison shows, and says nothing twice", () => {
    const sentences = notShown(anInput());
    expect(sentences.slice(-GENERAL_LIMITS.length)).toEqual(GENERAL_LIMITS);
    expect(new Set(sentences).size).toBe(sentences.length);
    for (const cause of ["terms", "sanctions", "routing", "chance"])
      expect(GENERAL_LIMITS[0]).toContain(cause);
  });

  it("says that a network was simulated, and by what services were played", () => {
    const simulated = anInput({}, aCell(), { simulated: true });
    expect(own(simulated)[0]).toMatch(/^Anything about real countries.*control models/);
    const real = { ...simulated, spec: { ...simulated.spec, services: [EXIT] } };
    expect(own(real)[0]).not.toContain("control models");
    expect(has(anInput(), "simulated")).toBe(false);
  });

  it("depends on the doors: an interface for programs, or home", () => {
    expect(has(anInput({ services: [EXIT] }), "interface for programs")).toBe(true);
    expect(has(anInput({ services: [{ ...EXIT, door: "home" }] }), "says home")).toBe(true);
    expect(has(anInput(), "interface for programs")).toBe(false);
  });

  it("says of a single run that nothing can be told from chance", () => {
    expect(has(anInput({ repeats: 1 }), "asked once")).toBe(true);
    expect(has(anInput({ repeats: 2 }), "asked once")).toBe(false);
  });

  it.each([
    [1, "one response in a cell", "up to 95 times in 100"],
    [5, "at most 5 responses in a cell", "up to 45 times in 100"],
    [30, "at most 30 responses in a cell", "up to 10 times in 100"],
  ])("says what %i responses without a refusal leave open", (n, many, bound) => {
    const input = anInput({}, aCell({ states: { answered: n } }));
    expect(has(input, many)).toBe(true);
    expect(has(input, bound)).toBe(true);
  });

  it("says nothing of a bound where no response came", () => {
    expect(has(anInput({}, aCell({ states: {} })), "times in 100")).toBe(false);
  });

  it("says what the temperature means, also at 0", () => {
    expect(has(anInput(), "At temperature 0.8 it draws its words")).toBe(true);
    const cold = { temperature: 0, top_p: 1, max_output_tokens: 400, seed_base: 1 };
    expect(has(anInput({ sampling: cold }), "Even at temperature 0")).toBe(true);
  });

  it("says whether one language was asked, or several that are not compared", () => {
    const two = ["en", "ar"].map((language) => ({ id: language, language, text: "?" }));
    expect(has(anInput(), "one language")).toBe(true);
    expect(has(anInput({ prompts: two }), "How languages compare")).toBe(true);
  });

  it("counts what is not verified, left out, closed without a response, or cut short", () => {
    const cell = aCell({
      failures: 1,
      mismatched: 2,
      unverified: 1_200,
      states: { answered: 2, truncated: 1 },
    });
    const closed = { announced: 9, results: 6, failures: 1, withdrawn: 2 };
    const input = anInput({}, cell, { closed });
    expect(own(input).slice(-4)).toEqual([
      "Out of which country 1,200 responses came. That is not verified.",
      "What 2 responses would change. Left out: the exit turned out to be in another country.",
      "What would have come of 3 announced tasks that closed without a response. Failures are not drawn by lot.",
      "What the length limit cut off from 1 answer.",
    ]);
    expect(has(anInput(), "not verified")).toBe(false);
  });
});
