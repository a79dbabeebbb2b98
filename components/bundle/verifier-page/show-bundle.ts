import { element } from "@/components/bundle/verifier-page/element";
import { mark, showReceipt } from "@/components/bundle/verifier-page/show-receipt";
import { strangerLine } from "@/components/bundle/verifier-page/stranger-text";
import { whereFrom } from "@/components/bundle/verifier-page/where-from";
import { counted, formatCount } from "@/components/ui/count";
import { checkTitle } from "@/components/verify/check-words";
import type { BundleFiles } from "@/server/domain/bundle/bundle";
import type { BundleProblem, BundleReceipt, BundleReport } from "@/server/domain/bundle/report";
import { fromUtf8 } from "@/server/domain/bytes";
import { CHECKS } from "@/server/domain/verify/report";

/** So many rows are on the page at once. */
const ROWS_AT_ONCE = 25;

type Verdict = { readonly look: string; readonly title: string; readonly text: string };

function verdictOf(report: BundleReport): Verdict {
  const { verdict, problems, policy, receipts, trouble } = report;
  const failing = byFile(problems.filter(({ kind }) => kind === "fails")).length;
  const open = report.facts?.tasks?.open ?? 0;
  if (verdict === "unusable")
    return {
      look: "bad",
      title: "This is not a bundle that can be read.",
      text: `No receipt was judged. What was wrong: ${trouble} (${report.code}).`,
    };
  if (verdict === "unsound")
    return {
      look: "bad",
      title: "Do not rely on this bundle.",
      text: `${counted(failing, "file does not hold", "files do not hold")}${open > 0 ? `, and ${counted(open, "announced task", "announced tasks")} ${open === 1 ? "has" : "have"} no sound receipt here` : ""}. Each is named below.`,
    };
  if (verdict === "incomplete")
    return {
      look: "warn",
      title: "Nothing here fails, and something is missing.",
      text: "The bundle itself names the bytes that it has not got. What is here holds.",
    };
  return policy === "reader"
    ? {
        look: "good",
        title: "Everything in this bundle holds.",
        text: `By your policy: ${counted(receipts.length, "receipt is", "receipts are")} sound, every file is as it was made, and no announced task is left out.`,
      }
    : {
        look: "plain",
        title: "The files of this bundle fit together.",
        text: `${counted(receipts.length, "receipt is", "receipts are")} sound by the bundle’s own policy, every file is as it was made, and no announced task is left out.`,
      };
}

function banner(report: BundleReport): HTMLElement {
  const { look, title, text } = verdictOf(report);
  const made = element(
    "div",
    `verdict ${look}`,
    element("h2", "", title),
    element("p", "", strangerLine(text)),
  );
  made.setAttribute("role", look === "bad" ? "alert" : "status");
  return made;
}

const ownPolicyWarning = (): HTMLElement =>
  element(
    "p",
    "caution",
    "Judged by the policy in the ZIP. Whoever makes a false bundle makes a policy to fit, so this does not show whose files these are. Give this page the policy that you got from somewhere else.",
  );

/** What does not hold, file by file. */
function byFile(problems: readonly BundleProblem[]): readonly (readonly BundleProblem[])[] {
  const groups = new Map<string | null, BundleProblem[]>();
  for (const one of problems) {
    const group = groups.get(one.file) ?? [];
    group.push(one);
    groups.set(one.file, group);
  }
  return [...groups.values()];
}

function problemRow(group: readonly BundleProblem[]): HTMLElement {
  const file = group[0]?.file ?? null;
  return element(
    "li",
    "",
    file === null ? null : strangerLine(file, "code file"),
    ...group.map(({ kind, sentence, code }) =>
      element(
        "p",
        "",
        kind === "missing" ? element("b", "", "Missing. ") : null,
        strangerLine(sentence),
        code === null ? null : element("span", "code", ` ${code}`),
      ),
    ),
  );
}

/** A list that shows its first rows, and more when asked. */
function longList<T>(
  look: string,
  items: readonly T[],
  row: (item: T) => HTMLElement,
): HTMLElement {
  const list = element("ul", look);
  const more = element("button", "", "");
  more.type = "button";
  const show = () => {
    const from = list.childElementCount;
    list.append(...items.slice(from, from + ROWS_AT_ONCE).map(row));
    const left = items.length - list.childElementCount;
    more.hidden = left === 0;
    more.textContent = `Show more of the ${formatCount(left)} left`;
  };
  more.addEventListener("click", show);
  show();
  return element("div", "", list, more);
}

function section(title: string, ...children: readonly (Node | null)[]): HTMLElement {
  return element("section", "", element("h3", "", title), ...children);
}

