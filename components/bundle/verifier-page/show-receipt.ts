import { element } from "@/components/bundle/verifier-page/element";
import { strangerLine, strangerText } from "@/components/bundle/verifier-page/stranger-text";
import { checkTitle } from "@/components/verify/check-words";
import type { LogEntry } from "@/schemas/log-entry";
import type { Check, VerificationReport } from "@/server/domain/verify/report";

/** A path in a box of 12 by 12, and the word that it stands for. */
const MARKS: Readonly<Record<Check["outcome"], readonly [path: string, word: string]>> = {
  holds: ["M2.6 6.4 5 8.8 9.4 3.4", "holds"],
  fails: ["M3.2 3.2 8.8 8.8M8.8 3.2 3.2 8.8", "fails"],
  "not-applicable": ["M3.4 6h5.2", "not applicable"],
};

const SVG = "http://www.w3.org/2000/svg";

/** A sign with its word, so that nothing rests on colour or shape alone. */
export function mark(outcome: Check["outcome"]): HTMLElement {
  const [path, word] = MARKS[outcome];
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 12 12");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  drawing.append(line);
  const made = element("span", `mark ${outcome}`);
  made.append(drawing);
  made.setAttribute("role", "img");
  made.setAttribute("aria-label", word);
  return made;
}

const KINDS: Readonly<Record<LogEntry["type"], string>> = {
  "beacon.key/v1": "Registration of a signing key",
  "beacon.revocation/v1": "Revocation of a signing key",
  "beacon.verifier/v1": "Commitment to a verification program",
  "beacon.intent/v1": "Announcement of the job",
  "beacon.result/v1": "Response",
  "beacon.failure/v1": "Failure",
  "beacon.withdrawal/v1": "Withdrawal",
  "beacon.session/v1": "End of a vantage session",
  "beacon.comparison/v1": "Report of the job",
  "beacon.attestation/v1": "Attestation of the report",
};

function aboutOf(entry: LogEntry): string {
  if ("prompt" in entry)
    return `${entry.prompt} to ${entry.service} from ${entry.country}, repeat ${entry.repeat + 1}${"state" in entry ? `: ${entry.state}` : ""}`;
  if ("ended" in entry) return `from ${entry.country}: ${entry.ended}, exit ${entry.geo}`;
  if ("verdict" in entry) return `${entry.verdict}, by ${entry.attester_key}`;
  if ("organisation" in entry) return `${entry.key}, for ${entry.organisation}`;
  if ("key" in entry) return entry.key;
  return "file" in entry ? entry.file : "";
}

function checkRow({ name, outcome, reason, code }: Check): HTMLElement {
  return element(
    "li",
    `check ${outcome}`,
    mark(outcome),
    element(
      "div",
      "",
      element("b", "", checkTitle(name)),
      element("p", "", strangerLine(reason), code === undefined ? null : ` (${code})`),
    ),
  );
}

/** The nine checks of one receipt, or why there are none. */
function body(
  report: VerificationReport,
  document: string | null,
  whereFrom: readonly string[],
): HTMLElement {
  const checks =
    report.verdict === "unusable"
      ? element("p", "bad", "It cannot be read as a receipt: ", strangerLine(`${report.problem}.`))
      : element("ol", "checks", ...report.checks.map(checkRow));
  const text =
    document === null
      ? null
      : element("div", "", element("h4", "", "The document, as it is"), strangerText(document));
  const from =
    whereFrom.length === 0
      ? null
      : element(
          "div",
          "",
          element("h4", "", "Where from"),
          ...whereFrom.map((sentence) => element("p", "", strangerLine(sentence))),
        );
  return element("div", "receipt-body", text, from, checks);
}

/**
 * One receipt: its verdict and what it is about, and, opened, its checks. What is inside is made when it
 * is opened: there may be thousands.
 *
 * @param documentOf reads the text of the document beside the receipt; null when there is none.
 * @param whereFrom says in sentences where its question was asked from; none when there was none.
 */
export function showReceipt(
  file: string,
  report: VerificationReport,
  documentOf: () => string | null,
  whereFrom: () => readonly string[],
): HTMLElement {
  const { verdict, facts } = report;
  const kind = facts === null ? "Unreadable" : KINDS[facts.entry.type];
  const place = facts === null ? "" : `entry ${facts.index}`;
  const summary = element(
    "summary",
    "",
    mark(verdict === "sound" ? "holds" : "fails"),
    element(
      "span",
      "receipt-name",
      element("b", "", kind),
      facts === null ? null : strangerLine(aboutOf(facts.entry), "about"),
      strangerLine(file, "code"),
    ),
    element("span", "code place", place),
  );
  const details = element("details", "receipt", summary);
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1)
      details.append(body(report, documentOf(), whereFrom()));
  });
  return details;
}
