import { element } from "@/components/bundle/verifier-page/element";
import {
  type GivenFile,
  type Judged,
  judgeFiles,
} from "@/components/bundle/verifier-page/judge-files";
import { showBundle } from "@/components/bundle/verifier-page/show-bundle";
import { showReceipt } from "@/components/bundle/verifier-page/show-receipt";
import { strangerLine } from "@/components/bundle/verifier-page/stranger-text";
import { whereFrom } from "@/components/bundle/verifier-page/where-from";
import { counted, formatCount } from "@/components/ui/count";

function place<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}

function shown(judged: Judged): HTMLElement {
  if (judged.kind === "bundle") return showBundle(judged.report, judged.files);
  if (judged.kind === "refused") {
    const note = element(
      "div",
      "verdict bad",
      element("h2", "", "This cannot be checked."),
      element(
        "p",
        "",
        strangerLine(judged.sentence),
        judged.code === null ? null : ` (${judged.code})`,
      ),
    );
    note.setAttribute("role", "alert");
    return note;
  }
  const bad = judged.receipts.filter(({ report }) => report.verdict !== "sound").length;
  const banner = element(
    "div",
    `verdict ${bad > 0 ? "bad" : "good"}`,
    element(
      "h2",
      "",
      bad > 0
        ? `Do not rely on ${counted(bad, "receipt", "receipts")} of ${formatCount(judged.receipts.length)}.`
        : `${counted(judged.receipts.length, "receipt is", "receipts are")} sound.`,
    ),
    element(
      "p",
      "",
      judged.policy === "reader"
        ? "By your policy."
        : "By the policy among these files: whose they are, it does not show.",
    ),
  );
  banner.setAttribute("role", bad > 0 ? "alert" : "status");
  const rows = judged.receipts.map(({ name, receipt, report }) =>
    element(
      "li",
      "",
      showReceipt(
        name,
        report,
        () => null,
        () => whereFrom(receipt),
      ),
    ),
  );
  return element("div", "report", banner, element("ul", "receipts", ...rows));
}

/** Lets the browser paint between receipts. */
const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const BREATH_EVERY = 20;

/** Brings the page to life: two places for files, and one for what was found. */
export function startVerifier(): void {
  const result = place("result", HTMLElement);
  const zone = place("drop", HTMLElement);
  const chosen = place("files", HTMLInputElement);
  const policy = place("policy", HTMLInputElement);
  let given: readonly GivenFile[] = [];
  let runs = 0;

  const run = async () => {
    const mine = ++runs;
    if (given.length === 0) return;
    const progress = element("p", "progress", "Reading the files…");
    progress.setAttribute("role", "status");
    result.replaceChildren(progress);
    const judged = await judgeFiles(given, policy.files?.[0] ?? null, async (done, of) => {
      if (mine !== runs || done % BREATH_EVERY !== 0) return;
      progress.textContent = `Checking receipt ${formatCount(done)} of ${formatCount(of)}…`;
      await breath();
    }).catch(
      (error: unknown): Judged => ({
        kind: "refused",
        sentence: `Something failed: ${error instanceof Error ? error.message : "no reason given"}.`,
        code: null,
      }),
    );
    if (mine === runs) result.replaceChildren(shown(judged));
  };
  const take = (files: readonly GivenFile[]) => {
    given = files;
    void run();
  };

  chosen.addEventListener("change", () => take([...(chosen.files ?? [])]));
  policy.addEventListener("change", () => void run());
  for (const name of ["dragover", "dragleave", "drop"] as const)
    window.addEventListener(name, (event) => {
      event.preventDefault(); // else the browser leaves this page for the file
      zone.classList.toggle("over", name === "dragover");
      if (name === "drop") take([...(event.dataTransfer?.files ?? [])]);
    });
}
