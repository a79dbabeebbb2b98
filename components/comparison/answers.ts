import type { ResponseExcerpt } from "@/schemas/snapshot";
import type { PlacedAnswer } from "@/server/domain/eval/term-coverage";

/** Whether a response answers, from where it was meant to: such count when it is said what most answers use. */
export const isAnswer = ({ state, text, isElsewhere }: ResponseExcerpt): boolean =>
  (state === "answered" || state === "truncated") && text !== null && !isElsewhere;

/** The answers among responses, as far as their words are concerned. */
export const answersIn = (excerpts: readonly ResponseExcerpt[]): readonly PlacedAnswer[] =>
  excerpts.filter(isAnswer).map(({ country, text }) => ({ place: country, text: text ?? "" }));
