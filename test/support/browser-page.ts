import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";
import { chromiumCacheOf, findChromium } from "@/test/support/chromium";

/** What a test's server answers below a path. Null: 404. */
export type Serve = (
  path: string,
) => { readonly headers: Record<string, string>; readonly body: Uint8Array } | null;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * An empty page in a real Chromium, on a loopback server that answers what `serve` says.
 *
 * @returns the page, and what closes browser and server.
 */
export async function openPage(serve: Serve): Promise<{ page: Page; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.url === "/")
      return response.setHeader("content-type", "text/html").end("<!doctype html>");
    const found = serve((request.url ?? "/").slice(1));
    return found === null
      ? response.writeHead(404).end()
      : response.writeHead(200, found.headers).end(found.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { path, environment } = await findChromium(chromiumCacheOf(ROOT));
  const browser = await chromium.launch({
    executablePath: path,
    args: ["--no-sandbox", "--disable-background-networking"],
    env: { ...process.env, ...environment },
  });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return {
    page,
    close: async () => {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
