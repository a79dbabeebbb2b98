import { counted, formatCount } from "@/components/ui/count";
import { placeName } from "@/components/ui/country";
import type { ResponseExcerpt } from "@/schemas/snapshot";
import { CONTENT_SIMILARITY, MIN_BACKGROUND } from "@/server/domain/eval/content-similarity";
import {
  type DifferenceView,
  MAX_COMPARED_LENGTH,
  VIEW_LIMITS,
} from "@/server/domain/eval/difference-view";
import type { SentenceRow } from "@/server/domain/eval/sentence-diff";
import { ASKED_TWICE } from "@/server/domain/eval/similarity";
import type { Divergence, WordDiff } from "@/server/domain/eval/word-diff";

/** What two answers are called: by country, and by repeat where both are of one country. */
export function namesOf(a: ResponseExcerpt, b: ResponseExcerpt): readonly [string, string] {
  const isOneCountry = a.country === b.country;
  const nameOf = ({ country, repeat }: ResponseExcerpt): string =>
    isOneCountry ? `${placeName(country)} (repeat ${repeat + 1})` : placeName(country);
  return [nameOf(a), nameOf(b)];
}

/** Why two answers are shown the way they are: the figure, its measure, and what that means here. */
export function whyThisView(shown: DifferenceView): string {
  if (shown.view === "identical") return "Both are the same text, character for character.";
  if (shown.view === "too-long")
    return `One of the two has more than ${formatCount(MAX_COMPARED_LENGTH)} characters. Neither similarity nor differences are worked out for texts of this length.`;
  const { measure, value } = shown.similarity;
  if (value === null) return "Neither text has a word, so no similarity can be measured.";
  const limits = VIEW_LIMITS[measure];
  const range = {
    words: `From ${limits.words.toFixed(2)} on, answers are shown word by word.`,
    sentences:
      value >= limits.words
        ? "They are alike enough to be shown word by word, but that would take too long, so they are shown sentence by sentence."
        : `From ${limits.sentences.toFixed(2)} to ${limits.words.toFixed(2)}, answers are shown sentence by sentence.`,
    none:
      value >= limits.sentences
        ? "They have too many sentences to be laid beside each other."
        : `Below ${limits.sentences.toFixed(2)} no difference is drawn: the answers share so little wording that nearly every word would be marked.`,
  }[shown.view];
  return `Their similarity is ${value.toFixed(2)}. ${range}`;
}

/** Which words were counted for the similarity, and what figure one and the same model reaches. */
export function aboutTheMeasure(shown: DifferenceView): string | null {
  const measure = shown.view === "identical" ? undefined : shown.similarity?.measure;
  if (measure === undefined) return null;
  const counts =
    measure === CONTENT_SIMILARITY
      ? "Counted are words that fewer than a quarter of this job’s answers in the language use, so grammar does not count."
      : `Counted are all words, because fewer than ${MIN_BACKGROUND} prompts of this job were answered in the language: too few to tell grammar from content.`;
  return `${counts} For scale, over all words: one model that was asked the same question twice came to ${ASKED_TWICE.lowest} to ${ASKED_TWICE.highest} (${ASKED_TWICE.pairs} pairs, SpeechMap data).`;
}

/** Where two texts part, in words and characters. */
export const whereTheyPart = ({ words, characters, tokens }: Divergence): string =>
  characters === 0
    ? "They part at the first character."
    : `They part after ${counted(words, "word")} (${counted(characters, "character")}, ${counted(tokens, "token")}).`;

/** In how many places two texts differ: what is removed and added beside each other is one. */
export const placesThatDiffer = ({ segments }: Pick<WordDiff, "segments">): number =>
  segments.filter(({ kind }, i) => kind !== "same" && (segments[i - 1]?.kind ?? "same") === "same")
    .length;

/** How far two texts differ word by word, for those who hear it too. */
export function wordSummary(diff: WordDiff, [a, b]: readonly [string, string]): string {
  const { removedWords, addedWords, wordsA, wordsB } = diff;
  const units = placesThatDiffer(diff);
  return `${formatCount(removedWords)} of ${counted(wordsA, "word")} from ${a} and ${formatCount(addedWords)} of ${counted(wordsB, "word")} from ${b} differ, in ${counted(units, "place")}.`;
}

const count = (rows: readonly SentenceRow[], kind: SentenceRow["kind"]): number =>
  rows.filter((row) => row.kind === kind).length;

/** How far two texts differ sentence by sentence, for those who hear it too. */
export function sentenceSummary(
  rows: readonly SentenceRow[],
  [a, b]: readonly [string, string],
): string {
  const same = count(rows, "same");
  const moved = rows.filter((row) => "isMoved" in row && row.isMoved).length;
  const parts = [
    [count(rows, "changed"), "in other words"],
    [count(rows, "removed"), `only from ${a}`],
    [count(rows, "added"), `only from ${b}`],
  ] as const;
  const told = parts.flatMap(([n, what]) => (n === 0 ? [] : [`${formatCount(n)} ${what}`]));
  const differ = `${formatCount(rows.length - same)} of ${counted(rows.length, "sentence")} differ${told.length === 0 ? "" : `: ${told.join(", ")}`}.`;
  if (moved === 0) return differ;
  return `${differ} ${formatCount(moved)} of those that both have ${moved === 1 ? "stands" : "stand"} in another place.`;
}
