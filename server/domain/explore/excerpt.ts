import type { Excerpt } from "@/schemas/explore";

/** The letters of an excerpt beside what was looked for. */
const LENGTH = 260;
/** So much of the text before the match is shown, when the match is not among the first words. */
const LEAD = 70;
/** A cut falls between two words when there is a gap within so many letters. */
const GAP = 24;

/** What belongs to the character before it: marks, joiners, variation selectors, the second half of a pair. */
const CONTINUES = /^(?:\p{M}|\u200d|[\ufe00-\ufe0f]|[\udc00-\udfff])$/u;

/** The place at or before `at` where a text may be cut: between words where that is near, never inside a character. */
function cutBefore(text: string, at: number): number {
  if (at <= 0) return 0;
  if (at >= text.length) return text.length;
  for (let i = at; i > at - GAP && i > 0; i--) if (/\s/.test(text.charAt(i))) return i;
  let i = at;
  while (i > 0 && CONTINUES.test(text.charAt(i))) i--;
  return i;
}

const oneSpace = (text: string): string => text.replace(/\s+/g, " ");
const ofPattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** Where `wanted` stands first, in either of its Unicode spellings, in capitals or not; null: nowhere. */
function find(text: string, wanted: string): { at: number; length: number } | null {
  for (const spelling of new Set([wanted, wanted.normalize("NFD")])) {
    const found = new RegExp(ofPattern(spelling), "iu").exec(text);
    if (found !== null) return { at: found.index, length: found[0].length };
  }
  return null;
}

/**
 * The first words of a text; when what was looked for comes later, the words around its first place.
 *
 * @param wanted what was looked for; null: nothing.
 */
export function excerptOf(text: string, wanted: string | null): Excerpt {
  const found = wanted === null ? null : find(text, wanted);
  const matchEnd = found === null ? 0 : found.at + found.length;
  const isEarly = found === null || matchEnd <= LENGTH;
  const start = isEarly ? 0 : cutBefore(text, found.at - LEAD);
  const end = Math.max(matchEnd, cutBefore(text, start + LENGTH));
  const at = found?.at ?? start;
  return {
    before: oneSpace(text.slice(start, at)).trimStart(),
    match: oneSpace(text.slice(at, matchEnd)),
    after: oneSpace(text.slice(Math.max(at, matchEnd), end)),
    isCutBefore: start > 0,
    isCutAfter: end < text.length,
  };
}
