import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { builtVerifiers, VERIFIER_FOLDER, verifiersCommand } from "@/server/cli/verifiers";

/**
 * What a page may spend on judging one receipt. The aim was 6,144: the forms of entries and receipts
 * take some 1,400 of it, the sentences of reports 600, what is said of unreadable files 500. It has
 * 8,678; a dozen more are left because the minifier's short names move it by a few when the table of
 * error codes changes.
 */
const LIMIT_GZ_BYTES = 8_690;

const built = await builtVerifiers();

describe("the published browser verifier", () => {
  it.each(built)("$file is current (run `beacon verifiers` when it is not)", ({ file, text }) => {
    expect(readFileSync(join(VERIFIER_FOLDER, file), "utf8") === text).toBe(true);
  });

  it("is written by the command, the same every time", async () => {
    const folder = mkdtempSync(join(tmpdir(), "beacon-verifiers-"));
    const said: string[] = [];
    expect(await verifiersCommand([folder], { out: (line) => said.push(line) })).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(built.map(({ file }) => file).sort());
    for (const { file, text } of built)
      expect(readFileSync(join(folder, file), "utf8") === text).toBe(true);
    expect(said).toHaveLength(built.length);
    rmSync(folder, { recursive: true });
  });

  it("judges one receipt with one small module that imports nothing until it must", () => {
    const text = built.find(({ file }) => file === "verifier.js")?.text ?? "";
    const program = text.slice(text.indexOf("*/"));
    expect(program).not.toMatch(/\bfrom\s*["']|\brequire\(/);
    const imported = [...program.matchAll(/import\(([^)]*)\)/g)].map(([, path]) => path);
    expect(new Set(imported)).toEqual(new Set(['"./verifier-more.js"', '"./verifier-noble.js"']));
    const sizeBytes = gzipSync(text, { level: 9 }).length;
    expect(sizeBytes, `${sizeBytes} bytes by gzip -9`).toBeLessThanOrEqual(LIMIT_GZ_BYTES);
  });
});
