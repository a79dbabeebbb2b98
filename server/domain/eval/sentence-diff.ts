import { diff } from "fast-myers-diff";
import { sentencesOf, wordsOf } from "@/server/domain/eval/text";
import { type WordDiff, wordDiff } from "@/server/domain/eval/word-diff";

/** One sentence of one text, with its place there, from 0. */
export type PlacedSentence = { readonly at: number; readonly text: string };

/**
 * One row of two texts laid beside each other. `same`: the same words and signs, white space aside.
 * `changed`: alike enough to be the same sentence in other words; `words` is null when it is too long to
 * be taken apart.
 */
export type SentenceRow =
  | {
      readonly kind: "same" | "changed";
      readonly a: PlacedSentence;
      readonly b: PlacedSentence;
      /** Whether it stands in another order among the sentences that both texts have. */
      readonly isMoved: boolean;
      readonly words: WordDiff | null;
    }
  | { readonly kind: "removed"; readonly a: PlacedSentence; readonly b: null }
  | { readonly kind: "added"; readonly a: null; readonly b: PlacedSentence };

/** More sentences than this in one text are not aligned: the work grows with the product. */
const MAX_SENTENCES = 400;
/** For the words of one pair of sentences. */
const MAX_PAIR_COMPARISONS = 100_000;

/**
 * From which cosine on two sentences count as one in other words. Of sentences of answers to different
 * questions (SpeechMap: en, zh, fi; 36,000), fewer than 5 in 1,000 find a partner from 0.4 to 0.6; of
 * two phrasings of different facts of the control corpus (en, ar; 4,710 pairs) no pair does, of two
 * phrasings of one fact 32 % (en) and 16 % (ar) do. Most paraphrases are not found: words are all it sees.
 */
const MATCH_COSINE = 0.4;

/**
 * Lays two texts beside each other sentence by sentence. Sentences that are equal in order are matched
 * first, then equal ones elsewhere, then the most alike of the rest by the cosine of their words,
 * each word weighed by how rare it is in both texts. Words are compared inside matched pairs only.
 *
 * Rows follow the first text; what only the second has stands where it stands there. All sentences of
 * both texts are in exactly one row.
 *
 * @returns null when a text has more than 400 sentences.
 */
export function sentenceDiff(
  a: string,
  b: string,
  language: string,
): readonly SentenceRow[] | null {
  const [ours, theirs] = [sentencesOf(a, language), sentencesOf(b, language)];
  if (Math.max(ours.length, theirs.length) > MAX_SENTENCES) return null;
  const partner = matched(ours, theirs, language);
  const inOrder = longestRise(partner);
  const rowOf = (at: number, text: string): SentenceRow => {
    const to = partner[at];
    if (to === undefined || to < 0) return { kind: "removed", a: { at, text }, b: null };
    const other = theirs[to] ?? "";
    const isSame = plain(text) === plain(other);
    return {
      kind: isSame ? "same" : "changed",
      a: { at, text },
      b: { at: to, text: other },
      isMoved: !inOrder.has(at),
      words: isSame ? null : wordDiff(text, other, language, MAX_PAIR_COMPARISONS),
    };
  };
  const taken = new Set(partner);
  return woven(
    ours.map((text, at) => rowOf(at, text)),
    theirs.flatMap((text, at) => (taken.has(at) ? [] : [{ at, text }])),
  );
}

/** What a sentence is recognized by. */
const plain = (sentence: string): string => sentence.trim().replace(/\s+/g, " ");

/** Puts what only the second text has before the first row that stands behind it there, in order. */
function woven(
  rows: readonly SentenceRow[],
  added: readonly PlacedSentence[],
): readonly SentenceRow[] {
  const all: SentenceRow[] = [];
  let next = 0;
  const putBefore = (limit: number): void => {
    for (let one = added[next]; one !== undefined && one.at < limit; one = added[++next])
      all.push({ kind: "added", a: null, b: one });
  };
  for (const row of rows) {
    if ((row.kind === "same" || row.kind === "changed") && !row.isMoved) putBefore(row.b.at);
    all.push(row);
  }
  putBefore(Number.POSITIVE_INFINITY);
  return all;
}

