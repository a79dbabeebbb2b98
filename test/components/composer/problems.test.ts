import { describe, expect, it } from "vitest";
import { COUNTRY_GROUPS } from "@/components/composer/country-groups";
import { newKey } from "@/components/composer/new-key";
import { placeFrom, placeHref } from "@/components/composer/place";
import { placeOfPath, problemsOf } from "@/components/composer/problems";
import { stepState } from "@/components/composer/steps";
import { ComposerStep, DraftBody } from "@/schemas/draft";
import { emptyDraft, newDraft } from "@/server/domain/draft/empty-draft";
import { specFromDraft } from "@/server/domain/draft/spec-from-draft";
import { aCatalog } from "@/test/components/jobs/a-catalog";
import { CODE_OF_INVALID_EXAMPLE } from "@/test/schemas/invalid-examples";
import { idOf } from "./a-draft-portal";

describe("whatever the server refuses", () => {
  it.each(Object.values(CODE_OF_INVALID_EXAMPLE).map(({ path }) => path))(
    "leads to a step that can mend it: %s",
    (path) => {
      const { step } = placeOfPath(path, emptyDraft());
      // A document that is no job spec at all has no step of its own.
      expect(step === "review").toBe(/^(version|$)/.test(path) || !KNOWN.test(path));
    },
  );
  const KNOWN =
    /^(title|system_prompt|prompts|services|images|countries|home|repeats|sampling|contrasts|controls|budget|deadline_s|simulation)/;

  it("stands at the control that holds it", () => {
    const rows = [
      { key: 0, id: "", outcome: "similarity", baseline: "", against: [] },
      { key: 1, id: "", outcome: "similarity", baseline: "DE" as never, against: [] },
    ] as const;
    const draft = { ...emptyDraft(), baseline: "KE" as never, contrasts: rows };
    for (const [path, field] of [
      ["prompts[2].text", "prompt-2-text"],
      ["prompts[0].language", "prompt-0-language"],
      ["prompts", "prompts"],
      ["sampling.seed_base", "seedBase"],
      ["budget.usd", "budgetUsd"],
      // The first contrast is the plain one; the first row is not finished, and no part of the spec.
      ["contrasts[0].baseline", "baseline"],
      ["contrasts[1].against[0]", "contrast-1"],
      ["services[0].api.base_url", "services"],
      ["what.nobody.knows", "spec"],
    ] as const)
      expect(placeOfPath(path, draft).field, path).toBe(field);
  });
});

describe("problems", () => {
  it("come in the order of the steps, each with its code and a sentence", () => {
    const catalog = aCatalog();
    const draft = { ...emptyDraft(), repeats: "0", budgetGlm: "", services: ["vanished"] };
    const problems = problemsOf(draft, specFromDraft(draft, catalog), catalog);
    const steps = problems.map(({ step }) => ComposerStep.options.indexOf(step));
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    for (const { message, code } of problems) {
      expect(message).toMatch(/^\S.*\.$/);
      expect(code).toMatch(/^[A-Z_]+$/);
    }
  });

  it("make a step need attention only once somebody was there", () => {
    const wrong = [{ step: "budget" as const }];
    expect(stepState("budget", [], wrong)).toBe("not yet");
    expect(stepState("budget", ["budget"], wrong)).toBe("needs attention");
    expect(stepState("services", ["services"], wrong)).toBe("done");
    expect(stepState("review", ["review"], wrong)).toBe("needs attention");
    expect(stepState("review", ["review"], [])).toBe("done");
  });
});

describe("an address of the composer", () => {
  it("is read as it was written, and anything else is the first step", () => {
    const place = { step: "budget" as const, draft: idOf(1) };
    expect(placeFrom(placeHref(place))).toEqual(place);
    for (const search of ["", "?step=nowhere&draft=1", "?draft=drf-x"])
      expect(placeFrom(search)).toEqual({ step: "questions", draft: null });
  });
});

it("a new key is a random UUID that a draft may carry", () => {
  const keys = Array.from({ length: 100 }, newKey);
  expect(new Set(keys).size).toBe(100);
  for (const key of keys) expect(DraftBody.safeParse(newDraft(key)).success).toBe(true);
});

it("groups name each of their countries once", () => {
  const sizes = COUNTRY_GROUPS.map(({ name, countries }) => [name, new Set(countries).size]);
  expect(sizes).toEqual(COUNTRY_GROUPS.map(({ name, countries }) => [name, countries.length]));
  expect(Object.fromEntries(sizes)).toEqual({
    EU: 27,
    G7: 7,
    P5: 5,
    Nordic: 5,
    ASEAN: 11,
    GCC: 6,
    EAC: 8,
    Mercosur: 5,
  });
});
