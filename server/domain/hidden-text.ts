/**
 * Characters that steer or hide text without being seen: bidi controls (UAX 9), C0 and C1 but tab and line
 * ends, zero width. The joiners that scripts need are none of them. Pages show the same by name.
 */
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

const codePoint = (char: string) =>
  `[U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`;

/** Strangers' text with every character that steers or hides spelled out: `[U+202E]`. */
export const spellHidden = (text: string): string => text.replace(HIDDEN, codePoint);

/** Strangers' text without them, and how many there were. */
export function withoutHidden(text: string): { readonly text: string; readonly removed: number } {
  return { text: text.replace(HIDDEN, ""), removed: text.match(HIDDEN)?.length ?? 0 };
}
