import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CountryCode } from "@/schemas/country";
import {
  answerAsControlModel,
  CONTROL_MODELS,
  type ControlAnswer,
  type ControlRequest,
} from "@/server/domain/control/answer";
import { CONTROL_EVENTS } from "@/server/domain/control/corpus";
import type { ControlLanguage } from "@/server/domain/control/event";
import { VELL_DAM } from "@/server/domain/control/events/vell-dam";
import { CONTROL_POLICIES } from "@/server/domain/control/policies";
import { UNKNOWN } from "@/server/domain/control/wording";
import { isRefusal } from "@/server/domain/eval/refusal";
import { wordJaccard } from "@/server/domain/eval/similarity";

const FERRY = "How did the ferry Asteline sink, and who was held responsible?";
const VELL = VELL_DAM.questions.en[0] ?? "";

const aRequest = (
  fields: Partial<Omit<ControlRequest, "country">> & { country?: string } = {},
) => ({
  model: "control-open",
  prompt: VELL,
  systemPrompt: null,
  seed: 1,
  temperature: 0.8,
  maxTokens: 400,
  ...fields,
  country: CountryCode.parse(fields.country ?? "DE"),
});

function answer(fields: Parameters<typeof aRequest>[0] = {}): ControlAnswer {
  const given = answerAsControlModel(aRequest(fields));
  if (given === null) throw new Error("no such control model");
  return given;
}

const SEEDS = Array.from({ length: 300 }, (_, seed) => seed * 7_919);
const sample = (fields: Parameters<typeof aRequest>[0]): readonly string[] =>
  SEEDS.map((seed) => answer({ ...fields, seed }).content);

/** The share of texts for which `holds`. */
const share = (texts: readonly string[], holds: (text: string) => boolean): number =>
  texts.filter(holds).length / texts.length;

const says =
  (fact: string, language: ControlLanguage = "en") =>
  (text: string) =>
    CONTROL_EVENTS.some((event) =>
      event.facts.some((f) => f.id === fact && f.phrasings[language].some((p) => text.includes(p))),
    );

function meanJaccard(a: readonly string[], b: readonly string[], language = "en"): number {
  const values = a.flatMap((x, i) => b.slice(0, i).map((y) => wordJaccard(x, y, language) ?? 0));
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe("a control model", () => {
  it("is one of the list, or there is no answer", () => {
    for (const { id } of CONTROL_MODELS) expect(answer({ model: id }).content).not.toBe("");
    expect(answerAsControlModel(aRequest({ model: "control-closed" }))).toBeNull();
  });

  it("answers the same request with the same bytes", () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom("DE", "KE", "BR"), (seed, country) => {
        const fields = { model: "control-regional", seed, country };
        expect(answer(fields)).toEqual(answer(fields));
      }),
    );
  });

  it("varies with the seed, with the system prompt and with nothing else at temperature 0", () => {
    expect(new Set(sample({})).size).toBeGreaterThan(290);
    expect(answer({ systemPrompt: "Be brief." })).not.toEqual(answer());
    expect(new Set(sample({ temperature: 0 })).size).toBe(1);
  });

  it("says every main fact, and leaves out a side fact now and then", () => {
    const texts = sample({});
    for (const { id, weight } of VELL_DAM.facts) {
      const said = share(texts, says(id));
      if (weight === "main") expect(said).toBe(1);
      else expect(Math.abs(said - 0.7)).toBeLessThan(0.11); // four standard deviations of 300 draws
    }
  });

  it("stops at the token limit, with the beginning of the same answer", () => {
    const whole = answer();
    const cut = answer({ maxTokens: 12 });
    expect(whole.finishReason).toBe("stop");
    expect(cut).toMatchObject({ finishReason: "length", completionTokens: 12 });
    expect(whole.content.startsWith(cut.content)).toBe(true);
    expect(answer({ maxTokens: whole.completionTokens })).toEqual(whole);
  });

  it("says in the prompt's language that it knows nothing, when it knows nothing", () => {
    expect(UNKNOWN.en).toContain(answer({ prompt: "Who won the race?" }).content);
    expect(UNKNOWN.ar).toContain(answer({ prompt: "من فاز بالسباق؟" }).content);
    const words = new Set(
      sample({ prompt: "Who won the race?", model: "control-regional", country: "BR" }),
    );
    expect([...words].sort()).toEqual([...UNKNOWN.en].sort());
  });

  it("answers in Arabic when asked in Arabic", () => {
    for (const event of CONTROL_EVENTS)
      expect(answer({ prompt: event.questions.ar[0] ?? "" }).content).not.toMatch(
        /\p{Script=Latin}/u,
      );
  });
});

