import { expect, type Page } from "@playwright/test";
import { test } from "@/test/support/e2e-test";
import { pageFacts } from "@/test/support/page-facts";
import { type PageFacts, SITE_PAGES } from "@/test/support/pages";
import { signIn } from "@/test/support/sign-in";

/** What can be acted on with a mouse. */
const CONTROLS =
  "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab], [tabindex='0']";

/**
 * Numbers every control that can be seen. Of a group of radio buttons one counts: arrow keys lead to
 * the others.
 */
const numberControls = (page: Page): Promise<number> =>
  page.evaluate((selector) => {
    const isOffered = (control: HTMLElement) =>
      control.checkVisibility({ visibilityProperty: true }) &&
      control.closest("[inert]") === null &&
      !control.matches(":disabled");
    const radiosOf = (name: string) => [
      ...document.querySelectorAll<HTMLInputElement>(
        `input[type=radio][name="${CSS.escape(name)}"]`,
      ),
    ];
    const isStop = (control: HTMLElement) => {
      if (!(control instanceof HTMLInputElement) || control.type !== "radio") return true;
      const radios = radiosOf(control.name);
      return control === (radios.find(({ checked }) => checked) ?? radios[0]);
    };
    const controls = [...document.querySelectorAll<HTMLElement>(selector)].filter(
      (control) => isOffered(control) && isStop(control),
    );
    for (const [n, control] of controls.entries()) control.dataset.control = String(n);
    return controls.length;
  }, CONTROLS);

/** Which control has the focus, and whether that can be seen. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const control = document.activeElement;
    if (!(control instanceof HTMLElement)) return { control: null, isSeen: true };
    const seen = [control, control.closest("label"), control.parentElement].some((element) => {
      if (element === null) return false;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
    });
    return { control: control.dataset.control ?? null, isSeen: seen };
  });

/** Walks a page with Tab alone. @returns the controls that it did not reach, or whose focus nobody sees. */
async function unreached(page: Page): Promise<readonly string[]> {
  const count = await numberControls(page);
  const reached = new Set<string>();
  const unseen = new Set<string>();
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    window.scrollTo(0, 0);
  });
  for (let press = 0; press < count + 30 && reached.size < count; press++) {
    await page.keyboard.press("Tab");
    const { control, isSeen } = await focused(page);
    if (control === null) continue;
    reached.add(control);
    if (!isSeen) unseen.add(control);
  }
  const missing = Array.from({ length: count }, (_, n) => String(n)).filter(
    (n) => !reached.has(n) || unseen.has(n),
  );
  return page.evaluate(
    (numbers) =>
      numbers.map(
        (n) => document.querySelector(`[data-control="${n}"]`)?.outerHTML.slice(0, 160) ?? n,
      ),
    missing,
  );
}

let facts: PageFacts;
test.beforeAll(async () => {
  facts = await pageFacts();
});

for (const { name, path, as } of SITE_PAGES)
  test(`${name}: Tab reaches every control, and its focus is seen`, async ({ page }) => {
    if (as !== null) await signIn(page, "/", facts.accounts[as]);
    await page.goto(path(facts));
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    expect(await unreached(page)).toEqual([]);
  });
