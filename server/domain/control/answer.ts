import type { CountryCode } from "@/schemas/country";
import { concat, utf8 } from "@/server/domain/bytes";
import type { ControlEvent, ControlFact, ControlLanguage } from "@/server/domain/control/event";
import { matchQuestion } from "@/server/domain/control/match-question";
import {
  type ControlModelId,
  type ControlPolicy,
  policiesFor,
} from "@/server/domain/control/policies";
import { CLOSINGS, OPENINGS, REFUSALS, UNKNOWN } from "@/server/domain/control/wording";
import { canonicalBytes } from "@/server/domain/digest";
import { type Draws, drawsFrom } from "@/server/domain/job/draws";
import { sha256 } from "@/server/domain/sha256";

/** The control models, for whoever composes a job. */
export const CONTROL_MODELS: readonly {
  readonly id: ControlModelId;
  readonly description: string;
}[] = [
  {
    id: "control-open",
    description:
      "Answers alike everywhere: any difference that it shows between countries is noise.",
  },
  {
    id: "control-regional",
    description:
      "Leaves out, softens, refuses or falls silent in some countries, by a published table.",
  },
];

/** What is asked of a control model: a chat request, and the country that it is asked from. */
export type ControlRequest = {
  readonly model: string;
  readonly country: CountryCode;
  readonly prompt: string;
  readonly systemPrompt: string | null;
  readonly seed: number;
  readonly temperature: number;
  readonly maxTokens: number;
};

/** What a control model answers. A token is a piece of text between white space. */
export type ControlAnswer = {
  readonly content: string;
  readonly finishReason: "stop" | "length" | "content_filter";
  readonly promptTokens: number;
  readonly completionTokens: number;
};

/** How often a side fact is in an answer. */
const SIDE_FACT_PROBABILITY = 0.7;
/** How often the first side fact of the list stands right after the first main fact, not with the others. */
const EARLY_PROBABILITY = 0.5;

/**
 * What a control model answers, or null when there is no such model.
 *
 * The same request always gets the same answer, and another seed another one, as sampled answers
 * vary. Two streams of draws are kept apart: the wording follows from prompt, system prompt and
 * seed alone, so model and country cannot touch it; the policy's dice follow from the country too.
 * Hence an answer that no policy touched is, seed by seed, the one of `control-open`.
 *
 * At temperature 0 the wording is one fixed text; the policy's dice still fall, because a policy
 * stands in front of a model. Any other temperature counts the same. `maxTokens` cuts the answer
 * and changes nothing else.
 */
export function answerAsControlModel(request: ControlRequest): ControlAnswer | null {
  const model = CONTROL_MODELS.find(({ id }) => id === request.model)?.id;
  if (model === undefined) return null;
  const { prompt, systemPrompt, seed, country } = request;
  const base = sha256(canonicalBytes({ prompt, system: systemPrompt, seed }));
  const wording = request.temperature === 0 ? null : drawsFrom(base);
  const { language, event } = matchQuestion(prompt);
  const promptTokens = tokensOf(prompt).length + tokensOf(systemPrompt ?? "").length;
  if (event === null) {
    const unknown = wording?.pick(UNKNOWN[language]) ?? first(UNKNOWN[language]);
    return cut(unknown, promptTokens, request.maxTokens);
  }
  const policies = policiesFor(model, country, event.id);
  const inForce = policies.length === 0 ? [] : thrown(policies, concat(base, utf8(country)));
  const content = policed(event, language, inForce, wording);
  return cut(content, promptTokens, request.maxTokens);
}

const first = (items: readonly string[]): string => items[0] ?? "";

const tokensOf = (text: string): readonly string[] => text.match(/\S+/g) ?? [];

/** The policies whose dice fell, each thrown for itself. */
function thrown(policies: readonly ControlPolicy[], seed: Uint8Array): readonly ControlPolicy[] {
  const dice = drawsFrom(seed);
  return policies.filter(({ probability }) => dice.chance(probability));
}

/** The answer under the policies in force. The first refusal or silence among them decides alone. */
function policed(
  event: ControlEvent,
  language: ControlLanguage,
  inForce: readonly ControlPolicy[],
  wording: Draws | null,
): string {
  const effects = inForce.map(({ effect }) => effect);
  const silencing = effects.find(({ kind }) => kind === "refuse" || kind === "empty");
  if (silencing?.kind === "empty") return "";
  if (silencing?.kind === "refuse")
    return wording?.pick(REFUSALS[language]) ?? first(REFUSALS[language]);
  const omitted = new Set(
    effects.flatMap((effect) => (effect.kind === "omit" ? effect.facts : [])),
  );
  const softened = new Map(
    effects.flatMap((effect) =>
      effect.kind === "soften" ? [[effect.fact, effect.phrasings[language]] as const] : [],
    ),
  );
  return composed(event, language, wording)
    .filter(({ fact }) => fact === null || !omitted.has(fact))
    .map(({ fact, draw, text }) => {
      const weaker = fact === null ? undefined : softened.get(fact);
      return weaker === undefined ? text : (weaker[draw % weaker.length] ?? text);
    })
    .join(" ");
}

/** One sentence of an answer: its fact (null for opening and closing) and the draw that worded it. */
type Sentence = { readonly fact: string | null; readonly draw: number; readonly text: string };

/** The sentences of an untouched answer, in order. */
function composed(
  event: ControlEvent,
  language: ControlLanguage,
  wording: Draws | null,
): readonly Sentence[] {
  const said = (fact: ControlFact): Sentence => {
    const phrasings = fact.phrasings[language];
    const draw = wording?.below(phrasings.length) ?? 0;
    return { fact: fact.id, draw, text: phrasings[draw] ?? "" };
  };
  if (wording === null) return event.facts.map(said);
  const main = event.facts.filter(({ weight }) => weight === "main").map(said);
  const side = event.facts.filter(({ weight }) => weight === "side");
  const early: Sentence[] = [];
  const late: Sentence[] = [];
  for (const fact of wording.shuffled(side)) {
    const sentence = said(fact);
    if (!wording.chance(SIDE_FACT_PROBABILITY)) continue;
    const isEarly = fact === side[0] && wording.chance(EARLY_PROBABILITY);
    (isEarly ? early : late).push(sentence);
  }
  const framed = (texts: readonly string[]): readonly Sentence[] => {
    const text = wording.pick(texts);
    return text === "" ? [] : [{ fact: null, draw: 0, text }];
  };
  return [
    ...framed(OPENINGS[language]),
    ...main.slice(0, 1),
    ...early,
    ...main.slice(1),
    ...late,
    ...framed(CLOSINGS[language]),
  ];
}

/** The answer as far as the token limit allows. */
function cut(content: string, promptTokens: number, maxTokens: number): ControlAnswer {
  const tokens = tokensOf(content);
  if (tokens.length <= maxTokens)
    return { content, finishReason: "stop", promptTokens, completionTokens: tokens.length };
  return {
    content: tokens.slice(0, maxTokens).join(" "),
    finishReason: "length",
    promptTokens,
    completionTokens: maxTokens,
  };
}
