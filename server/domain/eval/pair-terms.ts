import type { Background } from "@/server/domain/eval/content-similarity";
import { type TermCoverage, termsIn } from "@/server/domain/eval/term-coverage";
import { normalizeText, tokensOf } from "@/server/domain/eval/text";

/** What two answers have in common and what one of them leaves out, as far as single terms say it. */
export type PairTerms = {
  /** Terms that both use, in the order in which the first comes to them. */
  readonly both: readonly string[];
  /**
   * Terms that one uses and the other does not, although at least half of all answers do, in the
   * coverage's order: what only the first has, then what only the second has. Null: there are too few
   * answers to say what most of them use.
   */
  readonly onlyOne: readonly [readonly string[], readonly string[]] | null;
};

/** A stretch of a text. `both`, `one`: a term of that kind; null: anything else. */
export type MarkedPart = { readonly text: string; readonly mark: "both" | "one" | null };

/**
 * Which terms two answers share, and which that most answers use only one of the two has. What one of them
 * says and hardly anybody else does is no omission of the other, so it is not among them.
 *
 * The time grows with the length of the texts; callers bound it (`MAX_COMPARED_LENGTH`).
 *
 * @param coverage of all answers to the prompt; null with fewer than four.
 * @param background common words of the language, which are no terms; null: none are known.
 */
export function pairTerms(
  [a, b]: readonly [string, string],
  language: string,
  background: Background | null,
  coverage: TermCoverage | null,
): PairTerms {
  const common = new Set(background?.common);
  const inA = termsIn(a, language, common);
  const inB = termsIn(b, language, common);
  const covered = coverage?.terms.map(({ term }) => term) ?? null;
  const only = (here: ReadonlySet<string>, there: ReadonlySet<string>) =>
    covered?.filter((term) => here.has(term) && !there.has(term)) ?? [];
  return {
    both: [...inA].filter((term) => inB.has(term)),
    onlyOne: covered === null ? null : [only(inA, inB), only(inB, inA)],
  };
}

/** A whole text in parts, with its terms marked; put together again the parts are the text. */
export function markedParts(
  text: string,
  language: string,
  { both, onlyOne }: PairTerms,
): readonly MarkedPart[] {
  const marks = new Map<string, "both" | "one">([
    ...both.map((term) => [term, "both"] as const),
    ...(onlyOne?.flat() ?? []).map((term) => [term, "one"] as const),
  ]);
  const parts: MarkedPart[] = [];
  let plain = "";
  const flush = () => {
    if (plain !== "") parts.push({ text: plain, mark: null });
    plain = "";
  };
  for (const token of tokensOf(text, language)) {
    const mark = marks.get(normalizeText(token).toLowerCase());
    if (mark === undefined) {
      plain += token;
      continue;
    }
    flush();
    parts.push({ text: token, mark });
  }
  flush();
  return parts;
}
