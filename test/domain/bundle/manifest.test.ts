import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BundleManifest, BundlePage, MAX_BUNDLE_ROWS } from "@/schemas/bundle-manifest";
import type { TaskId } from "@/schemas/primitives";
import { isManifest, readManifest, writeManifest } from "@/server/domain/bundle/manifest";
import { utf8 } from "@/server/domain/bytes";
import { cidOf, MAX_BLOCK_BYTES } from "@/server/domain/digest";
import { aBundle } from "@/test/domain/bundle/a-bundle";

const FOLDER = new URL("../../../schemas/examples/bundle/", import.meta.url);
const example = (name: string) => JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));
const invalid = readdirSync(new URL("invalid/", FOLDER));
const parsed = (bytes: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(bytes));

describe("the form of a manifest", () => {
  it("is what is written, and what the example shows", () => {
    const written = parsed(aBundle().bundle.manifest);
    for (const good of [written, example("manifest.json")]) {
      expect(BundleManifest.safeParse(good).error).toBeUndefined();
      expect(isManifest(good)).toBe(true);
    }
  });

  it.each(invalid)("is not that of %s, by the schema and by the verifier", (name) => {
    const bad = example(`invalid/${name}`);
    expect(BundleManifest.safeParse(bad).success).toBe(false);
    expect(isManifest(bad)).toBe(false);
  });

  it("is judged alike by the schema and by the verifier, whichever field is missing or of another kind", () => {
    const good = example("manifest.json");
    const [row] = good.blocks;
    const variants: unknown[] = [];
    for (const value of [undefined, null, -1, 1.5, "x", "", [], {}, true, 2 ** 53]) {
      for (const field of Object.keys(good)) variants.push({ ...good, [field]: value });
      for (const field of Object.keys(row))
        variants.push({ ...good, blocks: [{ ...row, [field]: value }] });
    }
    // As JSON, which is how both see it: a field that is undefined is then not there.
    const documents = variants.map((variant) => JSON.parse(JSON.stringify(variant)));
    const verdicts = documents.map((one) => BundleManifest.safeParse(one).success);
    expect(documents.map((one) => isManifest(one))).toEqual(verdicts);
    expect(new Set(verdicts)).toEqual(new Set([true, false]));
  });
});

describe("a manifest of the largest job", () => {
  const { checkpoint, intent, job, log, simulated, tasks, blocks } = BundleManifest.parse(
    parsed(aBundle().bundle.manifest),
  );
  const head = { job, simulated, log, checkpoint, intent, tasks };
  const [row] = blocks;
  if (row === undefined) throw new Error("a manifest has rows");
  // Two rows a task, the longest that there are.
  const rows = Array.from({ length: 40_000 }, (_, i) => ({
    ...row,
    file: `receipts/tsk-${String(i).padStart(26, "a")}.tlog-proof`,
    task: `tsk-${"a".repeat(26)}` as TaskId,
    leaf: 2 ** 53 - 1,
    size_bytes: 1_048_576,
    is_held: i % 2 === 0,
  }));
  const written = writeManifest(head, rows);

  it("is written in blocks that IPFS passes on whole", () => {
    expect(written.pages).toHaveLength(rows.length / MAX_BUNDLE_ROWS - 1);
    for (const { bytes, cid } of [written, ...written.pages]) {
      expect(bytes.length).toBeLessThan(MAX_BLOCK_BYTES);
      expect(cidOf(bytes)).toBe(cid);
    }
    expect(BundleManifest.safeParse(parsed(written.bytes)).success).toBe(true);
    expect(BundlePage.safeParse(parsed(written.pages[0]?.bytes)).success).toBe(true);
  });

  it("is read back with every row, and counts what is missing", () => {
    const files = new Map(written.pages.map(({ file, bytes }) => [file, bytes]));
    files.set("manifest.json", written.bytes);
    const read = readManifest(files);
    expect(read.rows).toEqual(rows);
    expect(read.manifest.missing).toBe(20_000);
  });

  it("is refused without one of its pages, and with another in its place", () => {
    const [first, second] = written.pages;
    if (first === undefined || second === undefined) throw new Error("there are pages");
    const files = new Map(written.pages.map(({ file, bytes }) => [file, bytes]));
    files.set("manifest.json", written.bytes);
    const without = new Map(files);
    without.delete(first.file);
    const swapped = new Map(files).set(first.file, second.bytes);
    const large = new Map(files).set(first.file, new Uint8Array(MAX_BLOCK_BYTES + 1));
    for (const [of, code] of [
      [without, "BUNDLE_MALFORMED"],
      [swapped, "BUNDLE_MALFORMED"],
      [large, "BLOCK_TOO_LARGE"],
      [new Map([["manifest.json", utf8("[]")]]), "BUNDLE_MALFORMED"],
    ] as const)
      expect(() => readManifest(of)).toThrow(expect.objectContaining({ code }));
  });
});
