import { expect, type Page } from "@playwright/test";
import { AnswersExport, ComparisonExport } from "@/schemas/explore-export";
import { recordsOf } from "@/test/domain/explore/parse-csv";
import { test } from "@/test/support/e2e-test";
import { demonstration, portal } from "@/test/support/portal";

const rowsOn = (page: Page) => page.getByRole("list", { name: "Answers" }).locator(":scope > li");
const total = (page: Page) =>
  page.getByRole("heading", { level: 2, name: /answers? (and|or) failure/ });
const search = (page: Page) => page.getByRole("button", { name: "Search" });
const chip = (page: Page, words: string) =>
  page.getByRole("link", { name: `Remove the filter: ${words}` });
const query = (page: Page) => new URL(page.url()).search;

/** The tasks that the page shows, in order. */
const tasksOn = async (page: Page) =>
  (
    await rowsOn(page)
      .getByRole("link", { name: /^Answer and evidence/ })
      .all()
  ).reduce(
    async (all, link) => [
      ...(await all),
      (await link.getAttribute("href"))?.split("/").at(-1) ?? "",
    ],
    Promise.resolve<string[]>([]),
  );

const fetched = async (page: Page, name: RegExp) => {
  const href = await page.getByRole("link", { name }).getAttribute("href");
  const answer = await fetch(`${portal.url}${href}`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-disposition")).toContain("simulated");
  return answer;
};

test("a reader filters, and the address says what they see", async ({ page }) => {
  await page.goto("/explore");
  await expect(total(page)).toBeVisible();
  await page.evaluate(() => Object.assign(window, { isSamePage: true }));
  await page.getByRole("searchbox", { name: "Text in the answer" }).fill("inquiry");
  await search(page).click();
  await expect(chip(page, "contains “inquiry”")).toBeVisible();
  expect(query(page)).toBe("?q=inquiry");
  const marks = page.locator("mark");
  await expect(marks.first()).toHaveText(/inquiry/i);
  await page.getByText("Filters", { exact: true }).click();
  await page.getByRole("checkbox", { name: "Kenya" }).check();
  await page.getByRole("checkbox", { name: "Germany" }).check();
  await search(page).click();
  await expect(chip(page, "from Kenya")).toBeVisible();
  expect(query(page)).toBe("?q=inquiry&country=DE&country=KE");
  const places = await rowsOn(page).locator("abbr").allTextContents();
  expect(places.length).toBeGreaterThan(0);
  expect(new Set(places)).toEqual(new Set(places.filter((code) => ["DE", "KE"].includes(code))));
  await chip(page, "from Kenya").click();
  await expect(chip(page, "from Kenya")).toHaveCount(0);
  expect(query(page)).toBe("?q=inquiry&country=DE");
  expect(await page.evaluate(() => "isSamePage" in window), "nothing was loaded anew").toBe(true);

  await page.goBack();
  await expect(chip(page, "from Kenya")).toBeVisible();
  await expect(page.getByRole("checkbox", { name: "Kenya" })).toBeChecked();
  await page.goBack();
  await expect(page.getByRole("checkbox", { name: "Kenya" })).not.toBeChecked();
  expect(query(page)).toBe("?q=inquiry");
  await page.goForward();
  await expect(chip(page, "from Kenya")).toBeVisible();

  await page.reload();
  await expect(page.getByRole("searchbox", { name: "Text in the answer" })).toHaveValue("inquiry");
  await expect(page.getByRole("checkbox", { name: "Kenya" })).toBeChecked();
});

test("states are counted, and chosen by a link", async ({ page }) => {
  const { id, states } = await demonstration();
  const refused = states.reduce((sum, { states: of }) => sum + (of.refused ?? 0), 0);
  expect(refused).toBeGreaterThan(0);
  await page.goto(`/explore?job=${id}`);
  const facet = page
    .getByRole("navigation", { name: "By state" })
    .getByRole("link", { name: /refused/ });
  await expect(facet).toContainText(String(refused));
  await facet.click();
  await expect(total(page)).toHaveText(`${refused} answers and failures`);
  expect(query(page)).toBe(`?state=refused&job=${id}`);
  await expect(facet).toHaveAttribute("aria-current", "true");
});

test("pages follow each other, and each has an address", async ({ page }) => {
  await page.goto("/explore");
  const first = await tasksOn(page);
  expect(first).toHaveLength(50);
  await page.getByRole("link", { name: "Older answers" }).click();
  await expect(page.getByRole("link", { name: "Newest" })).toBeVisible();
  const second = await tasksOn(page);
  expect(new Set([...first, ...second]).size).toBe(first.length + second.length);
  await page.reload();
  expect(await tasksOn(page)).toEqual(second);
  await page.getByRole("link", { name: "Newest" }).click();
  await expect.poll(() => tasksOn(page)).toEqual(first);
});

test("an export is what the screen shows", async ({ page }) => {
  const { id } = await demonstration();
  await page.goto(`/explore?job=${id}&country=KE&language=en`);
  const shown = await tasksOn(page);
  const csv = recordsOf(await (await fetched(page, /^These \d+ as CSV/)).text());
  expect(csv.map(({ task }) => task)).toEqual(shown);
  const json = AnswersExport.parse(await (await fetched(page, /^These \d+ as JSON/)).json());
  expect(json.rows.map(({ task }) => task)).toEqual(shown);
  for (const row of json.rows)
    expect([row.country, row.language, row.simulated]).toEqual(["KE", "en", true]);
  await page.goto(`/explore?job=${id}`);
  const all = AnswersExport.parse(await (await fetched(page, /^All [\d,]+ as JSON/)).json());
  expect(`${all.rows.length} answers and failures`).toBe(await total(page).textContent());
  const [row] = all.rows;
  await page.goto(new URL(row?.permalink ?? "").pathname);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
});

test("a comparison’s exports are what its page shows", async ({ page }) => {
  const { id, countries } = await demonstration();
  await page.goto(`/jobs/${id}?prompt=vell-dam-ar&service=control-regional&repeat=2`);
  const json = await fetched(page, /^Both as JSON/);
  const document = ComparisonExport.parse(await json.json());
  expect(document.query).toEqual({ prompt: "vell-dam-ar", service: "control-regional", repeat: 2 });
  expect(document.table.map(({ country }) => country)).toEqual(countries);
  expect(document.answers.length).toBeGreaterThan(0);
  const csv = recordsOf(await (await fetched(page, /^Answers as CSV/)).text());
  expect(csv.map(({ task }) => task)).toEqual(document.answers.map(({ task }) => task));
  const table = recordsOf(await (await fetched(page, /^Table as CSV/)).text());
  expect(table.map(({ country }) => country)).toEqual(countries);
  await page.getByRole("link", { name: "All answers from Kenya" }).click();
  await expect(chip(page, "from Kenya")).toBeVisible();
  for (const words of ["service control-regional", "prompt vell-dam-ar"])
    await expect(chip(page, words)).toBeVisible();
});

test("it can be used by keyboard alone", async ({ page }) => {
  await page.goto("/explore");
  await page.getByRole("searchbox", { name: "Text in the answer" }).focus();
  await page.keyboard.type("closed");
  await page.keyboard.press("Tab");
  await expect(search(page)).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const kenya = page.getByRole("checkbox", { name: "Kenya" });
  await expect(kenya).toBeVisible();
  for (let i = 0; i < 12 && !(await kenya.evaluate((box) => box === document.activeElement)); i++)
    await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await expect(chip(page, "from Kenya")).toBeVisible();
  expect(query(page)).toBe("?q=closed&country=KE");
  await expect(kenya, "the focus stays where it was").toBeFocused();
  await chip(page, "from Kenya").focus();
  await page.keyboard.press("Enter");
  await expect(chip(page, "from Kenya")).toHaveCount(0);
  expect(query(page)).toBe("?q=closed");
});

test("what is not understood in an address is said, and the rest is shown", async ({ page }) => {
  const answer = await page.goto("/explore?country=KE&country=XX&sort=%3Cb%3E&limit=0");
  expect(answer?.status()).toBe(200);
  const note = page.getByRole("main").getByRole("alert");
  await expect(note).toContainText("“XX” is not a country’s code");
  await expect(note).toContainText("There is no parameter “sort”.");
  await expect(chip(page, "from Kenya")).toBeVisible();
  for (const form of ["csv", "json"]) {
    const refused = await fetch(`${portal.url}/explore.${form}?country=XX`);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ code: "EXPLORER_QUERY_INVALID" });
  }
  await page.goto("/explore?q=nothing+says+this");
  await expect(page.getByText("Nothing matches.")).toBeVisible();
});

