import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { STEPS } from "@/components/composer/steps";
import { JobSpec } from "@/schemas/job-spec";
import { test } from "@/test/support/e2e-test";
import { pageFacts } from "@/test/support/page-facts";
import { type PageFacts, SITE_PAGES } from "@/test/support/pages";
import { demonstration, exampleSpec, portal } from "@/test/support/portal";
import { ROOT } from "@/test/support/run-tool";
import { shownReport } from "@/test/support/shown-report";
import { signIn } from "@/test/support/sign-in";

const SCREENS = join(ROOT, "test-results", "screens");
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 400, height: 800 };
const THEMES = ["light", "dark"] as const;

/** The picture in the README; `BEACON_WRITE_SCREENSHOT=1 npm test` makes it anew. */
const README_PICTURE = join(ROOT, "docs", "screenshot.png");
const PICTURE = { width: 1280, height: 1900 };
const PICTURE_LIMIT_BYTES = 300_000;

/** What axe objects to, in lines that say where. */
async function objectionsTo(page: Page): Promise<readonly string[]> {
  // Without frames there is nothing that the newer, slower way of running would add.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
  );
}

/** How far the page is wider than its window, and by what. */
const overflowOf = (page: Page) =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return null;
    const widest = [...document.querySelectorAll("body *")]
      .map((element) => ({ element, right: element.getBoundingClientRect().right }))
      .sort((a, b) => b.right - a.right)[0]?.element;
    return `${scrollWidth} px, by ${widest?.outerHTML.slice(0, 200)}`;
  });

/** Both themes at both widths: a picture of each, and what a page must be in all of them. */
async function look(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENS, { recursive: true });
  await expect.soft(page.getByRole("heading", { level: 1 }), `${name}: one h1`).toHaveCount(1);
  await page.evaluate(() => document.fonts.ready);
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme });
    for (const size of [WIDE, NARROW]) {
      await page.setViewportSize(size);
      await page.screenshot({
        path: join(SCREENS, `${name}-${theme}-${size.width}.png`),
        fullPage: true,
      });
    }
    expect.soft(await overflowOf(page), `${name}: wider than ${NARROW.width} px`).toBeNull();
    await page.setViewportSize(WIDE);
    expect.soft(await objectionsTo(page), `${name}, ${theme}: axe`).toEqual([]);
  }
}

