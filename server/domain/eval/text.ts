/** How many pieces of text are remembered with their words, in each language. */
const REMEMBERED_PIECES = 50_000;

type WordCutter = {
  readonly segmenter: Intl.Segmenter;
  /** Words of pieces that were cut before: answers to one question share most of theirs. */
  readonly pieces: Map<string, readonly string[]>;
};

const cutters = new Map<string, WordCutter>();

function cutterFor(language: string): WordCutter {
  const known = cutters.get(language);
  if (known !== undefined) return known;
  const cutter = {
    segmenter: segmenterFor(language),
    pieces: new Map<string, readonly string[]>(),
  };
  cutters.set(language, cutter);
  return cutter;
}

/** A tag that ICU does not read is cut by the rules that hold for every language. */
function segmenterFor(language: string): Intl.Segmenter {
  try {
    return new Intl.Segmenter(language, { granularity: "word" });
  } catch {
    return new Intl.Segmenter("und", { granularity: "word" });
  }
}

/** NFC: what looks the same is spelled the same. For comparing only, evidence stays as it came. */
export const normalizeText = (text: string): string => text.normalize("NFC");

/**
 * The words of a text in lower case, in order, as Unicode's word boundaries (UAX 29) and ICU's
 * dictionaries for the language cut them. Punctuation and spaces are no words, numbers are.
 *
 * Works piece by piece between spaces, tabs and line ends, where a boundary always is, so that a
 * piece which comes again costs a look-up.
 *
 * @param language a BCP 47 tag.
 */
export function wordsOf(text: string, language: string): readonly string[] {
  const { segmenter, pieces } = cutterFor(language);
  const words: string[] = [];
  for (const piece of normalizeText(text).split(/[ \t\r\n]+/)) {
    let cut = pieces.get(piece);
    if (cut === undefined) {
      cut = wordsOfPiece(segmenter, piece);
      if (pieces.size >= REMEMBERED_PIECES) pieces.clear();
      pieces.set(piece, cut);
    }
    for (const word of cut) words.push(word);
  }
  return words;
}

const wordsOfPiece = (segmenter: Intl.Segmenter, piece: string): readonly string[] =>
  Array.from(segmenter.segment(piece))
    .filter(({ isWordLike }) => isWordLike === true)
    .map(({ segment }) => segment.toLowerCase());
