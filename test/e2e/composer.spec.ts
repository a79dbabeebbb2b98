import { expect, type Locator, type Page } from "@playwright/test";
import { ComposerStep } from "@/schemas/draft";
import { test } from "@/test/support/e2e-test";
import { demonstration, exampleSpec, portal } from "@/test/support/portal";
import { signIn } from "@/test/support/sign-in";

/** So many controls are passed at most on the way to the one that is meant. */
const MOST_TABS = 80;
const NARROW = { width: 400, height: 800 };
const SAVED = /^Draft: saved \d\d:\d\d:\d\d UTC$/;

const heading = (page: Page) => page.getByRole("heading", { level: 2 }).first();
const draftIn = (page: Page) => new URL(page.url()).searchParams.get("draft");
const toStep = (page: Page, name: string) =>
  page.getByRole("navigation", { name: "Steps" }).getByRole("link", { name }).click();

/** Goes to a control with the tabulator, as somebody does who has no mouse. */
async function tabTo(page: Page, control: Locator): Promise<void> {
  for (let tabs = 0; tabs < MOST_TABS; tabs++) {
    await page.keyboard.press("Tab");
    if (await control.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`${control} was not reached with ${MOST_TABS} tabs`);
}
const box = (page: Page, name: RegExp) => page.getByRole("checkbox", { name });

test("a job is composed from nothing and announced by keyboard alone", async ({ page }) => {
  test.setTimeout(120_000);
  const { keyboard } = page;
  await signIn(page, "/jobs/new");
  await expect(page).toHaveURL("/jobs/new");

  await test.step("the question", async () => {
    await tabTo(page, page.getByLabel("Title"));
    await keyboard.type("Composed without a mouse");
    await tabTo(page, page.getByRole("textbox", { name: "Prompt 1" }));
    await keyboard.type("Who decided to close the Vell dam?");
    await tabTo(page, page.getByRole("button", { name: "Next: Services" }));
    await keyboard.press("Enter");
    await expect(heading(page)).toHaveText("Services");
    await expect(heading(page)).toBeFocused();
    await expect(page).toHaveURL(/step=services/);
  });

  await test.step("services and countries", async () => {
    for (const name of [/^control-regional/, /^control-open/]) {
      await tabTo(page, box(page, name));
      await keyboard.press("Space");
    }
    await tabTo(page, page.getByRole("button", { name: "Next: Countries" }));
    await keyboard.press("Enter");
    await expect(heading(page)).toHaveText("Countries");
    await tabTo(page, page.getByRole("button", { name: /G7/ }));
    await keyboard.press("Space");
    await tabTo(page, box(page, /Kenya/));
    await keyboard.press("Space");
    await tabTo(page, page.getByRole("button", { name: /^Next/ }));
    await keyboard.press("Enter");
  });

  await test.step("repeats, and what they can find", async () => {
    await expect(heading(page)).toHaveText("Repeats and sampling");
    await tabTo(page, page.getByLabel("Repeats a cell"));
    await keyboard.press("ControlOrMeta+a");
    await keyboard.type("3");
    const beside = page.getByRole("complementary", { name: "What this comes to" });
    await expect(beside).toContainText("Fewer than four answers a country cannot show");
    await keyboard.press("ControlOrMeta+a");
    await keyboard.type("4");
    await expect(beside).toContainText("the smallest p that any test could give is 0.014");
    await keyboard.press("Enter");
  });

  await test.step("contrasts and controls", async () => {
    await expect(heading(page)).toHaveText("Contrasts and controls");
    await tabTo(page, page.getByLabel("Compare all countries with"));
    await keyboard.type("Kenya");
    await tabTo(page, page.getByLabel("control-open"));
    await keyboard.type("negative");
    await tabTo(page, page.getByRole("button", { name: /^Next/ }));
    await keyboard.press("Enter");
  });

  await test.step("budget, review and announcement", async () => {
    await expect(heading(page)).toHaveText("Budget and deadline");
    await tabTo(page, page.getByLabel(/^Deadline/));
    await keyboard.press("Enter");
    await expect(heading(page)).toHaveText("Review and announce");
    await expect(page.getByText("Nothing is in the way of announcing it.")).toBeVisible();
    await expect(page.getByText(SAVED)).toBeVisible();
    await tabTo(page, page.getByRole("button", { name: "Announce and run" }));
    await keyboard.press("Enter");
    await expect(page).toHaveURL(/\/jobs\/job-[a-z2-7]{26}$/);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Composed without a mouse");
  });

  await test.step("what was announced is what was composed, and its draft is gone", async () => {
    const [jobId = ""] = /job-[a-z2-7]{26}/.exec(page.url()) ?? [];
    const { spec } = await portal.client().jobs.byId.query({ jobId: jobId as never });
    expect(spec).toMatchObject({
      repeats: 4,
      contrasts: [{ id: "refusal-rate-from-ke", baseline: "KE" }],
      controls: [{ service: "control-open", kind: "negative" }],
    });
    expect(spec.countries).toContain("KE");
    await page.goto("/jobs/new");
    await page.locator("summary", { hasText: /^(Your drafts|No drafts)/ }).click();
    await expect(page.getByText("Composed without a mouse")).toHaveCount(0);
  });
});

test("a reload in the middle keeps everything, saved or not", async ({ page }) => {
  await signIn(page, "/jobs/new");
  await page.getByLabel("Title").fill("Reloaded in the middle");
  await page.getByRole("textbox", { name: "Prompt 1" }).fill("هل أُغلق السد؟");
  await page.getByLabel("Language").fill("ar");
  await toStep(page, "Services");
  await box(page, /^control-open/).check();
  await expect(page.getByText(SAVED)).toBeVisible();
  await toStep(page, "Repeats");
  await page.getByLabel("Repeats a cell").fill("9");
  // At once: the portal has not heard of the nine.
  await page.reload();
  await expect(heading(page)).toHaveText("Repeats and sampling");
  await expect(page.getByLabel("Repeats a cell")).toHaveValue("9");
  await expect(page.getByText(SAVED)).toBeVisible();
  await toStep(page, "Questions");
  await expect(page.getByLabel("Title")).toHaveValue("Reloaded in the middle");
  await expect(page.getByRole("textbox", { name: "Prompt 1" })).toHaveAttribute("dir", "rtl");
  await page.goBack();
  await expect(heading(page)).toHaveText("Repeats and sampling");
  await page.goForward();
  await expect(heading(page)).toHaveText("Questions");

  await test.step("also when one went to the services and came back", async () => {
    await toStep(page, "Services");
    await page.getByRole("main").getByRole("link", { name: "the services" }).click();
    await expect(page).toHaveURL("/services");
    await page.goBack();
    await expect(heading(page)).toHaveText("Services");
    await expect(box(page, /^control-open/)).toBeChecked();
  });

  await test.step("and from the list of drafts, which alone can delete it", async () => {
    await page.goto("/jobs/new");
    await page.getByText(/^Your drafts/).click();
    await page.getByRole("link", { name: "Resume Reloaded in the middle" }).click();
    await expect(page.getByLabel("Title")).toHaveValue("Reloaded in the middle");
    await page.getByRole("button", { name: "Delete Reloaded in the middle…" }).click();
    await page.getByRole("button", { name: "Delete Reloaded in the middle", exact: true }).click();
    await expect(page.getByLabel("Title")).toHaveValue("");
    await expect(page.getByRole("link", { name: "Resume Reloaded in the middle" })).toHaveCount(0);
  });
});

test("of two tabs on one draft, neither overwrites the other", async ({ page, context }) => {
  await signIn(page, "/jobs/new");
  await page.getByLabel("Title").fill("In two tabs");
  await expect(page.getByText(SAVED)).toBeVisible();
  const other = await context.newPage();
  await other.goto(`/jobs/new?draft=${draftIn(page)}`);
  await other.getByLabel("Title").fill("What the other tab wrote");
  await expect(other.getByText(SAVED)).toBeVisible();
  await expect.poll(async () => other.getByLabel("Title").inputValue()).toContain("other tab");
  await page.getByLabel("Title").fill("What this tab wrote");
  await expect(page.getByText(/Another tab has saved this draft/)).toBeVisible();
  await page.getByRole("button", { name: "Keep mine as a new draft" }).click();
  await expect(page.getByText(SAVED)).toBeVisible();
  await expect(page.getByLabel("Title")).toHaveValue("What this tab wrote");
  expect(draftIn(page)).not.toBe(draftIn(other));
  await other.reload();
  await expect(other.getByLabel("Title")).toHaveValue("What the other tab wrote");
});

test("a portal that does not answer is said, and has everything once it does", async ({
  page,
  context,
}) => {
  await signIn(page, "/jobs/new");
  await context.setOffline(true);
  await page.getByLabel("Title").fill("Written on a train");
  await expect(
    page.getByText("Draft: not saved: the portal does not answer, kept in this browser"),
  ).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText(SAVED)).toBeVisible({ timeout: 30_000 });
  await page.reload();
  await expect(page.getByLabel("Title")).toHaveValue("Written on a train");
});

