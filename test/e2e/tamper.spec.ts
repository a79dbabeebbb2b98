import { randomInt } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import { concat, equalBytes, fromUtf8, utf8 } from "@/server/domain/bytes";
import { drawsFrom } from "@/server/domain/job/draws";
import { parsePolicy } from "@/server/domain/log/policy";
import {
  CHECKS,
  type CheckName,
  reportJson,
  type VerificationReport,
} from "@/server/domain/verify/report";
import { verifyReceipt } from "@/server/domain/verify/verify-receipt";
import { aLog } from "@/test/domain/verify/a-log";
import { beaconCommand, severalAtATime } from "@/test/support/beacon-command";
import { test } from "@/test/support/e2e-test";
import { demonstration, portal } from "@/test/support/portal";
import { type ShownMark, type ShownReport, shownReport } from "@/test/support/shown-report";

/** Each run has its own, so that runs together cover the file; printed, and taken from TAMPER_SEED. */
const newSeed = () => Number(process.env.TAMPER_SEED ?? randomInt(2 ** 31));
const RANDOM_FLIPS = 6;
/** Longer than a hash's line. */
const LONG = 60;
/** Commands at a time: one a core. */
const COMMANDS = 2;

/** One receipt with what is put beside it, and what was done to it. */
type Case = { readonly what: string; readonly receipt: Uint8Array; readonly block: Uint8Array };

/** What the three must agree on. */
type Judgement = {
  readonly verdict: VerificationReport["verdict"];
  readonly code: string | null;
  readonly failing: readonly CheckName[];
};

