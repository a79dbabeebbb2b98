/** How many pieces of text are remembered with their words, in each language. */
const REMEMBERED_PIECES = 50_000;

/**
 * Longer pieces are cut behind a full stop, which is a boundary anyway: ICU's time grows with the square
 * of the length (Node 20: 1 ms for 1,000 units, 2 s for 40,000).
 */
const MAX_PIECE = 400;
/** What is still longer is no language's sentence; it is cut where it reaches this, perhaps inside a word. */
const MAX_RUN = 4_000;
/** Behind a full stop of scripts without spaces; a mark that follows belongs to the stop. */
const WIDE_STOP = /(?<=[\u3001\u3002\uff01\uff1f])(?![\p{M}\p{Cf}])/u;

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
    segmenter: segmenterFor(language, "word"),
    pieces: new Map<string, readonly string[]>(),
  };
  cutters.set(language, cutter);
  return cutter;
}

/** A tag that ICU does not read is cut by the rules that hold for every language. */
function segmenterFor(language: string, granularity: "word" | "sentence"): Intl.Segmenter {
  try {
    return new Intl.Segmenter(language, { granularity });
  } catch {
    return new Intl.Segmenter("und", { granularity });
  }
}

/** NFC: what looks the same is spelled the same. For comparing only, evidence stays as it came. */
export const normalizeText = (text: string): string => text.normalize("NFC");

/**
 * The words of a text in lower case, in order, as Unicode's word boundaries (UAX 29) and ICU's
 * dictionaries for the language cut them. Punctuation and spaces are no words, numbers are.
 *
 * Works piece by piece between spaces, tabs and line ends, where a boundary always is, so that a
 * piece which comes again costs a look-up. A run of more than 4,000 UTF-16 units without a space or a
 * full stop is cut there.
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
  segmentsOf(segmenter, piece)
    .filter(({ isWordLike }) => isWordLike === true)
    .map(({ segment }) => segment.toLowerCase());

const segmentsOf = (segmenter: Intl.Segmenter, piece: string): readonly Intl.SegmentData[] =>
  (piece.length <= MAX_PIECE ? [piece] : piece.split(WIDE_STOP).flatMap(runsOf)).flatMap((part) =>
    Array.from(segmenter.segment(part)),
  );

/** Runs of at most `MAX_RUN` units, no character taken apart. */
function runsOf(part: string): readonly string[] {
  const runs: string[] = [];
  for (let start = 0; start < part.length; start += runs.at(-1)?.length ?? 1) {
    const last = part.charCodeAt(start + MAX_RUN - 1);
    const isHalf = last >= 0xd800 && last <= 0xdbff;
    runs.push(part.slice(start, start + MAX_RUN - (isHalf ? 1 : 0)));
  }
  return runs;
}

const WHITE_OR_NOT = /[ \t\r\n]+|[^ \t\r\n]+/g;

/**
 * All of a text in tokens, in order: words, runs of white space, and whatever else stands there. Put
 * together again they are the text, unit by unit; nothing is normalized. Cut as `wordsOf` cuts, piece by piece, so that the time grows with the length alone.
 *
 * @param language a BCP 47 tag.
 */
export function tokensOf(text: string, language: string): readonly string[] {
  const segmenter = segmenterFor(language, "word");
  const known = new Map<string, readonly string[]>();
  const tokens: string[] = [];
  for (const piece of text.match(WHITE_OR_NOT) ?? []) {
    let cut = known.get(piece);
    if (cut === undefined) {
      cut = tokensOfPiece(segmenter, piece);
      known.set(piece, cut);
    }
    for (const token of cut) tokens.push(token);
  }
  return tokens;
}

const tokensOfPiece = (segmenter: Intl.Segmenter, piece: string): readonly string[] =>
  piece.trim() === "" ? [piece] : segmentsOf(segmenter, piece).map(({ segment }) => segment);

/**
 * All of a text in sentences, in order, each with the white space behind it (the first also with what
 * stands before it): put together again they are the text. Cut line by line as Unicode's sentence
 * boundaries (UAX 29) say; a line end always ends one.
 *
 * @param language a BCP 47 tag.
 */
export function sentencesOf(text: string, language: string): readonly string[] {
  const segmenter = segmenterFor(language, "sentence");
  const sentences: string[] = [];
  let blank = "";
  for (const line of text.split(/(?<=\n)/))
    for (const { segment } of segmenter.segment(line)) {
      const last = sentences.length - 1;
      if (segment.trim() !== "") {
        sentences.push(blank + segment);
        blank = "";
      } else if (last >= 0) sentences[last] += segment;
      else blank += segment;
    }
  return blank === "" ? sentences : [...sentences, blank];
}
