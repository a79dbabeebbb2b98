import { CONTROL_EVENTS } from "@/server/domain/control/corpus";
import type { ControlEvent, ControlLanguage } from "@/server/domain/control/event";

/** The least share of common words (Jaccard) at which a prompt that names an event counts as a question about it. */
export const MATCH_THRESHOLD = 0.3;

/** What a prompt asks of the corpus: in which language, and about which event, if any. */
export type MatchedQuestion = {
  readonly language: ControlLanguage;
  readonly event: ControlEvent | null;
};

type KnownQuestion = {
  readonly event: ControlEvent;
  readonly name: string;
  readonly words: ReadonlySet<string>;
};

/**
 * Words with their spelling differences taken away: case, punctuation, Arabic vowel signs and
 * elongation, the forms of alef, and the two letters used for a foreign v.
 */
const normalised = (text: string): string =>
  text
    .normalize("NFC")
    .toLowerCase()
    .replace(/[\u064b-\u0652\u0640]/g, "")
    .replace(/[أإآ]/g, "ا")
    .replace(/ڤ/g, "ف")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

const wordSet = (normal: string): ReadonlySet<string> =>
  new Set(normal === "" ? [] : normal.split(" "));

/** Arabic when most of its letters are; everything else is answered in English. */
function languageOf(prompt: string): ControlLanguage {
  const letters = prompt.match(/\p{L}/gu)?.length ?? 0;
  const arabic = prompt.match(/\p{Script=Arabic}/gu)?.length ?? 0;
  return arabic * 2 > letters ? "ar" : "en";
}

const exact = new Map<string, ControlEvent>();
const known: Record<ControlLanguage, KnownQuestion[]> = { en: [], ar: [] };
for (const event of CONTROL_EVENTS)
  for (const language of ["en", "ar"] as const)
    for (const question of event.questions[language]) {
      const normal = normalised(question);
      exact.set(normal, event);
      known[language].push({
        event,
        name: normalised(event.name[language]),
        words: wordSet(normal),
      });
    }

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const word of a) if (b.has(word)) common++;
  return common / (a.size + b.size - common);
}

/**
 * Finds the event that a prompt asks about: a question of the corpus word for word, else, among the
 * questions in the prompt's language whose event the prompt names, the one with the largest share
 * of common words, at `MATCH_THRESHOLD` or above. The name keeps a question about something real,
 * worded like one of ours, from being answered with an invention.
 */
export function matchQuestion(prompt: string): MatchedQuestion {
  const language = languageOf(prompt);
  const normal = normalised(prompt);
  const same = exact.get(normal);
  if (same !== undefined) return { language, event: same };
  const words = wordSet(normal);
  let event: ControlEvent | null = null;
  let best = MATCH_THRESHOLD;
  for (const question of known[language]) {
    if (!words.has(question.name)) continue;
    const share = overlap(words, question.words);
    if (share > best || (share === best && event === null)) {
      best = share;
      event = question.event;
    }
  }
  return { language, event };
}
