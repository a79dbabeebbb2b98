import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import type { ResponseExcerpt } from "@/schemas/snapshot";
import { differenceView } from "@/server/domain/eval/difference-view";
import { boundOfNone } from "@/server/domain/eval/statistics";
import { test } from "@/test/support/e2e-test";
import { demonstration, portal } from "@/test/support/portal";
import { ROOT } from "@/test/support/run-tool";

const SCREENS = join(ROOT, "test-results", "screens");
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 400, height: 800 };
const SERVICE = "control-regional";

/** The budget of the public comparison page, in gzipped bytes of script, before the chart is near. */
const PAGE_BUDGET_BYTES = 170_000;

async function aComparison(prompt = "vell-dam") {
  const job = await demonstration();
  const excerpts = await portal
    .client()
    .responses.excerpts.query({ jobId: job.id, prompt, service: SERVICE });
  const path = (query: Record<string, string>, anchor = "") =>
    `/jobs/${job.id}?${new URLSearchParams({ prompt, service: SERVICE, ...query })}${anchor}`;
  return { job, excerpts, path };
}

/** Two answers of which the page shows a difference in the way `view`. */
function aPairShown(
  excerpts: readonly ResponseExcerpt[],
  language: string,
  view: string,
): readonly [ResponseExcerpt, ResponseExcerpt] {
  const told = excerpts.filter(({ text }) => text !== null && text !== "");
  for (const a of told)
    for (const b of told) {
      if (a === b) continue;
      if (differenceView(a.text ?? "", b.text ?? "", language, null).view === view) return [a, b];
    }
  throw new Error(`no two answers are shown as ${view}`);
}

const differences = (page: Page) => page.getByRole("region", { name: /^Differences between/ });

const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

async function objectionsTo(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
  );
}

async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENS, { recursive: true });
  await page.screenshot({ path: join(SCREENS, `${name}.png`), fullPage: true });
}

test("two answers are compared at an address of their own, and one goes from difference to difference", async ({
  page,
}) => {
  const { excerpts, path } = await aComparison();
  const [a, b] = aPairShown(excerpts, "en", "sentences");
  await page.goto(path({ a: a.taskId, b: b.taskId }, "#differences"));
  await expect(page.getByText(/^\d+ of \d+ sentences differ/)).toBeVisible();
  await expect(page.getByText(/^Their similarity is 0\.\d\d\./)).toBeVisible();
  const region = differences(page);
  await region.getByRole("button", { name: "Next difference" }).click();
  const first = region.locator("[data-difference]").first();
  await expect(first).toBeFocused();
  await page.keyboard.press("n");
  await expect(region.locator("[data-difference]").nth(1)).toBeFocused();
  await page.keyboard.press("k");
  await expect(first).toBeFocused();
  await expect(page).toHaveURL(new RegExp(`a=${a.taskId}&b=${b.taskId}`));
});

test("the reference stays while the other answer, the prompt and the service change", async ({
  page,
}) => {
  const { excerpts, path } = await aComparison();
  const a = excerpts.find(({ country, repeat }) => country === "KE" && repeat === 1);
  if (a === undefined) throw new Error("Kenya did not answer");
  await page.goto(path({ a: a.taskId }));
  const reference = page.getByRole("navigation", { name: "Country, reference" });
  const other = page.getByRole("navigation", { name: "Country, other answer" });
  await other.getByRole("link", { name: "Singapore" }).click();
  await expect(other.locator("[aria-current]")).toHaveText("Singapore");
  await expect(reference.locator("[aria-current]")).toHaveText("Kenya");
  await page.getByRole("link", { name: "vell-dam-ar", exact: true }).click();
  await expect(page).toHaveURL(/prompt=vell-dam-ar/);
  await expect(reference.locator("[aria-current]")).toHaveText("Kenya");
  await expect(other.locator("[aria-current]")).toHaveText("Singapore");
  await expect(page.locator("#differences").locator("xpath=ancestor::section[1]")).toContainText(
    "Reference",
  );
});

