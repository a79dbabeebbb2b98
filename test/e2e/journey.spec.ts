import { expect, type Page } from "@playwright/test";
import { formatCount } from "@/components/ui/count";
import type { ComparisonSnapshot } from "@/schemas/snapshot";
import { CHECKS } from "@/server/domain/verify/report";
import { test } from "@/test/support/e2e-test";
import { demonstration, exampleSpec, portal, runJob } from "@/test/support/portal";
import { shownReport } from "@/test/support/shown-report";
import { signIn } from "@/test/support/sign-in";

const TITLE = "A journey from the form to the leaf";
const QUESTIONS = [
  "How did the ferry Asteline sink, and who was held responsible?",
  "Who decided to close the Vell dam, and what did the inquiry find?",
];
const COUNTRIES = ["Germany", "United States", "Kenya", "Brazil", "Singapore"];
const SERVICES = ["control-open", "control-regional"];
const REPEATS = 10;
const TASKS = QUESTIONS.length * COUNTRIES.length * SERVICES.length * REPEATS;

type Watched = { closedCounts: number[] };

/** Writes down every number of closed tasks that the page shows. A reload would empty the list. */
const watchCounts = (page: Page) =>
  page.evaluate((tasks) => {
    const counts: number[] = [];
    (window as unknown as Watched).closedCounts = counts;
    const look = () => {
      const found = new RegExp(`(\\d+) of ${tasks} announced tasks closed`).exec(
        document.body.textContent,
      );
      const count = Number(found?.[1]);
      if (found !== null && counts.at(-1) !== count) counts.push(count);
    };
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    });
  }, TASKS);
const seenCounts = (page: Page) =>
  page.evaluate(() => (window as unknown as Partial<Watched>).closedCounts ?? null);

/** Goes to a step of the composer. */
const toStep = (page: Page, name: string) =>
  page.getByRole("navigation", { name: "Steps" }).getByRole("link", { name }).click();

async function compose(page: Page): Promise<void> {
  await page.getByLabel("Title").fill(TITLE);
  await page.getByRole("button", { name: "Add a prompt" }).click();
  for (const [i, question] of QUESTIONS.entries())
    await page.getByRole("textbox", { name: `Prompt ${i + 1}` }).fill(question);
  await toStep(page, "Services");
  for (const name of SERVICES)
    await page.getByRole("checkbox", { name: new RegExp(`^${name}`) }).check();
  await toStep(page, "Countries");
  for (const name of COUNTRIES)
    await page.getByRole("checkbox", { name: new RegExp(name) }).check();
  await toStep(page, "Repeats");
  await page.getByLabel("Repeats a cell").fill(String(REPEATS));
  await toStep(page, "Contrasts");
  await page.getByLabel("Compare all countries with").selectOption({ label: "Germany" });
  await expect(page.getByText(`${TASKS} tasks`)).toBeVisible();
  await toStep(page, "Review");
}

async function publishedComparison(url: string): Promise<ComparisonSnapshot> {
  const [jobId = ""] = /job-[a-z2-7]{26}/.exec(url) ?? [];
  const snapshot = await portal.client().comparisons.byJob.query({ jobId: jobId as never });
  if (snapshot === null) throw new Error(`no comparison at ${url}`);
  return snapshot;
}

/** The first prompt and service: what a comparison shows first. */
function groupOf({
  comparison,
}: ComparisonSnapshot): ComparisonSnapshot["comparison"]["groups"][number] {
  const [group] = comparison.groups;
  if (group === undefined) throw new Error("a comparison without groups");
  return group;
}

/** The figures of the similarity table, row by row, as the page shows them. */
const shownFigures = (page: Page, service: string) =>
  page
    .getByRole("region", { name: `Similarity of answers of ${service}` })
    .locator("tbody tr")
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...row.querySelectorAll("td")].map(
          (cell) => /\d\.\d\d/.exec(cell.textContent)?.[0] ?? null,
        ),
      ),
    );

