/** Somebody else's text as one line, for a terminal or a file that a terminal may show: no control character gets through. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
