import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { buildVerifierPage } from "@/server/cli/verifier-page";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
let page = "";

beforeAll(async () => {
  page = await buildVerifierPage(ROOT);
}, 60_000);

const between = (start: string, end: string): string =>
  page.slice(page.indexOf(start) + start.length, page.lastIndexOf(end));
const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

describe("public/verify/verifier.html", () => {
  it("is current (run `beacon verifiers` when it is not)", () => {
    expect(readFileSync(`${ROOT}/public/verify/verifier.html`, "utf8") === page).toBe(true);
  });

  it("is the same bytes whenever it is built", async () => {
    expect((await buildVerifierPage(ROOT)) === page).toBe(true);
  }, 60_000);

  it("may load nothing, and run no script and no style but its own", () => {
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page) ?? [];
    expect(policy?.split("; ")).toEqual([
      "default-src 'none'",
      `script-src ${hashOf(between("<script>", "</script>"))}`,
      `style-src ${hashOf(page.slice(page.indexOf("<style>") + 7, page.indexOf("</style>")))}`,
      "font-src data:",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(page).not.toMatch(/\b(src|href|action)="/);
    expect(page).not.toMatch(/<(link|img|iframe|object|embed)\b/);
  });

  it("carries no zod: its forms are held by hand", () => {
    expect(page).not.toContain("ZodError");
    // 237 kB when this was written; zod would be 390 more.
    expect(page.length).toBeLessThan(256_000);
  });

  it("names no place of the machine that it was built on", () => {
    expect(page).not.toContain(ROOT);
  });
});
