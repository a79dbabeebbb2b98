import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inflateRawSync } from "node:zlib";
import AxeBuilder from "@axe-core/playwright";
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { zipSync } from "fflate";
import { readZip } from "@/server/domain/bundle/read-zip";
import { demonstration, portal } from "@/test/support/portal";

const PAGE = pathToFileURL(join(import.meta.dirname, "../../public/verify/verifier.html")).href;

/** The demonstration's ZIP, as the portal serves it. */
async function downloaded(): Promise<{ bytes: Uint8Array; name: string }> {
  const { id } = await demonstration();
  const response = await fetch(`${portal.url}/bundles/${id}.zip`);
  expect(response.status).toBe(200);
  const [, name = ""] =
    /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "") ?? [];
  return { bytes: new Uint8Array(await response.arrayBuffer()), name };
}

const filesIn = (zip: Uint8Array): ReadonlyMap<string, Uint8Array> =>
  readZip(zip, (bytes, size) => inflateRawSync(bytes, { maxOutputLength: Math.max(1, size) }));

/** Opens verifier.html from disk with the network off. What it asks for, and what fails in it, is kept. */
async function offline(context: BrowserContext): Promise<{ page: Page; problems: string[] }> {
  const problems: string[] = [];
  await context.setOffline(true);
  const page = await context.newPage();
  page.on("request", (request) => {
    if (request.url() !== PAGE && !request.url().startsWith("data:")) problems.push(request.url());
  });
  page.on("console", (message) => problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(PAGE);
  return { page, problems };
}

const verdict = (page: Page) => page.locator(".verdict h2");

test("a bundle is saved from the portal and judged by verifier.html with the network off", async ({
  browser,
}, info) => {
  const { bytes, name } = await downloaded();
  expect(name).toMatch(/^beacon-job-[a-z2-7]{26}-simulated\.zip$/);
  const [zip, policy] = [info.outputPath(name), info.outputPath("policy.txt")];
  writeFileSync(zip, bytes);
  writeFileSync(policy, filesIn(bytes).get("policy.txt") ?? "");
  for (const [look, options] of [
    ["light", { colorScheme: "light", viewport: { width: 1280, height: 900 } }],
    ["dark", { colorScheme: "dark", viewport: { width: 1280, height: 900 } }],
    ["phone", { colorScheme: "light", viewport: { width: 400, height: 800 } }],
  ] as const) {
    const context = await browser.newContext(options);
    const { page, problems } = await offline(context);
    await page.locator("#files").setInputFiles(zip);
    await expect(verdict(page)).toHaveText("The files of this bundle fit together.");
    await page.locator("#policy").setInputFiles(policy);
    await expect(verdict(page)).toHaveText("Everything in this bundle holds.");
    await expect(page.locator(".facts")).toContainText("180:");
    await expect(page.locator(".simulated")).toBeVisible();
    const response = page
      .locator("details.receipt")
      .filter({ hasText: /^Response/ })
      .first();
    await response.locator("summary").click();
    await expect(response.locator(".checks > li")).toHaveCount(9);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(options.viewport.width);
    await page.screenshot({ path: `test-results/screens/verifier-${look}.png`, fullPage: true });
    expect(problems).toEqual([]);
    await context.close();
  }
});

test("a bundle in which one byte was changed, and one receipt left out, is not believed", async ({
  browser,
}, info) => {
  const files = new Map(filesIn((await downloaded()).bytes));
  const names = [...files.keys()];
  const response = names.find((name) => name.startsWith("responses/")) ?? "";
  const receipt = names.filter((name) => /^receipts\/tsk-/.test(name)).at(-1) ?? "";
  const changed = Uint8Array.from(files.get(response) ?? []);
  changed[40] = (changed[40] ?? 0) ^ 1;
  files.set(response, changed);
  files.delete(receipt);
  const zip = info.outputPath("tampered.zip");
  writeFileSync(zip, zipSync(Object.fromEntries(files)));
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const { page, problems } = await offline(context);
  await page.locator("#files").setInputFiles(zip);
  await expect(verdict(page)).toHaveText("Do not rely on this bundle.");
  await expect(page.locator(".problems")).toContainText(response);
  await expect(page.locator(".problems")).toContainText(receipt);
  await page.screenshot({ path: "test-results/screens/verifier-tampered.png", fullPage: true });
  const text = info.outputPath("text.zip");
  writeFileSync(text, "this is no ZIP");
  await page.locator("#files").setInputFiles(text);
  await expect(page.locator(".verdict")).toContainText("BUNDLE_MALFORMED");
  expect(problems).toEqual([]);
  await context.close();
});

test("verifier.html can be read by everybody", async ({ browser }, info) => {
  const zip = info.outputPath("bundle.zip");
  writeFileSync(zip, (await downloaded()).bytes);
  for (const colorScheme of ["light", "dark"] as const) {
    // axe is a script of its own, which the page's policy would not let in.
    const context = await browser.newContext({ colorScheme, bypassCSP: true });
    const page = await context.newPage();
    await page.goto(PAGE);
    await page.locator("#files").setInputFiles(zip);
    await expect(verdict(page)).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    await context.close();
  }
});

test("the portal refuses a bundle that there is not with a code and a sentence", async () => {
  for (const [name, status, code] of [
    [`job-${"a".repeat(26)}.zip`, 404, "JOB_NOT_FOUND"],
    ["nothing.car", 404, "JOB_NOT_FOUND"],
  ] as const) {
    const response = await fetch(`${portal.url}/bundles/${name}`);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  }
});