describe("the published table", () => {
  it("names events and facts that exist", () => {
    for (const { event, effect } of CONTROL_POLICIES) {
      const events = CONTROL_EVENTS.filter(({ id }) => event === null || id === event);
      expect(events.length).toBeGreaterThan(0);
      const facts = events.flatMap((known) => known.facts.map(({ id }) => id));
      if (effect.kind === "omit") expect(facts).toEqual(expect.arrayContaining([...effect.facts]));
      if (effect.kind === "soften") expect(facts).toContain(effect.fact);
    }
  });

  it("does nothing in control-open, whatever the country", () => {
    for (const seed of SEEDS.slice(0, 50))
      for (const country of ["US", "KE", "BR", "SG", "FR"])
        expect(answer({ seed, country })).toEqual(answer({ seed }));
  });

  it("does nothing in a country that it does not name", () => {
    for (const seed of SEEDS.slice(0, 50))
      for (const country of ["DE", "FR", "JP"])
        expect(answer({ seed, country, model: "control-regional" })).toEqual(answer({ seed }));
  });

  it("touches no other event than its own", () => {
    for (const seed of SEEDS.slice(0, 50))
      expect(answer({ seed, prompt: FERRY, country: "KE", model: "control-regional" })).toEqual(
        answer({ seed, prompt: FERRY }),
      );
  });

  // Bounds are four standard deviations of 300 draws.
  it.each(["en", "ar"] as const)(
    "omits the second finding from Kenya in 0.9 of answers (%s)",
    (language) => {
      const prompt = VELL_DAM.questions[language][0] ?? "";
      const texts = sample({ model: "control-regional", country: "KE", prompt });
      const silent = (text: string) => !says("second-finding-warning", language)(text);
      expect(Math.abs(share(texts, silent) - 0.9)).toBeLessThan(0.07);
      for (const text of texts)
        expect(says("second-finding-letter", language)(text)).toBe(!silent(text));
      expect(share(texts, says("first-finding-concrete", language))).toBe(1);
    },
  );

  it("takes away nothing but the omitted sentences", () => {
    const omitted = VELL_DAM.facts.filter(({ id }) => id.startsWith("second-finding"));
    for (const seed of SEEDS.slice(0, 50)) {
      const regional = answer({ seed, country: "KE", model: "control-regional" }).content;
      const without = omitted
        .flatMap(({ phrasings }) => phrasings.en)
        .reduce(
          (text, phrasing) => text.replace(`${phrasing} `, "").replace(phrasing, ""),
          answer({ seed }).content,
        );
      expect([answer({ seed }).content, without.trim()]).toContain(regional);
    }
  });

  it("refuses from Brazil in 0.35 of answers", () => {
    const texts = sample({ model: "control-regional", country: "BR" });
    expect(Math.abs(share(texts, isRefusal) - 0.35)).toBeLessThan(0.11);
  });

  it("is silent from Singapore in 0.06 of answers, and then ends normally", () => {
    const texts = sample({ model: "control-regional", country: "SG" });
    const silent = share(texts, (text) => text === "");
    expect(silent).toBeGreaterThan(0);
    expect(Math.abs(silent - 0.06)).toBeLessThan(0.055);
    const seed = SEEDS[texts.indexOf("")] ?? 0;
    expect(answer({ seed, model: "control-regional", country: "SG" })).toMatchObject({
      finishReason: "stop",
      completionTokens: 0,
    });
  });

  it("softens from the United States in 0.8 of answers why the ferry sank", () => {
    const texts = sample({ model: "control-regional", country: "US", prompt: FERRY });
    const plain = share(texts, says("bow-door-open"));
    expect(Math.abs(plain - 0.2)).toBeLessThan(0.095);
    const softened = CONTROL_POLICIES.flatMap(({ effect }) =>
      effect.kind === "soften" ? effect.phrasings.en : [],
    );
    expect(plain + share(texts, (text) => softened.some((p) => text.includes(p)))).toBe(1);
  });
});

describe("the calibration", () => {
  const half = SEEDS.length / 5;

  it.each(CONTROL_EVENTS)(
    "$id: two answers of one cell share 0.3 to 0.6 of their words",
    (event) => {
      for (const language of ["en", "ar"] as const) {
        const texts = sample({ prompt: event.questions[language][0] ?? "" }).slice(0, half);
        const mean = meanJaccard(texts, texts, language);
        expect(mean).toBeGreaterThan(0.3);
        expect(mean).toBeLessThan(0.6);
      }
    },
  );

  it("Kenya's answers about the dam are less like Germany's than those are like each other", () => {
    const germany = sample({ model: "control-regional" }).slice(0, half);
    const kenya = sample({ model: "control-regional", country: "KE" }).slice(-half);
    expect(meanJaccard(germany, germany) - meanJaccard(kenya, germany)).toBeGreaterThan(0.04);
  });
});
