/** Names of the characters that steer or hide text without being seen (Unicode 16, UAX 9 and C0/C1). */
const NAMES: Readonly<Record<string, string>> = {
  "\u061c": "ALM",
  "\u200b": "ZWSP",
  "\u200e": "LRM",
  "\u200f": "RLM",
  "\u202a": "LRE",
  "\u202b": "RLE",
  "\u202c": "PDF",
  "\u202d": "LRO",
  "\u202e": "RLO",
  "\u2060": "WJ",
  "\u2066": "LRI",
  "\u2067": "RLI",
  "\u2068": "FSI",
  "\u2069": "PDI",
  "\ufeff": "BOM",
};
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /([\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff])/u;

const nameOf = (hidden: string): string =>
  NAMES[hidden] ?? `U+${(hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

/** Somebody else's text for where no element can stand, as in a label: hidden characters as `[RLO]`, cut at 60. */
export const plainly = (text: string): string =>
  text
    .slice(0, 60)
    .split(HIDDEN)
    .map((part, i) => (i % 2 === 0 ? part : `[${nameOf(part)}]`))
    .join("");

const RTL_LANGUAGES = new Set([
  "ar",
  "arc",
  "ckb",
  "dv",
  "fa",
  "he",
  "ks",
  "nqo",
  "ps",
  "sd",
  "syr",
  "ug",
  "ur",
  "yi",
]);
const RTL_LETTERS =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/gu;

/** The direction in which a language is written. */
export const directionOfLanguage = (language: string): "ltr" | "rtl" =>
  RTL_LANGUAGES.has(language.split("-")[0] ?? "") ? "rtl" : "ltr";

/** The direction of most letters of `text`; without letters, that of the language it was asked in. */
export function directionOf(text: string, language: string): "ltr" | "rtl" {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return directionOfLanguage(language);
  return (text.match(RTL_LETTERS)?.length ?? 0) * 2 > letters ? "rtl" : "ltr";
}

/**
 * A stretch of what somebody else wrote, for inside an element that says its language and direction:
 * characters that would steer the text around them or hide are shown by name.
 */
export function UntrustedParts({ text }: { text: string }) {
  return text
    .replaceAll("\r\n", "\n")
    .split(HIDDEN)
    .map((part, i) =>
      i % 2 === 0 ? (
        part
      ) : (
        <bdi
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one fixed text
          key={i}
          title="An invisible character of the answer, shown by its name"
          className="code mx-0.5 rounded-sm border border-beacon px-1 text-beacon"
        >
          {nameOf(part)}
        </bdi>
      ),
    );
}

/** How an element stands that holds somebody else's text: line breaks kept, its direction its own. */
export const UNTRUSTED = "whitespace-pre-wrap wrap-anywhere [unicode-bidi:isolate]";

/**
 * What somebody else wrote: rendered as text and nothing else, its line breaks kept. Characters that
 * would steer the text around them or hide are shown by name, so that what is read is what was sent.
 */
export function UntrustedText({
  text,
  language,
  className = "",
  as: Element = "div",
}: {
  text: string;
  language: string;
  className?: string;
  /** A span where only phrases may stand, as in a heading. */
  as?: "div" | "span";
}) {
  return (
    <Element
      lang={language}
      dir={directionOf(text, language)}
      className={`${UNTRUSTED} ${className}`}
    >
      <UntrustedParts text={text} />
    </Element>
  );
}
