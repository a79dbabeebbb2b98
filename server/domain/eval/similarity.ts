import { wordsOf } from "@/server/domain/eval/text";

/** The measure and its version. Whoever changes what follows changes the name. */
export const SIMILARITY = "word-jaccard/1";

/** The different words of a text as rising numbers, so that two texts compare without strings. */
export type WordSet = Uint32Array;

/**
 * The set of a text's words.
 *
 * @param numbers gives each word its number and grows with every new one; sets compare only when they share it.
 */
export function wordSetOf(text: string, language: string, numbers: Map<string, number>): WordSet {
  const set = new Set<number>();
  for (const word of wordsOf(text, language)) {
    let number = numbers.get(word);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(word, number);
    }
    set.add(number);
  }
  return Uint32Array.from(set).sort();
}

/** Jaccard: common words over all words, 0 to 1. Null when neither text has a word. */
export function jaccard(a: WordSet, b: WordSet): number | null {
  if (a.length + b.length === 0) return null;
  let common = 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const difference = (a[i] ?? 0) - (b[j] ?? 0);
    if (difference === 0) common++;
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return common / (a.length + b.length - common);
}

/** How alike two texts of one language are: word-jaccard/1. Null when neither has a word. */
export function wordJaccard(a: string, b: string, language: string): number | null {
  const numbers = new Map<string, number>();
  return jaccard(wordSetOf(a, language, numbers), wordSetOf(b, language, numbers));
}

/**
 * How alike by word-jaccard/1 two answers are that one model gave to the same question: gpt-oss-120b in
 * the SpeechMap data, 8 pairs, 0.24 to 0.31, mean 0.286. The two takes lie 11 months apart, with sampling
 * settings and host unrecorded, and some first takes were cut short: a landmark, not a rule.
 */
export const ASKED_TWICE = { lowest: 0.24, highest: 0.31, pairs: 8 } as const;