test.describe("every page has one h1, fits 400 px, and gives axe nothing to object to, light and dark:", () => {
  test.use({ contextOptions: { reducedMotion: "reduce" }, viewport: WIDE });

  let facts: PageFacts;
  test.beforeAll(async () => {
    facts = await pageFacts();
  });

  for (const { name, path, as } of SITE_PAGES)
    test(name, async ({ page }) => {
      if (as !== null) await signIn(page, "/", facts.accounts[as]);
      await page.goto(path(facts));
      await look(page, name);
    });

  // What somebody sees who may not see the page, and where there is none.
  for (const [name, path] of [
    ["compose-refused", "/jobs/new"],
    ["users-refused", "/users"],
    ["attester-refused", "/attester"],
    ["account-refused", "/account"],
    ["invitation-refused", `/invitations/${"x".repeat(43)}`],
    ["explore-nothing", "/explore?q=zzzzzz"],
    ["explore-bad-query", "/explore?country=Germany&state=censored"],
    ["not-found", "/no/such/page"],
  ] as const)
    test(name, async ({ page }) => {
      await page.goto(path);
      await look(page, name);
    });

  test("a log that was audited here, and one that has shown two histories", async ({ page }) => {
    await page.goto("/log");
    await page.getByRole("button", { name: /^Audit the whole log/ }).click();
    await expect(page.getByText("lead to the root that the log signed")).toBeVisible();
    await look(page, "log-audited");
    const { origin, size, root } = await portal.client().log.head.query();
    const other = root.replace(/^./, root.startsWith("A") ? "B" : "A");
    const seen = { origin, size, root: other, note: null, at: "2026-11-21T08:00:00.000Z" };
    await page.evaluate(([name, value]) => localStorage.setItem(name, value), [
      `beacon.last-seen:${origin}`,
      JSON.stringify(seen),
    ] as const);
    await page.reload();
    await expect(page.getByRole("alert", { name: "Fork alarm" })).toBeVisible();
    await look(page, "log-forked");
  });

  test("comparison", async ({ page }) => {
    const { id } = await demonstration();
    await page.goto(`/jobs/${id}?service=control-regional`);
    await look(page, "comparison");
    await page.goto(`/jobs/${id}?prompt=vell-dam-ar&service=control-regional&repeat=2`);
    await look(page, "comparison-arabic");
  });

  test("response, checked", async ({ page }) => {
    const { tasks } = await demonstration();
    const find = (prompt: string, state: string) =>
      tasks.find((task) => task.prompt === prompt && task.state === state)?.id;
    await page.goto(`/responses/${find("vell-dam-ar", "answered")}`);
    await look(page, "response-arabic");
    await page.goto(`/responses/${find("vell-dam", "refused")}`);
    await page.getByRole("button", { name: "Verify in this browser" }).click();
    await shownReport(page.getByRole("region", { name: "Verify" }));
    await look(page, "response-checked");
  });

  test("leaf: announcement, response and comparison", async ({ page }) => {
    const { intentIndex, comparisonIndex, tasks } = await demonstration();
    await page.goto(`/log/${intentIndex}`);
    await look(page, "leaf-announcement");
    await page.goto(`/log/${tasks[7]?.leafIndex}`);
    await look(page, "leaf-response");
    await page.goto(`/log/${comparisonIndex}`);
    await look(page, "leaf-comparison");
  });

  test("a receipt that fails, on the verify page", async ({ page }) => {
    const receipt = await (await fetch(`${portal.url}/tlog/proof/2`)).text();
    await page.goto("/verify");
    const buffer = Buffer.from(
      receipt.replace(/\n(\d+)\n/, (_, size) => `\n${Number(size) + 1}\n`),
    );
    await page
      .getByLabel("Receipt")
      .setInputFiles({ name: "a.tlog-proof", mimeType: "text/plain", buffer });
    await page.getByRole("button", { name: "Verify in this browser" }).click();
    await expect(page.getByText(/^Do not rely on this/)).toBeVisible();
    await look(page, "verify-failed");
  });

  test("the composer, a job under way, and the same job withdrawn", async ({ page }) => {
    // Nine looks, each of them four pictures and two audits.
    test.setTimeout(240_000);
    await signIn(page, "/jobs/new");
    await page.getByRole("button", { name: "Add a prompt" }).click();
    for (const { step, name } of STEPS) {
      await page
        .getByRole("navigation", { name: "Steps" })
        .getByRole("link", { name: new RegExp(` ${name}`) })
        .click();
      if (step === "services") await page.getByRole("checkbox", { name: /^control-open/ }).check();
      await look(page, `compose-${step}`);
    }
    // So many tasks that it is still under way when it has been looked at, on a slow machine too.
    const example = JobSpec.parse(exampleSpec("demonstration"));
    const again = example.prompts.map((prompt) => ({ ...prompt, id: `${prompt.id}-again` }));
    const prompts = [...example.prompts, ...again];
    const spec = { ...example, prompts, title: "A job that is withdrawn", repeats: 50 };
    const { jobId } = await portal
      .client()
      .jobs.submit.mutate({ spec, submissionKey: randomUUID() });
    await page.goto(`/jobs/${jobId}`);
    await expect(page.getByText(/[1-9]\d* responses/)).toBeVisible();
    await look(page, "job-under-way");
    await page.getByRole("button", { name: "Stop and withdraw…" }).click();
    await page.getByRole("button", { name: "Stop and withdraw", exact: true }).click();
    // What was open closes in the log, and what had come back is compared: the page follows.
    await expect(page.getByRole("region", { name: "What may be said" })).toBeVisible({
      timeout: 30_000,
    });
    await expect(page.getByText(/[1-9]\d* withdrawn/).first()).toBeVisible();
    await look(page, "job-withdrawn");
  });
});

test("the README's picture is the comparison of the demonstration, and small enough to be committed", async ({
  page,
}) => {
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.setViewportSize(PICTURE);
  const { id } = await demonstration();
  await page.goto(`/jobs/${id}?service=control-regional`);
  await page.evaluate(() => document.fonts.ready);
  mkdirSync(SCREENS, { recursive: true });
  const picture = await page.screenshot({ path: join(SCREENS, "readme.png"), scale: "css" });
  expect(picture.length).toBeLessThanOrEqual(PICTURE_LIMIT_BYTES);
  if (process.env.BEACON_WRITE_SCREENSHOT === "1") {
    mkdirSync(join(ROOT, "docs"), { recursive: true });
    writeFileSync(README_PICTURE, picture);
  }
  expect(
    existsSync(README_PICTURE),
    "docs/screenshot.png: BEACON_WRITE_SCREENSHOT=1 npm test",
  ).toBe(true);
  expect(statSync(README_PICTURE).size).toBeLessThanOrEqual(PICTURE_LIMIT_BYTES);
});
