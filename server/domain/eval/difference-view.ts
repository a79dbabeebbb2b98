import {
  type Background,
  CONTENT_SIMILARITY,
  contentSimilarity,
  type TextSimilarity,
} from "@/server/domain/eval/content-similarity";
import { type SentenceRow, sentenceDiff } from "@/server/domain/eval/sentence-diff";
import { SIMILARITY } from "@/server/domain/eval/similarity";
import {
  type Divergence,
  firstDivergence,
  type WordDiff,
  wordDiff,
} from "@/server/domain/eval/word-diff";

/** How two answers are laid beside each other, and what that was chosen by. */
export type DifferenceView =
  | { readonly view: "identical" }
  /** Longer than what is compared: neither similarity nor difference was worked out. */
  | { readonly view: "too-long"; readonly divergence: Divergence; readonly similarity: null }
  | (Measured & { readonly view: "words"; readonly diff: WordDiff })
  | (Measured & { readonly view: "sentences"; readonly rows: readonly SentenceRow[] })
  /** Too little wording in common for a difference to mean anything; or, `isTooLong`, too many sentences. */
  | (Measured & { readonly view: "none"; readonly isTooLong: boolean });

type Measured = { readonly similarity: TextSimilarity; readonly divergence: Divergence };

/** The longest text that is compared, in UTF-16 units: four times the longest answer that a job may ask for, in English. */
export const MAX_COMPARED_LENGTH = 40_000;

/**
 * From which similarity on a view is drawn. Content words: from 0.6 on two texts are versions of one, and
 * below 0.25 lie nearly all pairs of free answers (SpeechMap: 95 % of 1,309 pairs in en, zh and fi). All
 * words: grammar alone makes answers alike, so the lower limit is above what one model asked twice
 * reaches (`ASKED_TWICE`) and above 99 % of 540 pairs of full English answers of different models (0.32).
 */
export const VIEW_LIMITS: Readonly<
  Record<TextSimilarity["measure"], { readonly words: number; readonly sentences: number }>
> = {
  [CONTENT_SIMILARITY]: { words: 0.6, sentences: 0.25 },
  [SIMILARITY]: { words: 0.6, sentences: 0.35 },
};

/**
 * Chooses how two answers are shown, by how alike they are, and works out what that view needs.
 *
 * Equal texts are identical; versions of one text are shown word by word; texts that share sentences, by
 * sentence; others not as a difference at all, because nearly everything would be marked. The time is
 * bounded whatever the texts are: what is too long says so.
 *
 * @param background common words of the language (`backgroundOf`); null: all words count.
 */
export function differenceView(
  a: string,
  b: string,
  language: string,
  background: Background | null,
): DifferenceView {
  const divergence = firstDivergence(a, b, language);
  if (divergence === null) return { view: "identical" };
  if (Math.max(a.length, b.length) > MAX_COMPARED_LENGTH)
    return { view: "too-long", divergence, similarity: null };
  const similarity = contentSimilarity(a, b, language, background);
  const measured = { similarity, divergence };
  const limits = VIEW_LIMITS[similarity.measure];
  const value = similarity.value ?? 0;
  if (value >= limits.words) {
    const diff = wordDiff(a, b, language);
    if (diff !== null) return { ...measured, view: "words", diff };
  }
  if (value < limits.sentences) return { ...measured, view: "none", isTooLong: false };
  const rows = sentenceDiff(a, b, language);
  if (rows === null) return { ...measured, view: "none", isTooLong: true };
  return { ...measured, view: "sentences", rows };
}
