import { element } from "@/components/bundle/verifier-page/element";

/** Characters that steer or hide text without being seen: controls, formats, separators of lines. */
const HIDDEN = /[^\P{Cc}\n\t]|\p{Cf}|[\u2028\u2029]/gu;

/** Longer texts are cut on the page; the file has them whole. */
const SHOWN_CHARACTERS = 4_000;

const codePoint = (char: string): string =>
  `[U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`;

/** Text with what would not be seen in it made visible. */
export const visible = (text: string): string => text.replace(HIDDEN, codePoint);

/** A line of somebody else's: it cannot turn the text around it. */
export const strangerLine = (text: string, look = ""): HTMLElement =>
  element("bdi", look, visible(text));

/** What somebody else wrote, in its own direction and with its own line breaks. */
export function strangerText(text: string): HTMLElement {
  const isCut = text.length > SHOWN_CHARACTERS;
  const block = element("pre", "stranger", visible(text.slice(0, SHOWN_CHARACTERS)));
  block.dir = "auto";
  return isCut
    ? element("div", "", block, element("p", "small", "The text goes on in the file."))
    : block;
}
