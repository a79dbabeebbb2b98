import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isTlogRead, tlogRead } from "@/server/api/tlog-read";
import type { Context } from "@/server/context";

/** The whole log audited in a real browser, from this machine's loopback. */
export type BrowserFigures =
  | {
      readonly audit_in_browser_s: number;
      /** The same by the next reader: the portal has every bundle compressed by then. */
      readonly audit_in_browser_again_s: number;
      readonly audit_in_browser_engine: string;
    }
  | { readonly audit_in_browser_s: null; readonly audit_in_browser_why: string };

/** What the worker is asked, and what of its last word is needed here. */
type AuditRequest = { readonly policy: string; readonly prefix: string };
type Audit = {
  readonly problems: readonly string[];
  readonly engine: string;
  readonly tookMs: number;
};
type Answer =
  | { readonly kind: "progress" }
  | { readonly kind: "done"; readonly audit: Audit }
  | { readonly kind: "failed"; readonly message: string };

const VERIFIERS = fileURLToPath(new URL("../../public/verify", import.meta.url));
const PROGRAM = /^\/verify\/(verifier[a-z-]*\.js)$/;

/**
 * Audits the log as a reader's browser does, by the published worker.
 *
 * @param chromium the program of a Chromium; null: there is none, and nothing is measured.
 */
export async function benchBrowser(
  context: Context,
  chromium: string | null,
): Promise<BrowserFigures> {
  if (chromium === null) return notMeasured("name a Chromium with --chromium PATH");
  const driver = await import("playwright-core").catch(() => null);
  if (driver === null) return notMeasured("playwright-core is not installed");
  const site = await openSite(context);
  const browser = await driver.chromium.launch({
    executablePath: chromium,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const auditOnce = async () => {
      const page = await (await browser.newContext()).newPage();
      await page.goto(site.url);
      const prefix = `${site.url}/tlog`;
      const audit = await page.evaluate(auditIn, { policy: context.policyText, prefix });
      const [problem] = audit.problems;
      if (problem !== undefined) throw new Error(`the log does not audit: ${problem}`);
      return { engine: audit.engine, tookS: Number((audit.tookMs / 1_000).toFixed(2)) };
    };
    const first = await auditOnce();
    const next = await auditOnce();
    return {
      audit_in_browser_s: first.tookS,
      audit_in_browser_again_s: next.tookS,
      audit_in_browser_engine: first.engine,
    };
  } finally {
    await browser.close();
    await site.close();
  }
}

const notMeasured = (why: string): BrowserFigures => ({
  audit_in_browser_s: null,
  audit_in_browser_why: `not measured: ${why}`,
});

/** Runs in the page. */
const auditIn = (request: AuditRequest): Promise<Audit> =>
  new Promise((resolve, reject) => {
    const worker = new Worker("/verify/verifier-audit.js", { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.kind === "done") resolve(data.audit);
      if (data.kind === "failed") reject(new Error(data.message));
    };
    worker.onerror = () => reject(new Error("the worker could not be loaded"));
    worker.postMessage(request);
  });

/** The log and the worker on a port of their own, and an empty page to start from. */
async function openSite(context: Context) {
  const readLog = tlogRead(context);
  const server = createServer((request, response) => {
    if (isTlogRead(request)) return void readLog(request, response);
    const [, file] = PROGRAM.exec(request.url ?? "") ?? [];
    if (file === undefined) {
      response.writeHead(200, { "content-type": "text/html" });
      return void response.end("<!doctype html><title>bench</title>");
    }
    void readFile(join(VERIFIERS, file)).then((bytes) => {
      response.writeHead(200, { "content-type": "text/javascript" });
      response.end(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
