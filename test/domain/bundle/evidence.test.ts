import { describe, expect, it } from "vitest";
import type { BundleFiles } from "@/server/domain/bundle/bundle";
import { readManifest, writeManifest } from "@/server/domain/bundle/manifest";
import { verifyBundle } from "@/server/domain/bundle/verify-bundle";
import { utf8 } from "@/server/domain/bytes";
import {
  aBundle,
  evidencedEntries,
  filesOf,
  jobEntries,
  resealed,
  withSums,
} from "@/test/domain/bundle/a-bundle";
import { aSession } from "@/test/domain/verify/a-log";

const { bundle, log } = aBundle({ entries: evidencedEntries() });
const files = await filesOf(bundle);
const judge = (of: BundleFiles) => verifyBundle({ files: of, policy: log.policy });
const nameOf = (pattern: RegExp): string => {
  const name = [...files.keys()].find((one) => pattern.test(one));
  if (name === undefined) throw new Error(`the bundle has no ${pattern}`);
  return name;
};
const vantage = nameOf(/^vantages\//);
const exchange = nameOf(/^exchanges\//);
const session = `sessions/${aSession().session}.json`;
const receiptOf = (task: string): string => `receipts/${task}.tlog-proof`;
const tasks = [...files.keys()].flatMap((name) => /^exchanges\/(.*)\.json$/.exec(name)?.[1] ?? []);

/** The bundle with some of its manifest's rows changed or left out, sealed again. */
function withRows(
  change: (
    rows: ReturnType<typeof readManifest>["rows"],
  ) => ReturnType<typeof readManifest>["rows"],
  gone: readonly string[] = [],
): BundleFiles {
  const { manifest, rows } = readManifest(files);
  const { v: _, type: __, missing: ___, blocks: ____, more: _____, ...head } = manifest;
  const sealed = new Map(files).set("manifest.json", writeManifest(head, change(rows)).bytes);
  for (const file of gone) sealed.delete(file);
  return withSums(sealed);
}

const problemsOf = async (of: BundleFiles) =>
  (await judge(of)).problems.map(({ file, kind, code }) => ({ file, kind, code }));

describe("a bundle with evidence", () => {
  it("is sound, with the documents of where and how questions were asked, and the session's end", async () => {
    const report = await judge(files);
    expect(report.problems).toEqual([]);
    expect(report.verdict).toBe("sound");
    expect(tasks).toHaveLength(2);
    expect(report.receipts.map(({ file }) => file)).toContain(receiptOf(aSession().session));
    const roles = readManifest(files).rows.map(({ role, leaf }) => [role, leaf === null]);
    expect(roles).toContainEqual(["vantage", true]);
    expect(roles).toContainEqual(["vantage", false]);
    expect(report.notes.join(" ")).not.toContain("vantage sessions");
  });

  it.each([vantage, exchange, session])("is not sound with another %s", async (file) => {
    const report = await judge(resealed(files, { [file]: utf8("{}") }));
    expect(report.verdict).toBe("unsound");
    const named = report.problems.map((one) => one.file);
    expect(named.some((name) => name === file || name?.startsWith("receipts/"))).toBe(true);
  });

  it("is not sound when the manifest leaves out where tasks were asked from", async () => {
    const left = withRows((rows) => rows.filter(({ file }) => file !== vantage), [vantage]);
    const problems = await problemsOf(left);
    expect(new Set(problems.map(({ file }) => file))).toEqual(new Set(tasks.map(receiptOf)));
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(["BLOCK_NOT_FOUND"]));
  });

  it("is not sound when the manifest leaves out an exchange", async () => {
    const [task = ""] = tasks;
    const file = `exchanges/${task}.json`;
    const left = withRows((rows) => rows.filter((row) => row.file !== file), [file]);
    expect(await problemsOf(left)).toEqual([
      { file: receiptOf(task), kind: "fails", code: "BLOCK_NOT_FOUND" },
    ]);
  });

  it.each([vantage, exchange, session])(
    "is incomplete, and no more, when the manifest says that %s is missing",
    async (file) => {
      const told = withRows(
        (rows) => rows.map((row) => (row.file === file ? { ...row, is_held: false } : row)),
        [file],
      );
      expect(await problemsOf(told)).toEqual([{ file, kind: "missing", code: "BLOCK_NOT_FOUND" }]);
    },
  );

  it("is not sound with evidence that no receipt names, or at a leaf that does not name it", async () => {
    const stray = withRows((rows) =>
      rows.map((row) => (row.file === exchange ? { ...row, leaf: 0 } : row)),
    );
    expect((await problemsOf(stray)).map(({ file }) => file)).toContain(exchange);
    const more = withRows((rows) => [
      ...rows,
      ...rows
        .filter(({ file }) => file === vantage)
        .map((row) => ({ ...row, role: "exchange" as const, file: "exchanges/more.json" })),
    ]);
    expect((await problemsOf(more)).map(({ file }) => file)).toContain("exchanges/more.json");
  });

  it("is not sound without the document that a session's end stands for", async () => {
    const left = withRows((rows) => rows.filter(({ file }) => file !== session), [session]);
    expect(await problemsOf(left)).toEqual([
      { file: receiptOf(aSession().session), kind: "fails", code: "BLOCK_NOT_FOUND" },
    ]);
  });

  it("names a file among the evidence that the manifest does not name", async () => {
    for (const file of ["vantages/x.json", "exchanges/x.json", "sessions/x.json"])
      expect((await judge(new Map(files).set(file, utf8("x")))).problems).toContainEqual(
        expect.objectContaining({ file, kind: "fails" }),
      );
  });

  it("says of how many sessions it does not say how they ended", async () => {
    const { bundle: without } = aBundle({ entries: jobEntries() });
    const report = await judge(await filesOf(without));
    expect(report.notes.join(" ")).toContain("Of 1 of 1 vantage sessions");
  });
});
