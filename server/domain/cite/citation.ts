import type { CitedWork } from "@/schemas/citation";

/** The styles in which a citation is given. */
export const CITATION_STYLES = ["apa", "chicago", "bibtex", "csl-json"] as const;
export type CitationStyle = (typeof CITATION_STYLES)[number];

const MONTHS =
  "January February March April May June July August September October November December".split(
    " ",
  );

type Day = { readonly year: number; readonly month: number; readonly day: number };

/** The UTC day of an instant; `month` from 1. */
function dayOf(instant: string): Day {
  const at = new Date(instant);
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() };
}
const monthName = ({ month }: Day): string => MONTHS[month - 1] ?? "";

const KINDS: Readonly<Record<CitedWork["kind"], string>> = {
  response: "Response of an AI service",
  failure: "Record of a request that failed",
  comparison: "Data set",
};

/** Where its proof is, part by part: the log, the place in it, the bytes. Never more than there is. */
const proofParts = ({ log, cid }: CitedWork): readonly string[] => [
  log.index === null
    ? `not yet published in log ${log.origin}`
    : `entry ${log.index} of log ${log.origin}`,
  ...(cid === null ? [] : [`CID ${cid}`]),
];

const SIMULATED = "simulated data";

/** APA, 7th edition: group author, full date, number in parentheses, description in brackets. */
function apa(work: CitedWork): string {
  const at = dayOf(work.at);
  const proof = proofParts(work).join("; ");
  const kind = work.simulated ? `${KINDS[work.kind]}; ${SIMULATED}` : KINDS[work.kind];
  return `${work.portal.name}. (${at.year}, ${monthName(at)} ${at.day}). ${work.title} (${capital(proof)}) [${kind}]. ${work.url}`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** The Chicago Manual of Style, a note: quotation marks within a title become single. */
function chicago(work: CitedWork): string {
  const at = dayOf(work.at);
  const title = work.title.replaceAll("“", "‘").replaceAll("”", "’");
  const parts = [
    `${work.portal.name}, “${title},” ${monthName(at)} ${at.day}, ${at.year}`,
    ...(work.kind === "comparison" ? [KINDS.comparison.toLowerCase()] : []),
    ...proofParts(work),
    ...(work.simulated ? [SIMULATED] : []),
    work.url,
  ];
  return `${parts.join(", ")}.`;
}

/** What TeX would read as a command. Braces by name: BibTeX counts them, escaped or not. */
const TEX: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\textbraceleft{}",
  "}": "\\textbraceright{}",
  $: "\\$",
  "&": "\\&",
  "#": "\\#",
  "%": "\\%",
  _: "\\_",
  "^": "\\textasciicircum{}",
  "~": "\\textasciitilde{}",
};

/** Text as TeX prints it, character for character. */
export const texText = (text: string): string =>
  text.replace(/[\\{}$&#%_^~]/g, (char) => TEX[char] ?? char);

/** A URL inside `\url{}`: braces and backslashes are encoded, and what ends a line or is a parameter is escaped. */
const texUrl = (url: string): string =>
  url
    .replace(/[\\{}]/g, (char) => encodeURIComponent(char))
    .replace(/[%#]/g, (char) => `\\${char}`);

/** A BibTeX entry. The doubled braces keep capitals, and the author whole. */
function bibtex(work: CitedWork): string {
  const at = dayOf(work.at);
  const note = [KINDS[work.kind], ...proofParts(work), ...(work.simulated ? [SIMULATED] : [])];
  const fields: readonly (readonly [string, string])[] = [
    ["author", `{{${texText(work.portal.name)}}}`],
    ["title", `{{${texText(work.title)}}}`],
    ["year", `{${at.year}}`],
    ["month", monthName(at).slice(0, 3).toLowerCase()],
    ["day", `{${at.day}}`],
    ["howpublished", `{\\url{${texUrl(work.url)}}}`],
    ["note", `{${texText(note.join("; "))}}`],
  ];
  const lines = fields.map(([name, value]) => `  ${name} = ${value},\n`);
  return `@misc{beacon-${work.id},\n${lines.join("")}}\n`;
}

/** An item of CSL's input data (csl-data.json). */
export type CslItem = {
  readonly id: string;
  readonly type: "webpage" | "dataset";
  readonly title: string;
  readonly author: readonly { readonly literal: string }[];
  readonly issued: { readonly "date-parts": readonly (readonly number[])[] };
  readonly "container-title": string;
  readonly publisher: string;
  readonly URL: string;
  readonly language: string;
  readonly genre: string;
  readonly archive: string;
  readonly archive_location?: string;
  readonly note: string;
};

/** What citation managers read: one item, with the log as its archive. */
export function cslItem(work: CitedWork): CslItem {
  const at = dayOf(work.at);
  const note = [...(work.simulated ? [SIMULATED] : []), ...proofParts(work)].join("; ");
  return {
    id: `beacon-${work.id}`,
    type: work.kind === "comparison" ? "dataset" : "webpage",
    title: work.title,
    author: [{ literal: work.portal.name }],
    issued: { "date-parts": [[at.year, at.month, at.day]] },
    "container-title": `${work.portal.name}, ${new URL(work.portal.url).host}`,
    publisher: work.portal.name,
    URL: work.url,
    language: work.language,
    genre: KINDS[work.kind],
    archive: `Log ${work.log.origin}`,
    ...(work.log.index === null ? {} : { archive_location: `entry ${work.log.index}` }),
    note: capital(note),
  };
}

/** A citation of an answer or of a comparison. It names the log's entry and the bytes, so that one can check it. */
export function citation(work: CitedWork, style: CitationStyle): string {
  switch (style) {
    case "apa":
      return apa(work);
    case "chicago":
      return chicago(work);
    case "bibtex":
      return bibtex(work);
    case "csl-json":
      return `${JSON.stringify([cslItem(work)], null, 2)}\n`;
  }
}
