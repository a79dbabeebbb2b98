import { jaccard, SIMILARITY, type WordSet, wordSetOf } from "@/server/domain/eval/similarity";
import { wordsOf } from "@/server/domain/eval/text";

/** The measure that looks at content words only, and its version. Whoever changes what follows changes the name. */
export const CONTENT_SIMILARITY = "content-jaccard/1";

/** How alike two texts are, and by which measure. */
export type TextSimilarity = {
  readonly measure: typeof CONTENT_SIMILARITY | typeof SIMILARITY;
  /** 0 to 1; null: neither text has a word. */
  readonly value: number | null;
};

/** Words that a language's texts share whatever they are about. */
export type Background = {
  /** How many texts they were found in. */
  readonly texts: number;
  readonly common: readonly string[];
};

/** A word in at least this share of the background says nothing of what a text is about. */
const COMMON_SHARE = 0.25;

/**
 * The fewest texts that make a background. Each is the answer to another prompt, so with five of them a
 * word that belongs to the topic of one prompt is in one of five, below the share.
 */
export const MIN_BACKGROUND = 5;

/** The most texts that are looked at: the share of a word is known well enough from them. */
export const MAX_BACKGROUND = 60;

/**
 * The words that at least a quarter of `texts` use; null when there are fewer than five.
 *
 * @param texts one answer to each prompt of one language. Answers to a single prompt would not do: they
 *   share its topic, so of eight answers (SpeechMap, 540 pairs) no word is left that two of them use,
 *   and of near copies only what differs.
 */
export function backgroundOf(texts: readonly string[], language: string): Background | null {
  if (texts.length < MIN_BACKGROUND) return null;
  const counts = new Map<string, number>();
  for (const text of texts.slice(0, MAX_BACKGROUND))
    for (const word of new Set(wordsOf(text, language)))
      counts.set(word, (counts.get(word) ?? 0) + 1);
  const size = Math.min(texts.length, MAX_BACKGROUND);
  const common = [...counts].filter(([, count]) => count / size >= COMMON_SHARE);
  return { texts: size, common: common.map(([word]) => word).sort() };
}

/**
 * How alike two texts are: content words in common over content words of either (content-jaccard/1). All
 * words count instead (word-jaccard/1) where there is no background, or where neither text has a
 * content word; the measure in the result says which.
 */
export function contentSimilarity(
  a: string,
  b: string,
  language: string,
  background: Background | null,
): TextSimilarity {
  const numbers = new Map<string, number>();
  const [ours, theirs] = [wordSetOf(a, language, numbers), wordSetOf(b, language, numbers)];
  if (background !== null) {
    const common = new Set(background.common.map((word) => numbers.get(word)));
    const content = (set: WordSet): WordSet => set.filter((number) => !common.has(number));
    const value = jaccard(content(ours), content(theirs));
    if (value !== null) return { measure: CONTENT_SIMILARITY, value };
  }
  return { measure: SIMILARITY, value: jaccard(ours, theirs) };
}
