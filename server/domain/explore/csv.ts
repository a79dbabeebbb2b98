import { spellHidden } from "@/server/domain/hidden-text";

/**
 * A cell of a table: a text, a number, or null for a number that was not measured. A text that is not there
 * is the empty text.
 */
export type CsvCell = string | number | null;

/** What stands where a number was not measured. Never a zero, never nothing. */
export const NOT_MEASURED = "not measured";

/**
 * What makes a spreadsheet read a cell as a formula, as OWASP lists it under CSV injection: also in the full
 * width in which some of them accept it. The apostrophe is here so that taking one away always gives back the text.
 */
const DANGEROUS = /^[=+\-@\t\r\n'＝＋－＠]/;
/** What a spreadsheet, or whoever reads, may pass over before such a character. */
const PASSED_OVER = /^[\s\u00ad\u200b-\u200d\u2060\u3164\ufeff]+/;

/** Text that no spreadsheet takes for a formula: an apostrophe stands before whatever could be one. */
export function defuse(text: string): string {
  const isDangerous = DANGEROUS.test(text) || DANGEROUS.test(text.replace(PASSED_OVER, ""));
  return isDangerous ? `'${text}` : text;
}

function cellOf(cell: CsvCell): string {
  if (typeof cell === "number") return Number.isFinite(cell) ? String(cell) : `"${NOT_MEASURED}"`;
  return `"${cell === null ? NOT_MEASURED : defuse(spellHidden(cell)).replaceAll('"', '""')}"`;
}

/**
 * One record of RFC 4180 with its CRLF. Texts are in quotes, numbers are not; what could be a formula is defused
 * and what steers or hides is spelled out.
 */
export const csvRecord = (cells: readonly CsvCell[]): string =>
  `${cells.map(cellOf).join(",")}\r\n`;
