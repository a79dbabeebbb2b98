import { describe, expect, it } from "vitest";
import { comparabilityNotes } from "@/server/domain/job/comparability-notes";
import { aSpec, exampleJson } from "./job-specs";

const said = (fields: Parameters<typeof aSpec>[0]) => comparabilityNotes(aSpec(fields)).join("\n");
const inside = (id: string) => ({ id, door: "model", model: id });
const control = (service: string, kind: string) => ({ service, kind });

describe("what a design leaves open", () => {
  it("is nothing when places are compared, both controls ride along, and chance is measured", () => {
    expect(
      said({
        services: [inside("open"), inside("regional")],
        controls: [control("open", "negative"), control("regional", "positive")],
        repeats: 6,
      }),
    ).toBe("");
  });

  it.each<[string, Parameters<typeof aSpec>[0], RegExp]>([
    ["one place", { countries: ["DE"], contrasts: [] }, /asks from one place only/],
    ["home alone", exampleJson("home") as object, /no country is compared/],
    ["no contrast", { contrasts: [] }, /No contrast is announced/],
    ["no control", { controls: [] }, /No control rides along/],
    ["no negative control", {}, /No negative control rides along/],
    [
      "no positive control",
      { controls: [control("control-regional", "negative")] },
      /No positive control rides along/,
    ],
    ["one repeat", { repeats: 1 }, /asked once: there is no noise floor/],
    [
      "temperature 0",
      { sampling: { temperature: 0, top_p: 1, max_output_tokens: 9, seed_base: 1 } },
      /answered alike again and again/,
    ],
    [
      "several languages",
      {
        prompts: ["en", "ar"].map((language) => ({ id: language, language, text: "Why?" })),
      },
      /compared within one prompt/,
    ],
    ["models inside machines alone", { controls: [] }, /no service outside sees/],
    ["home as a baseline", exampleJson("exit") as object, /Home stands for no country/],
    [
      "faults made on purpose",
      { simulation: { providers: [], yagna: [] } },
      /Faults are made on purpose/,
    ],
  ])("is said of %s", (_, fields, sentence) => {
    expect(said(fields)).toMatch(sentence);
  });

  it("is not said of an unasked job, nor of controls inside machines, nor of one repeat at temperature 0", () => {
    expect(comparabilityNotes({ ...aSpec(), services: [] })).toEqual([]);
    expect(said({ countries: [], contrasts: [] })).not.toContain("one place");
    expect(said({})).not.toContain("no service outside sees");
    expect(
      said({
        repeats: 1,
        sampling: { temperature: 0, top_p: 1, max_output_tokens: 9, seed_base: 1 },
      }),
    ).not.toContain("temperature 0");
  });
});
