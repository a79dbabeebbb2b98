import type { Place } from "@/schemas/country";
import type { Background } from "@/server/domain/eval/content-similarity";
import { wordsOf } from "@/server/domain/eval/text";

/** One answer, as far as its words are concerned. */
export type PlacedAnswer = { readonly place: Place; readonly text: string };

/** A term that at least half of the answers use, and how many of each place's answers use it. */
export type CoveredTerm = {
  readonly term: string;
  readonly uses: number;
  /** In the order of `places`. */
  readonly usesBy: readonly number[];
};

export type TermCoverage = {
  readonly places: readonly {
    readonly place: Place;
    /** Answers of this place that were looked at. */
    readonly answers: number;
  }[];
  /** Answers that were looked at, out of as many as there are. */
  readonly answers: number;
  readonly outOf: number;
  /** Terms that places use most differently come first, then those that most answers use. */
  readonly terms: readonly CoveredTerm[];
};

/** With fewer answers, "half of them" is one or two voices. */
export const MIN_COVERED_ANSWERS = 4;
/** More answers than this are not looked at: a page has to be made in time. */
const MAX_COVERED_ANSWERS = 120;
/** Longer answers are not looked at beyond this many UTF-16 units. */
const MAX_COVERED_LENGTH = 20_000;

const DIGIT = /\p{Nd}/u;
const LETTERS = /\p{L}/gu;
/** Scripts whose words are short because one sign carries a syllable or a meaning. */
const DENSE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const MIN_LETTERS = 4;
const MIN_DENSE_LETTERS = 2;

/**
 * Whether a word may say what a text is about: any with a digit; else one of four letters or more (two
 * in scripts like Chinese), which leaves out most articles, pronouns and prepositions in any language.
 */
const isTerm = (word: string): boolean =>
  DIGIT.test(word) ||
  (word.match(LETTERS)?.length ?? 0) >= (DENSE.test(word) ? MIN_DENSE_LETTERS : MIN_LETTERS);

/** The words of a whole text that may say what it is about, without those that are `common` in its language. */
export const termsIn = (
  text: string,
  language: string,
  common: ReadonlySet<string>,
): ReadonlySet<string> =>
  new Set(wordsOf(text, language).filter((word) => isTerm(word) && !common.has(word)));

/**
 * Which terms at least half of all answers to a prompt use, and how many answers of each place do.
 * Explains an omission by naming it; words only, so the same thing said in other words counts as left out.
 *
 * @param answers of all places, each place's by repeat. Of many, as many of each place are looked at.
 * @param background common words of the language, which are no terms; null: none are known.
 * @returns null with fewer than four answers.
 */
export function termCoverage(
  answers: readonly PlacedAnswer[],
  language: string,
  background: Background | null,
): TermCoverage | null {
  const looked = inTurn(answers).slice(0, MAX_COVERED_ANSWERS);
  if (looked.length < MIN_COVERED_ANSWERS) return null;
  const common = new Set(background?.common);
  const places = [...new Set(answers.map(({ place }) => place))];
  const perPlace = places.map((place) => looked.filter((answer) => answer.place === place).length);
  const usesOf = new Map<string, number[]>();
  for (const { place, text } of looked)
    for (const term of termsIn(text.slice(0, MAX_COVERED_LENGTH), language, common)) {
      const uses = usesOf.get(term) ?? places.map(() => 0);
      const at = places.indexOf(place);
      uses[at] = (uses[at] ?? 0) + 1;
      usesOf.set(term, uses);
    }
  const terms = [...usesOf]
    .map(([term, usesBy]) => ({ term, usesBy, uses: usesBy.reduce((sum, n) => sum + n, 0) }))
    .filter(({ uses }) => uses * 2 >= looked.length);
  const spread = new Map(terms.map(({ term, usesBy }) => [term, spreadOf(usesBy, perPlace)]));
  return {
    places: places.map((place, i) => ({ place, answers: perPlace[i] ?? 0 })),
    answers: looked.length,
    outOf: answers.length,
    terms: terms.sort(
      (a, b) =>
        (spread.get(b.term) ?? 0) - (spread.get(a.term) ?? 0) ||
        b.uses - a.uses ||
        (a.term < b.term ? -1 : 1),
    ),
  };
}

/** The first answer of every place, then the second of every place, and so on. */
function inTurn(answers: readonly PlacedAnswer[]): readonly PlacedAnswer[] {
  const seen = new Map<Place, number>();
  return answers
    .map((answer) => {
      const turn = seen.get(answer.place) ?? 0;
      seen.set(answer.place, turn + 1);
      return { answer, turn };
    })
    .sort((a, b) => a.turn - b.turn)
    .map(({ answer }) => answer);
}

/** Between the place that uses a term most and the one that uses it least, as shares of their answers. */
function spreadOf(usesBy: readonly number[], answersBy: readonly number[]): number {
  const shares = usesBy.flatMap((uses, i) => {
    const answers = answersBy[i] ?? 0;
    return answers === 0 ? [] : [uses / answers];
  });
  return Math.max(...shares) - Math.min(...shares);
}

/** The terms of `coverage` that one text does not use, in the coverage's order. */
export function omittedTerms(
  coverage: TermCoverage,
  text: string,
  language: string,
): readonly CoveredTerm[] {
  const used = new Set(wordsOf(text.slice(0, MAX_COVERED_LENGTH), language));
  return coverage.terms.filter(({ term }) => !used.has(term));
}