function facts(report: BundleReport): HTMLElement | null {
  if (report.facts === null) return null;
  const { job, title, origin, size, tasks, simulated } = report.facts;
  const sound = report.receipts.filter((receipt) => receipt.report.verdict === "sound").length;
  const rows: readonly (readonly [string, Node | string])[] = [
    ["Job", title === null ? "not readable" : strangerLine(title, "serif")],
    ["Job id", strangerLine(job, "code")],
    ["Log", strangerLine(origin, "code")],
    ["State of the log", `${counted(size, "entry", "entries")}, cosigned by ${cosigners(report)}`],
    [
      "Announced tasks",
      tasks === null
        ? "could not be laid down again"
        : `${formatCount(tasks.announced)}: ${counted(tasks.results, "response")}, ${counted(tasks.failures, "failure")}, ${formatCount(tasks.withdrawals)} withdrawn, ${formatCount(tasks.open)} without a sound receipt`,
    ],
    ["Receipts", `${formatCount(sound)} of ${formatCount(report.receipts.length)} sound`],
    ["Files", formatCount(report.files)],
    ["Policy", report.policy === "reader" ? "yours" : "the bundle’s own"],
    ["Where from", simulated ? "the simulated network" : "the Golem network"],
  ];
  return element(
    "dl",
    "facts",
    ...rows.flatMap(([term, value]) => [element("dt", "", term), element("dd", "", value)]),
  );
}

function cosigners({ receipts }: BundleReport): string {
  const cosigned = receipts.find(({ report }) => report.facts !== null)?.report.facts?.cosigned;
  return cosigned === undefined
    ? "nobody"
    : `${formatCount(cosigned.by.length)} of ${counted(cosigned.of, "known witness", "known witnesses")}`;
}

/** How often each check held, over all receipts. */
function tally(receipts: readonly BundleReceipt[]): HTMLElement {
  const all = receipts.flatMap(({ report }) => report.checks);
  const rows = CHECKS.map((name) => {
    const of = all.filter((check) => check.name === name);
    const count = (outcome: string) => of.filter((check) => check.outcome === outcome).length;
    const fails = count("fails");
    const isAsked = fails + count("holds") > 0;
    return element(
      "li",
      "check",
      mark(fails > 0 ? "fails" : isAsked ? "holds" : "not-applicable"),
      element(
        "div",
        "",
        element("b", "", checkTitle(name)),
        element(
          "p",
          "",
          [
            ...(count("holds") > 0 ? [counted(count("holds"), "holds", "hold")] : []),
            ...(fails > 0 ? [counted(fails, "fails", "fail")] : []),
            ...(isAsked ? [] : ["not applicable to any"]),
          ].join(", "),
        ),
      ),
    );
  });
  return element("ol", "checks", ...rows);
}

/** The name of the document beside a receipt. */
const documentName = (file: string): string | null => {
  if (file === "receipts/intent.tlog-proof") return "spec.json";
  if (file === "receipts/comparison.tlog-proof") return "comparison.json";
  const [, session] = /^receipts\/(ses-[a-z2-7]{26})\.tlog-proof$/.exec(file) ?? [];
  if (session !== undefined) return `sessions/${session}.json`;
  const [, attestation] = /^receipts\/(att-[a-z2-7]{26})\.tlog-proof$/.exec(file) ?? [];
  if (attestation !== undefined) return `attestations/${attestation}.json`;
  const [, task] = /^receipts\/(tsk-[a-z2-7]{26})\.tlog-proof$/.exec(file) ?? [];
  return task === undefined ? null : `responses/${task}.txt`;
};

/** What does not hold first, then one after another in the order of the log. */
const inOrder = (receipts: readonly BundleReceipt[]): readonly BundleReceipt[] => [
  ...receipts.filter(({ report }) => report.verdict !== "sound"),
  ...receipts.filter(({ report }) => report.verdict === "sound"),
];

/** The report of a bundle, what does not hold first. */
export function showBundle(report: BundleReport, files: BundleFiles): HTMLElement {
  const { problems, receipts, notes, engine } = report;
  const documentOf = (file: string) => () => {
    const bytes = files.get(documentName(file) ?? "");
    return bytes === undefined ? null : (fromUtf8(bytes) ?? "These bytes are not text.");
  };
  const engineNote =
    engine === "noble"
      ? "Signatures were checked by a library in JavaScript: this browser has no Ed25519 of its own here."
      : "Signatures were checked by this browser’s own cryptography.";
  return element(
    "div",
    "report",
    report.facts?.simulated === true
      ? element("p", "simulated", "Simulated network: none of this is about a real service.")
      : null,
    banner(report),
    report.policy === "bundle" && report.verdict !== "unusable" ? ownPolicyWarning() : null,
    problems.length === 0
      ? null
      : section("What does not hold", longList("problems", byFile(problems), problemRow)),
    facts(report),
    receipts.length === 0 ? null : section("What was checked, over all receipts", tally(receipts)),
    receipts.length === 0
      ? null
      : section(
          "Receipt by receipt",
          longList("receipts", inOrder(receipts), (receipt) =>
            element(
              "li",
              "",
              showReceipt(receipt.file, receipt.report, documentOf(receipt.file), () =>
                whereFrom(files.get(receipt.file) ?? new Uint8Array()),
              ),
            ),
          ),
        ),
    section(
      "What was not checked, and what it does not show",
      element(
        "ul",
        "notes",
        ...[
          ...notes,
          "That a service really sent these bytes: the runner’s signature says who vouches for it.",
          "That the machine that asked stood in the country: what is known is where its traffic came out.",
          engineNote,
        ].map((note) => element("li", "", strangerLine(note))),
      ),
    ),
  );
}