/** For each sentence of the first text, the place of its partner in the second, or -1. */
function matched(
  ours: readonly string[],
  theirs: readonly string[],
  language: string,
): readonly number[] {
  const partner = ours.map(() => -1);
  const free = new Set(theirs.keys());
  const marry = (i: number, j: number): void => {
    if (partner[i] !== -1 || !free.has(j)) return;
    partner[i] = j;
    free.delete(j);
  };
  const [a, b] = [ours.map(plain), theirs.map(plain)];
  for (const [i, j] of equalInOrder(a, b)) marry(i, j);
  for (const [i, sentence] of a.entries())
    if (partner[i] === -1)
      for (const j of free)
        if (b[j] === sentence) {
          marry(i, j);
          break;
        }
  const open = [...partner.keys()].filter((i) => partner[i] === -1);
  for (const { i, j } of alike(weighed([...ours, ...theirs], language), ours.length, open, free))
    marry(i, j);
  return partner;
}

/** Pairs of equal sentences that stand in the same order in both texts: as many as there can be. */
function* equalInOrder(a: string[], b: string[]): Generator<readonly [number, number]> {
  let [i, j] = [0, 0];
  for (const [fromA, toA, fromB, toB] of diff(a, b)) {
    while (i < fromA && j < fromB) yield [i++, j++];
    [i, j] = [toA, toB];
  }
  while (i < a.length && j < b.length) yield [i++, j++];
}

/** A sentence's different words with their weights, of length 1 together. */
type Vector = ReadonlyMap<string, number>;

/** Every sentence as a vector; a word weighs ln(1 + sentences / sentences that have it). */
function weighed(sentences: readonly string[], language: string): readonly Vector[] {
  const words = sentences.map((sentence) => new Set(wordsOf(sentence, language)));
  const counts = new Map<string, number>();
  for (const set of words) for (const word of set) counts.set(word, (counts.get(word) ?? 0) + 1);
  return words.map((set) => {
    const weights = [...set].map(
      (word) => [word, Math.log(1 + sentences.length / (counts.get(word) ?? 1))] as const,
    );
    const length = Math.hypot(...weights.map(([, weight]) => weight));
    return new Map(weights.map(([word, weight]) => [word, weight / length]));
  });
}

/** Pairs of open sentences that are alike enough, the most alike first; of equals the earlier ones. */
function alike(
  vectors: readonly Vector[],
  firstOfSecond: number,
  open: readonly number[],
  free: ReadonlySet<number>,
): readonly { i: number; j: number; cosine: number }[] {
  const pairs: { i: number; j: number; cosine: number }[] = [];
  for (const i of open)
    for (const j of free) {
      const cosine = dot(vectors[i], vectors[firstOfSecond + j]);
      if (cosine >= MATCH_COSINE) pairs.push({ i, j, cosine });
    }
  return pairs.sort((x, y) => y.cosine - x.cosine || x.i - y.i || x.j - y.j);
}

function dot(a: Vector = new Map(), b: Vector = new Map()): number {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  let sum = 0;
  for (const [word, weight] of small) sum += weight * (large.get(word) ?? 0);
  return sum;
}

/** The places of the longest sequence of partners that only rises (patience sorting): those did not move. */
function longestRise(partner: readonly number[]): ReadonlySet<number> {
  const ends: number[] = [];
  const before = new Map<number, number>();
  for (const [at, to] of partner.entries()) {
    if (to < 0) continue;
    const found = ends.findIndex((end) => (partner[end] ?? 0) >= to);
    const place = found < 0 ? ends.length : found;
    const previous = ends[place - 1];
    if (previous !== undefined) before.set(at, previous);
    ends[place] = at;
  }
  const rise = new Set<number>();
  for (let at = ends.at(-1); at !== undefined; at = before.get(at)) rise.add(at);
  return rise;
}