test("a job is composed anew from one that ran, and from a specification", async ({ page }) => {
  const { id, title } = await demonstration();
  await signIn(page, `/jobs/${id}`);
  await page.getByRole("link", { name: "Compose a new job from this one" }).click();
  await expect(page.getByLabel("Title")).toHaveValue(title);
  await expect(page.getByText("180 tasks")).toBeVisible();
  await expect(page).toHaveURL(/draft=drf-/);
  await page.getByText("Start from an example, a job or a specification").click();
  const quick = exampleSpec("quick");
  await page
    .getByLabel("Paste a job specification, as JSON")
    .fill(JSON.stringify({ ...quick, title: "Pasted into the composer" }));
  await page.getByRole("button", { name: "Import it as a new draft" }).click();
  await expect(page.getByLabel("Title")).toHaveValue("Pasted into the composer");
  await expect(page.getByText("4 tasks", { exact: false }).first()).toBeVisible();
  await page.getByText("The exact specification").click();
  await expect(page.locator("pre")).toContainText('"title": "Pasted into the composer"');
});

test("every step fits a phone of 400 px", async ({ page }) => {
  await page.setViewportSize(NARROW);
  await signIn(page, "/jobs/new");
  for (const step of ComposerStep.options) {
    await page.goto(`/jobs/new?step=${step}`);
    await expect(page.getByRole("complementary", { name: "What this comes to" })).toBeVisible();
    const { scrollWidth, clientWidth } = await page.evaluate(() => ({
      scrollWidth: document.documentElement.scrollWidth,
      clientWidth: document.documentElement.clientWidth,
    }));
    expect(scrollWidth, step).toBeLessThanOrEqual(clientWidth);
  }
});