const folder = mkdtempSync(join(tmpdir(), "beacon-tamper-"));
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytesAt = async (path: string): Promise<Uint8Array> => {
  const answer = await fetch(portal.url + path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
};

/** The receipt of one answer of the demonstration, and the document that it is about. */
async function theGoodOne(): Promise<Case> {
  const { tasks } = await demonstration();
  const task = tasks.find(({ state, country }) => state === "answered" && country === "KE");
  const leaf = await portal.client().log.leaf.query({ index: task?.leafIndex ?? -1 });
  if (leaf.entry?.type !== "beacon.result/v1") throw new Error("not a result");
  return {
    what: "the receipt as it was served",
    receipt: await bytesAt(`/tlog/proof/${leaf.index}`),
    block: await bytesAt(`/ipfs/${leaf.entry.cid}?format=raw`),
  };
}

type Part = { readonly name: string; readonly from: number; readonly to: number };

/** Where each part of a receipt begins and ends, its newline included. Together they are the whole file. */
function partsOf(receipt: Uint8Array): readonly Part[] {
  const lines = (fromUtf8(receipt) ?? "").split("\n").slice(0, -1);
  const end = lines.indexOf("");
  const names = lines.map((_, i) => {
    if (i < 3) return ["header", "extra", "index"][i];
    if (i < end) return "hashes";
    return ["blank line", "origin", "size", "root", "blank line", "log signature"][i - end];
  });
  let at = 0;
  return lines.map((line, i) => {
    const from = at;
    at += utf8(line).length + 1;
    return { name: names[i] ?? "witness signature", from, to: at };
  });
}

const flipped = ({ receipt, block }: Case, at: number, bit: number, what: string): Case => {
  const changed = receipt.slice();
  changed[at] = (changed[at] ?? 0) ^ (1 << bit);
  return { what: `${what}: byte ${at}, bit ${bit}`, receipt: changed, block };
};

/** Beginning and end of every part, the middle and the newline of the long ones; then anywhere. */
function flips(good: Case, seedNumber: number): readonly Case[] {
  const seed = new Uint8Array(16);
  new DataView(seed.buffer).setUint32(0, seedNumber);
  const draws = drawsFrom(seed);
  const everywhere = partsOf(good.receipt).flatMap(({ name, from, to }) =>
    [from, to - 2, ...(to - from > LONG ? [(from + to) >> 1, to - 1] : [])]
      .filter((at, i, all) => at >= from && all.indexOf(at) === i)
      .map((at) => flipped(good, at, draws.below(7), name)),
  );
  const hashes = everywhere.filter(({ what }) => what.startsWith("hashes"));
  return [
    ...everywhere.filter(({ what }) => !what.startsWith("hashes")),
    ...draws.shuffled(hashes).slice(0, 3),
    ...Array.from({ length: RANDOM_FLIPS }, () =>
      flipped(good, draws.below(good.receipt.length), draws.below(8), "anywhere"),
    ),
  ];
}

/** Cut short, with another log's state, of another log, beside another document. */
function otherChanges(good: Case): readonly Case[] {
  const parts = partsOf(good.receipt);
  const startOf = (name: string) => parts.find((part) => part.name === name)?.from ?? 0;
  const cuts = [
    0,
    startOf("extra") + 400,
    startOf("origin"),
    startOf("witness signature"),
    good.receipt.length - 1,
  ];
  const other = aLog();
  const upToCheckpoint = good.receipt.subarray(0, startOf("origin"));
  const changedBlock = good.block.slice();
  changedBlock[changedBlock.length >> 1] = (changedBlock[changedBlock.length >> 1] ?? 0) ^ 1;
  return [
    ...cuts.map((length) => ({
      ...good,
      what: `cut short after ${length} bytes`,
      receipt: good.receipt.subarray(0, length),
    })),
    {
      ...good,
      what: "the checkpoint of another log",
      receipt: concat(upToCheckpoint, utf8(other.noteAt(6))),
    },
    { ...good, what: "the whole receipt of another log", receipt: other.receiptOf(2) },
    { ...good, what: "a changed document", block: changedBlock },
    { ...good, what: "a document that is empty", block: new Uint8Array() },
  ];
}

const judged = ({ verdict, code, checks }: VerificationReport): Judgement => ({
  verdict,
  code,
  failing: checks.filter(({ outcome }) => outcome === "fails").map(({ name }) => name),
});

async function onTheServer({ receipt, block }: Case): Promise<VerificationReport> {
  const policy = parsePolicy(fromUtf8(await bytesAt("/tlog/policy")) ?? "");
  return verifyReceipt({ receipt, block, policy, lastSeen: null, consistency: null });
}

async function onTheCommandLine(
  { receipt, block }: Case,
  name: string,
): Promise<VerificationReport> {
  const file = join(folder, `${name}.tlog-proof`);
  const document = join(folder, `${name}.json`);
  writeFileSync(file, receipt);
  writeFileSync(document, block);
  const { stdout, stderr, exitCode } = await beaconCommand(portal.home(), [
    "verify",
    file,
    "--block",
    document,
    "--json",
  ]);
  if (stdout === "") throw new Error(`beacon verify said nothing: ${stderr}`);
  const report = JSON.parse(stdout) as VerificationReport;
  expect(exitCode).toBe({ sound: 0, unsound: 1, unusable: 2 }[report.verdict]);
  return report;
}

const file = (name: string, bytes: Uint8Array) => ({
  name,
  mimeType: "application/octet-stream",
  buffer: Buffer.from(bytes),
});

/** Brings both files to /verify, in a browser that remembers nothing. */
async function inTheBrowser(page: Page, { receipt, block }: Case): Promise<ShownReport> {
  await page.evaluate(() => localStorage.clear());
  await page.getByLabel("Receipt").setInputFiles(file("case.tlog-proof", receipt));
  await page.getByLabel("Document, if you have it").setInputFiles(file("case.json", block));
  await page.getByRole("button", { name: "Verify in this browser" }).click();
  return shownReport(page.getByRole("region", { name: "Result" }));
}

const verdictShown = ({ headline, checks }: ShownReport): Judgement["verdict"] | null => {
  if (checks.length === 0) return headline.startsWith("This is not a receipt") ? "unusable" : null;
  return /^\d+ checks? holds?/.test(headline) ? "sound" : "unsound";
};
const shownJudgement = (shown: ShownReport) => ({
  verdict: verdictShown(shown),
  code: shown.code,
  failing: shown.checks.filter(({ mark }) => mark === "fails").map(({ name }) => name),
});

/** The marks that a reader may see for an outcome. */
const MARKS: Readonly<
  Record<VerificationReport["checks"][number]["outcome"], readonly ShownMark[]>
> = {
  holds: ["holds", "weak"],
  fails: ["fails"],
  "not-applicable": ["not applicable", "weak"],
};

/** Asks all three, and compares them down to each check's sentence. */
async function askAll(page: Page, cases: readonly Case[]): Promise<readonly Judgement[]> {
  const commandLine = severalAtATime(COMMANDS, [...cases.entries()], ([i, one]) =>
    onTheCommandLine(one, String(i)),
  );
  const shown: ShownReport[] = [];
  for (const one of cases) shown.push(await inTheBrowser(page, one));
  const printed = await commandLine;
  const judgements: Judgement[] = [];
  for (const [i, one] of cases.entries()) {
    const report = await onTheServer(one);
    const inBrowser = shown[i];
    const written = JSON.parse(reportJson(report));
    expect.soft(printed[i], `command line and server, ${one.what}`).toEqual(written);
    expect
      .soft(inBrowser && shownJudgement(inBrowser), `browser and server, ${one.what}`)
      .toEqual(judged(report));
    for (const [row, { outcome, reason }] of report.checks.entries()) {
      expect.soft(inBrowser?.checks[row]?.reason, one.what).toBe(reason);
      expect.soft(MARKS[outcome], one.what).toContain(inBrowser?.checks[row]?.mark);
    }
    judgements.push(judged(report));
  }
  return judgements;
}

test.describe("a receipt, judged by browser, server and command line", () => {
  test.setTimeout(120_000);
  test.beforeEach(({ page }) => page.goto("/verify"));

  test("is sound in all three when nothing was changed, and the policy is one file", async ({
    page,
  }) => {
    const good = await theGoodOne();
    const served = await bytesAt("/tlog/policy");
    expect(equalBytes(served, readFileSync(join(portal.home(), "policy.txt")))).toBe(true);
    expect(await askAll(page, [good])).toEqual([{ verdict: "sound", code: null, failing: [] }]);
    const { checks } = await onTheServer(good);
    expect(checks.filter(({ outcome }) => outcome !== "holds").map(({ name }) => name)).toEqual([
      "consistent-with-last-seen",
    ]);
    expect(checks).toHaveLength(CHECKS.length);
  });

  test("is refused alike by all three with any one bit flipped, in every part of the file", async ({
    page,
  }, info) => {
    const good = await theGoodOne();
    const seed = newSeed();
    process.stdout.write(`TAMPER_SEED=${seed}\n`);
    const cases = flips(good, seed);
    const parts = new Set(cases.map(({ what }) => what.split(":")[0]));
    expect([...parts].sort()).toEqual([
      "anywhere",
      "blank line",
      "extra",
      "hashes",
      "header",
      "index",
      "log signature",
      "origin",
      "root",
      "size",
      "witness signature",
    ]);
    expect(cases.length).toBeGreaterThanOrEqual(24);
    const judgements = await askAll(page, cases);
    for (const [i, { verdict }] of judgements.entries())
      expect.soft(verdict, cases[i]?.what).not.toBe("sound");
    info.annotations.push({
      type: "judged",
      description: judgements
        .map(({ code, failing }, i) => `${cases[i]?.what} -> ${code ?? failing.join(" ")}`)
        .join("\n"),
    });
  });

  test("is refused alike when it is cut short, of another log, or beside another document", async ({
    page,
  }) => {
    const cases = otherChanges(await theGoodOne());
    const judgements = await askAll(page, cases);
    const byCase = Object.fromEntries(cases.map(({ what }, i) => [what, judgements[i]]));
    for (const judgement of judgements) expect.soft(judgement.verdict).not.toBe("sound");
    expect(byCase["the checkpoint of another log"]?.failing).toContain("checkpoint-signature");
    expect(byCase["the whole receipt of another log"]?.failing).toContain("checkpoint-signature");
    expect(byCase["a changed document"]?.failing).toEqual(["bytes-match-cid"]);
    expect(byCase["a document that is empty"]?.failing).toEqual(["bytes-match-cid"]);
  });
});