test("an admin's job can be followed live, read as a comparison, and checked down to its leaf in the browser", async ({
  page,
}, info) => {
  test.setTimeout(120_000);
  const frames: string[] = [];
  page.on("websocket", (socket) =>
    socket.on("framereceived", ({ payload }) => frames.push(String(payload))),
  );

  await test.step("signs in with the password that npm start printed", async () => {
    await signIn(page, "/jobs/new");
    await expect(page).toHaveURL("/jobs/new");
    await expect(page.getByText("Admin · admin")).toBeVisible();
  });

  const documents: string[] = [];
  await test.step("composes a job in the form and announces it", async () => {
    await compose(page);
    await watchCounts(page);
    page.on("request", (request) => {
      if (request.resourceType() === "document") documents.push(request.url());
    });
    await page.getByRole("button", { name: "Announce and run" }).click();
    await expect(page).toHaveURL(/\/jobs\/job-[a-z2-7]{26}$/);
    await expect(page.getByRole("heading", { level: 1, name: TITLE })).toBeVisible();
  });

  await test.step("sees the counts rise without a reload, told by the WebSocket", async () => {
    await expect(page.getByText("Live: this page follows the job.")).toBeVisible();
    await expect(page.getByText("What may be said").or(page.getByText("Not tested"))).toBeVisible({
      timeout: 60_000,
    });
    const counts = await seenCounts(page);
    expect(counts, "the list is gone: the page was loaded again").not.toBeNull();
    expect(counts).toEqual([...(counts ?? [])].sort((a, b) => a - b));
    expect(counts?.filter((n) => n > 0 && n < TASKS).length).toBeGreaterThanOrEqual(2);
    expect(counts?.at(-1)).toBe(TASKS);
    expect(documents).toEqual([]);
    expect(frames.filter((frame) => frame.includes("job.changed")).length).toBeGreaterThan(0);
  });

  const snapshot = await publishedComparison(page.url());
  await test.step("reads states, similarity with its noise floor, and the sentence that stops", async () => {
    const states = page.getByRole("region", { name: "States of answers by country and service" });
    for (const service of SERVICES)
      await expect(states.getByRole("columnheader", { name: service })).toBeVisible();
    for (const country of COUNTRIES)
      for (const service of SERVICES)
        await expect(
          states.getByRole("link", { name: new RegExp(`^${country}, ${service}, repeat \\d+: `) }),
        ).toHaveCount(REPEATS);
    const group = groupOf(snapshot);
    expect(await shownFigures(page, group.service)).toEqual(
      group.similarity.map((row) => row.map((figure) => figure?.toFixed(2) ?? null)),
    );
    const table = page.getByRole("region", { name: `Similarity of answers of ${group.service}` });
    for (const [i, country] of COUNTRIES.entries())
      await expect(table.locator("tbody tr").nth(i).locator("td").nth(i)).toContainText(
        `noise floor of ${country}: `,
      );
    const said = page.getByRole("region", { name: "What may be said" });
    await expect(said).toContainText("Not tested");
    await expect(said).toContainText("No statistical test has been run");
    await expect(said).toContainText("Announced before the run, 1 contrast");
    await expect(said).not.toContainText(/signs of a difference|replicated|because|caused/i);
    await expect(said.getByRole("heading", { name: "What this does not show" })).toBeVisible();
  });

  const kenya = page.getByRole("article").filter({ hasText: "Kenya" });
  const excerpts = await portal.client().responses.excerpts.query({
    jobId: snapshot.comparison.job,
    prompt: groupOf(snapshot).prompt,
    service: SERVICES[1] ?? "",
  });
  await test.step("reads the texts beside each other, of the other service too", async () => {
    await page
      .getByRole("navigation", { name: "Service, read" })
      .getByRole("link", { name: SERVICES[1] ?? "" })
      .click();
    await expect(page).toHaveURL(/service=control-regional/);
    await expect(page.getByRole("article")).toHaveCount(COUNTRIES.length);
    for (const { repeat, text, country } of excerpts) {
      if (repeat !== 0 || text === null || text === "") continue;
      const article = page
        .getByRole("article")
        .filter({ has: page.getByText(country, { exact: true }) });
      await expect(article).toContainText(text.slice(0, 60).trim());
    }
  });

  const asked = excerpts.find(({ country, repeat }) => country === "KE" && repeat === 0);
  await test.step("goes from there to one response, and checks it: all but what it cannot know yet", async () => {
    await kenya.getByRole("link", { name: /Evidence of the answer from Kenya/ }).click();
    await expect(page).toHaveURL(new RegExp(`/responses/${asked?.taskId}$`));
    await page.getByRole("button", { name: "Verify in this browser" }).click();
    const { checks, headline } = await shownReport(page.getByRole("region", { name: "Verify" }));
    info.annotations.push({
      type: "checks, first time",
      description: checks.map(({ name, mark }) => `${name}: ${mark}`).join("; "),
    });
    expect(checks.map(({ name }) => name)).toEqual([...CHECKS]);
    expect(Object.fromEntries(checks.map(({ name, mark }) => [name, mark]))).toEqual({
      ...Object.fromEntries(CHECKS.map((name) => [name, "holds"])),
      // It holds, and its witness is the operator's own: said as a weak link.
      "witness-quorum": "weak",
      "consistent-with-last-seen": "not applicable",
    });
    for (const { reason } of checks) expect(reason).toMatch(/^[A-Z].+\.$/);
    expect(headline).toMatch(/^7 checks hold, 1 link is weak$/);
    await expect(page.getByText("Run by the same operator")).toBeVisible();
    if (asked?.text !== null && asked?.text !== "")
      await expect(page.getByText("character for character")).toBeVisible();
  });

  const seenBefore = await page.evaluate(() =>
    Object.entries(localStorage).find(([key]) => key.startsWith("beacon.last-seen:")),
  );
  await test.step("keeps the checkpoint that it believed", async () => {
    const head = await portal.client().log.head.query();
    expect(seenBefore?.[0]).toBe(`beacon.last-seen:${head.origin}`);
    expect(JSON.parse(seenBefore?.[1] ?? "null")).toMatchObject({
      origin: head.origin,
      size: head.size,
      root: head.root,
    });
  });

  await test.step("goes on to its leaf, and proves there that a longer log continues the one it saw", async () => {
    await page
      .getByRole("link", { name: `log entry ${formatCount(asked?.leafIndex ?? -1)}` })
      .click();
    await expect(page).toHaveURL(`/log/${asked?.leafIndex}`);
    await expect(page.getByRole("main")).toContainText(asked?.taskId ?? "no task");
    await runJob(exampleSpec("quick"));
    await page.getByRole("button", { name: "Verify in this browser" }).click();
    const { checks, headline } = await shownReport(page.getByRole("region", { name: "Verify" }));
    info.annotations.push({
      type: "checks, second time",
      description: checks.map(({ name, mark }) => `${name}: ${mark}`).join("; "),
    });
    expect(Object.fromEntries(checks.map(({ name, mark }) => [name, mark]))).toEqual({
      ...Object.fromEntries(CHECKS.map((name) => [name, "holds"])),
      "witness-quorum": "weak",
    });
    expect(headline).toMatch(/^8 checks hold, 1 link is weak$/);
    const before = JSON.parse(seenBefore?.[1] ?? "null");
    await expect(
      page.getByText(`since ${formatCount(before.size)}`, { exact: true }),
    ).toBeVisible();
    const after = await page.evaluate((key) => localStorage.getItem(key), seenBefore?.[0] ?? "");
    expect(JSON.parse(after ?? "null").size).toBeGreaterThan(before.size);
  });
});

test("a browser that saw another history of the log raises the alarm", async ({ page }) => {
  const { tasks } = await demonstration();
  const head = await portal.client().log.head.query();
  const leafIndex = tasks.find((task) => task.leafIndex !== null)?.leafIndex;
  await page.goto(`/log/${leafIndex}`);
  await page.evaluate(
    ({ origin, size }) =>
      localStorage.setItem(
        `beacon.last-seen:${origin}`,
        JSON.stringify({ size, root: btoa("x".repeat(32)), at: "2026-11-22T12:00:00.000Z" }),
      ),
    head,
  );
  await page.getByRole("button", { name: "Verify in this browser" }).click();
  const panel = page.getByRole("region", { name: "Verify" });
  await expect(panel.getByText("This log has shown two different histories.")).toBeVisible();
  const { checks } = await shownReport(panel);
  expect(checks.filter(({ mark }) => mark === "fails").map(({ name }) => name)).toEqual([
    "consistent-with-last-seen",
  ]);
});