test("an answer is linked, cited and quoted", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { tasks } = await demonstration();
  const task = tasks.find(({ state, prompt }) => state === "answered" && prompt === "vell-dam-ar");
  await page.goto(`/responses/${task?.id}`);
  const copied = async (name: string) => {
    await page.getByRole("button", { name }).click();
    await expect(page.getByText("copied", { exact: true })).toBeVisible();
    await expect(page.getByText("copied", { exact: true })).toHaveCount(0);
    return page.evaluate(() => navigator.clipboard.readText());
  };
  const permalink = await copied("Copy: the permalink");
  expect(new URL(permalink).pathname).toBe(`/responses/${task?.id}`);
  const apa = await copied("Copy: APA, 7th edition");
  for (const words of [
    "Beacon. (",
    `entry ${task?.leafIndex}`.slice(1),
    "simulated data",
    permalink,
  ])
    expect(apa).toContain(words);
  await page.getByText("CSL-JSON", { exact: true }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: /^Download \.json/ }).click();
  expect((await download).suggestedFilename()).toBe(`beacon-${task?.id}-simulated.json`);
  await page.getByText("Quote with its source line").click();
  const quote = await copied("Copy the answer with its source");
  expect(quote).toContain("state: answered; simulated data");
  expect(quote.endsWith(permalink)).toBe(true);
  await page.getByRole("navigation", { name: "More answers" }).getByRole("link").first().click();
  await expect(chip(page, "prompt vell-dam-ar")).toBeVisible();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a reader filters, and the address is the same as with it", async ({ page }) => {
    await page.goto("/explore");
    await page.getByRole("searchbox", { name: "Text in the answer" }).fill("closed");
    await page.getByText("Filters", { exact: true }).click();
    await page.getByRole("checkbox", { name: "Kenya" }).check();
    await page.getByRole("radio", { name: "simulated only" }).check();
    await search(page).click();
    expect(query(page)).toBe("?q=closed&country=KE&data=simulated");
    await expect(page.locator("mark").first()).toHaveText(/closed/i);
    await chip(page, "simulated data").click();
    expect(query(page)).toBe("?q=closed&country=KE");
    await expect(page.getByRole("link", { name: /^These \d+ as CSV/ })).toBeVisible();
    await rowsOn(page)
      .first()
      .getByRole("link", { name: /^log entry/ })
      .click();
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  });

  test("a reader reads the citation in every style, and meets no button that does nothing", async ({
    page,
  }) => {
    const { id } = await demonstration();
    await page.goto(`/jobs/${id}`);
    const panel = page.getByRole("region", { name: "Citation" });
    await expect(panel.getByText(/^Beacon\. \(\d{4}, /)).toBeVisible();
    await panel.getByText("BibTeX", { exact: true }).click();
    await expect(panel.getByText("@misc{beacon-cmp-")).toBeVisible();
    await expect(panel.getByText(/^Beacon\. \(\d{4}, /)).toBeHidden();
    await expect(page.getByRole("button", { name: /^Copy: / })).toHaveCount(0);
  });
});
