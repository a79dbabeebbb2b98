import { describe, expect, it } from "vitest";
import { CONTROL_EVENTS } from "@/server/domain/control/corpus";
import { matchQuestion } from "@/server/domain/control/match-question";
import { CLOSINGS, OPENINGS, REFUSALS, UNKNOWN } from "@/server/domain/control/wording";
import { isRefusal } from "@/server/domain/eval/refusal";

const LANGUAGES = ["en", "ar"] as const;
const firstRepeated = (items: readonly string[]) =>
  items.find((item, i) => items.indexOf(item) < i);

describe("the control corpus", () => {
  it("has at least six events, each with its own id", () => {
    expect(CONTROL_EVENTS.length).toBeGreaterThanOrEqual(6);
    expect(firstRepeated(CONTROL_EVENTS.map(({ id }) => id))).toBeUndefined();
  });

  it.each(CONTROL_EVENTS)(
    "$id has 6 to 9 facts, each said in 4 ways or more in each language",
    (event) => {
      expect(event.facts.length).toBeGreaterThanOrEqual(6);
      expect(event.facts.length).toBeLessThanOrEqual(9);
      expect(firstRepeated(event.facts.map(({ id }) => id))).toBeUndefined();
      for (const { phrasings } of event.facts)
        for (const language of LANGUAGES)
          expect(phrasings[language].length).toBeGreaterThanOrEqual(4);
    },
  );

  it.each(CONTROL_EVENTS)(
    "$id begins with a main fact, so an answer begins with what was asked",
    (event) => {
      expect(event.facts[0]?.weight).toBe("main");
      expect(event.facts.filter(({ weight }) => weight === "side").length).toBeGreaterThanOrEqual(
        2,
      );
    },
  );

  it.each(CONTROL_EVENTS)(
    "$id says everything in whole sentences of the right script, none twice",
    (event) => {
      for (const language of LANGUAGES) {
        const sentences = event.facts.flatMap(({ phrasings }) => phrasings[language]);
        expect(firstRepeated(sentences)).toBeUndefined();
        for (const sentence of sentences) {
          expect(sentence).toMatch(/^\S.*\.$/u);
          expect(/\p{Script=Arabic}/u.test(sentence)).toBe(language === "ar");
          expect(/\p{Script=Latin}/u.test(sentence)).toBe(language === "en");
        }
      }
    },
  );

  it.each(CONTROL_EVENTS)("$id is never mistaken for a refusal", (event) => {
    for (const language of LANGUAGES)
      for (const { phrasings } of event.facts)
        for (const sentence of phrasings[language]) expect(isRefusal(sentence)).toBe(false);
  });

  it("refuses in words that are found to be refusals, and says nothing else so", () => {
    for (const language of LANGUAGES) {
      for (const text of REFUSALS[language]) expect(isRefusal(text)).toBe(true);
      for (const text of [...UNKNOWN[language], ...OPENINGS[language], ...CLOSINGS[language]])
        expect(isRefusal(text)).toBe(false);
    }
  });
});

describe("matching a prompt with the corpus", () => {
  it.each(CONTROL_EVENTS)("finds $id by each of its questions", (event) => {
    for (const language of LANGUAGES)
      for (const question of event.questions[language]) {
        expect(question).toContain(event.name[language]);
        expect(matchQuestion(question)).toEqual({ language, event });
      }
  });

  it.each([
    ["WHO DECIDED to close the Vell dam — and what did the inquiry find??", "en", "vell-dam"],
    ["Please tell me: who decided to close the Vell dam?", "en", "vell-dam"],
    ["من الذي قرر اغلاق سد فيل وماذا وجد التحقيق", "ar", "vell-dam"],
    ["What has happened to the Ossel?", "en", "ossel-river"],
    ["What happened to the river?", "en", null],
    ["What is known about the sinking of the Merrydown?", "en", null],
    ["A vell is a word in this sentence, which is about something else altogether.", "en", null],
    ["What is the capital of the moon?", "en", null],
    ["ما هي عاصمة القمر؟", "ar", null],
    ["Was ist mit dem Damm geschehen?", "en", null],
    ["", "en", null],
    ["?!", "en", null],
  ])("answers %j", (prompt, language, id) => {
    const matched = matchQuestion(prompt);
    expect(matched.language).toBe(language);
    expect(matched.event?.id ?? null).toBe(id);
  });
});