test("a figure of the heat map leads to two of the answers that it rests on", async ({ page }) => {
  const { path } = await aComparison();
  await page.goto(path({}));
  await page
    .getByRole("region", { name: `Similarity of answers of ${SERVICE}` })
    .getByRole("link", { name: /^Germany and Kenya/ })
    .click();
  await expect(page).toHaveURL(/&a=tsk-.*&b=tsk-.*#differences$/);
  await expect(
    page.getByRole("navigation", { name: "Country, other answer" }).locator("[aria-current]"),
  ).toHaveText("Kenya");
});

test("Arabic answers are compared from right to left", async ({ page }) => {
  const { excerpts, path } = await aComparison("vell-dam-ar");
  const [a, b] = aPairShown(excerpts, "ar", "sentences");
  await page.goto(path({ a: a.taskId, b: b.taskId }));
  const region = differences(page);
  await expect(region.locator("[lang=ar][dir=rtl]").first()).toBeVisible();
  expect(await region.locator("[lang=ar]:not([dir=rtl])").count()).toBe(0);
});

test("rates are a chart that comes when it is near, and a table with the same figures", async ({
  page,
}) => {
  const { job, path } = await aComparison();
  await page.setViewportSize({ width: 1280, height: 500 });
  const scripts = new Map<string, number>();
  page.on("response", async (response) => {
    if (!/_next\/static\/.*\.js/.test(response.url())) return;
    scripts.set(response.url(), gzipSync(await response.body()).length);
  });
  const sum = () => [...scripts.values()].reduce((all, bytes) => all + bytes, 0);
  await page.goto(path({}));
  await page.waitForLoadState("networkidle");
  const before = sum();
  await page
    .getByRole("heading", { name: "How often there was no answer" })
    .scrollIntoViewIfNeeded();
  const chart = page.getByRole("img", { name: /^Chart: share of responses that were refused/ });
  await expect(chart).toBeVisible();
  await expect(chart.locator("circle")).toHaveCount(job.countries.length);
  await page.waitForLoadState("networkidle");
  test.info().annotations.push({
    type: "script, gzipped bytes",
    description: `${before} with the page, ${sum() - before} with the chart`,
  });
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThanOrEqual(PAGE_BUDGET_BYTES);
  expect(sum(), "the chart came with the page").toBeGreaterThan(before);
  const table = page.getByRole("region", { name: "Responses by country: refused" });
  await expect(table.getByRole("row", { name: /Germany/ })).toContainText(
    `at most ${Math.round(boundOfNone(job.repeats) * 100)} %`,
  );
  for (const name of ["Germany", "United", "Kenya", "Brazil", "Singapore"])
    await expect(chart.locator("text").filter({ hasText: name })).toBeVisible();
  await expect(
    chart
      .locator("text")
      .filter({ hasText: `n = ${job.repeats}` })
      .first(),
  ).toBeVisible();
});

test("the chart, the heat map and the differences are readable in both themes, on a phone, and in print", async ({
  page,
}) => {
  const { excerpts, path } = await aComparison();
  const [a, b] = aPairShown(excerpts, "en", "sentences");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const size of [WIDE, NARROW]) {
      await page.setViewportSize(size);
      await page.goto(path({ a: a.taskId, b: b.taskId }));
      await page.locator("#rates").scrollIntoViewIfNeeded();
      const chart = page.getByRole("img", { name: /^Chart: / });
      await expect(chart.locator("circle").first()).toBeVisible();
      const cut = await chart.evaluate((frame) => {
        const { left, right } = frame.getBoundingClientRect();
        return [...frame.querySelectorAll("text")].filter((text) => {
          const box = text.getBoundingClientRect();
          return box.left < left - 1 || box.right > right + 1;
        }).length;
      });
      expect.soft(cut, `${colorScheme} ${size.width}: labels that are cut`).toBe(0);
      expect.soft(await overflow(page), `${colorScheme} ${size.width}: overflow`).toBe(0);
      expect.soft(await objectionsTo(page), `${colorScheme} ${size.width}: axe`).toEqual([]);
      await picture(page, `comparison-rates-${colorScheme}-${size.width}`);
    }
  }
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await page.setViewportSize({ width: 794, height: 1123 });
  await expect(page.getByRole("button", { name: "Next difference" })).toBeHidden();
  await expect(page.getByRole("region", { name: /^Responses by country/ })).toBeVisible();
  expect(await overflow(page)).toBe(0);
  await picture(page, "comparison-print");
});

test("equal answers are called identical, with hash and count; silence is told apart", async ({
  page,
}) => {
  const { excerpts, path } = await aComparison();
  const silent = excerpts.find(({ state }) => state === "empty");
  const [first] = excerpts;
  if (first === undefined) throw new Error("nothing came back");
  await page.goto(path({}));
  const stack = page.locator("#distinct").locator("xpath=ancestor::section[1]");
  const texts = new Set(excerpts.map(({ state, text }) => `${state} ${text}`));
  await expect(stack).toContainText(`${excerpts.length} responses`);
  await expect(stack).toContainText(`${texts.size} of them different`);
  if (silent === undefined) return;
  await page.goto(path({ a: first.taskId, b: silent.taskId }));
  await expect(page.getByText(/carries no text, so there is nothing to compare/)).toBeVisible();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("differences, rates and terms can be read and chosen, and nothing is offered that does not work", async ({
    page,
  }) => {
    const { excerpts, path } = await aComparison();
    const [a, b] = aPairShown(excerpts, "en", "sentences");
    await page.goto(path({ a: a.taskId, b: b.taskId }));
    await expect(page.getByText(/^\d+ of \d+ sentences differ/)).toBeVisible();
    await expect(page.getByRole("button", { name: /difference$|^Copy link/ })).toHaveCount(0);
    await expect(page.getByRole("region", { name: /^Terms that at least half/ })).toBeVisible();
    await page
      .getByRole("navigation", { name: "Counted" })
      .getByRole("link", { name: "no answer of any kind" })
      .click();
    const table = page.getByRole("region", {
      name: "Responses by country: no answer of any kind",
    });
    await expect(table.getByRole("row", { name: /Brazil/ })).toContainText(/\d+ of \d+/);
    await expect(page).toHaveURL(new RegExp(`a=${a.taskId}`));
    await page
      .getByRole("navigation", { name: "Country, other answer" })
      .getByRole("link", { name: "Singapore" })
      .click();
    await expect(page).toHaveURL(/outcome=no-answer.*#differences$/);
    await expect(page.getByText("What this does not show")).toBeVisible();
    await expect(page.getByText(/^Anything about real countries/)).toBeVisible();
  });
});
