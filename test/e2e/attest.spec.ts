import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { type BrowserContext, expect, type Page } from "@playwright/test";
import type { AttestationId, JobId } from "@/schemas/primitives";
import { CHECKS } from "@/server/domain/verify/report";
import { findPython } from "@/test/cli/public-verifiers/find-python";
import { test } from "@/test/support/e2e-test";
import { exampleSpec, portal, runJob } from "@/test/support/portal";
import { ROOT } from "@/test/support/run-tool";
import { shownReport } from "@/test/support/shown-report";
import { anAccount, type Credentials, signIn } from "@/test/support/sign-in";

const ORGANISATION = "Example Newsroom";
const STATEMENT = "قرأت كل الإجابات. I read all answers from Kenya.";
/** Wide enough for any phone that is sold. */
const PHONE = { width: 400, height: 800 };

/** What axe objects to, in both themes, and whether the page is wider than a phone; a picture of each. */
async function look(page: Page, name: string): Promise<void> {
  const wide = page.viewportSize();
  for (const theme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme: theme });
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    const said = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
    expect.soft(said, `${name}, ${theme}`).toEqual([]);
    await page.setViewportSize(PHONE);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect.soft(width, `${name}: wider than a phone`).toBeLessThanOrEqual(PHONE.width);
    const picture = `test-results/screens/${name}-${theme}`;
    await page.screenshot({ path: `${picture}-phone.png`, fullPage: true });
    if (wide !== null) await page.setViewportSize(wide);
    await page.screenshot({ path: `${picture}.png`, fullPage: true });
  }
}

/** Makes a key in this browser and waits until the log has registered it. */
async function enrol(page: Page): Promise<void> {
  await page.goto("/attester");
  await page.getByLabel(/Where this key lives/).fill("Test browser");
  await page.getByRole("button", { name: "Make a key and enrol it" }).click();
  const card = page.getByRole("region", { name: "This browser’s key" });
  await expect(card.getByText("Registered: it can sign reports.")).toBeVisible({ timeout: 30_000 });
  await expect(card.getByRole("link", { name: /^entry / })).toBeVisible();
}

/** What the page's own code gets when it tries to read the private key out of the browser. */
const triedToRead = (page: Page) =>
  page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open("beacon-attester");
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const [kept] = await new Promise<{ privateKey: CryptoKey }[]>((resolve, reject) => {
      const request = database.transaction("keys").objectStore("keys").getAll();
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    if (kept === undefined) return "no key is kept";
    return crypto.subtle.exportKey("pkcs8", kept.privateKey).then(
      () => "it was read",
      (error: unknown) => (error as DOMException).name,
    );
  });

async function fillIn(page: Page): Promise<void> {
  await expect(page.getByText(/checks hold of 9, none fails/)).toBeVisible();
  await page.getByRole("radio", { name: /^Contest/ }).check();
  await page.getByRole("checkbox", { name: /^Prompt misleads/ }).check();
  await page.getByRole("checkbox", { name: /^Answers misclassified/ }).check();
  await page.getByLabel("Statement").fill(STATEMENT);
  await page.getByRole("radio", { name: /^Nothing ties me/ }).check();
}

/** Signs what the form holds. @returns the report's id, once the published log has it. */
async function sign(page: Page): Promise<AttestationId> {
  await page.getByRole("button", { name: "Show what will be signed" }).click();
  await expect(page.getByRole("heading", { name: "This is what you sign" })).toBeFocused();
  await look(page, "signing");
  const cid = await page.getByTestId("cid").textContent();
  await page.getByRole("button", { name: "Sign and file" }).click();
  await expect(page.getByRole("heading", { name: "Signed and filed" })).toBeFocused();
  await expect(page.getByText(/It is entry .* of the published log/)).toBeVisible({
    timeout: 30_000,
  });
  const [id = ""] =
    /att-[a-z2-7]{26}/.exec((await page.getByRole("main").textContent()) ?? "") ?? [];
  const report = await portal.client().attestations.byId.query({ id: id as AttestationId });
  expect(report.cid, "what was shown is what was signed").toBe(cid);
  return report.id;
}

const exitCodeOf = (program: string, args: readonly string[]): Promise<number | string> =>
  new Promise((resolve) =>
    execFile(program, [...args], { cwd: ROOT }, (error) =>
      resolve(error === null ? 0 : (error.code ?? "killed")),
    ),
  );

const bytesAt = async (path: string): Promise<Uint8Array> => {
  const answer = await fetch(portal.url + path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
};

/** Another browser of the same person: signed in, and without the key. */
async function refusesWithoutKey(context: BrowserContext, who: Credentials, jobId: JobId) {
  const page = await context.newPage();
  await signIn(page, `/jobs/${jobId}/review`, who);
  await expect(page.getByText("This browser holds no key of yours.")).toBeVisible();
  await expect(page.getByRole("radio")).toHaveCount(0);
  await context.close();
}

test("an attester's report is signed in the browser, counted on the comparison, and checked by everyone", async ({
  page,
  browser,
}, info) => {
  test.setTimeout(180_000);
  // A comparison of its own: what is signed about it stays, and other tests count too.
  const job = await runJob(exampleSpec("quick"));
  const attester = await anAccount("attester", ORGANISATION);

  await test.step("signs in, and enrols a key that cannot leave the browser", async () => {
    await signIn(page, "/attester", attester);
    await expect(page.getByText(`You speak for ${ORGANISATION}`)).toBeVisible();
    await enrol(page);
    expect(await triedToRead(page)).toBe("InvalidAccessError");
    await page.reload();
    await expect(page.getByText("Registered: it can sign reports.")).toBeVisible();
    await look(page, "attester");
  });

  await test.step("finds the comparison among what waits, and reads what Beacon worked out", async () => {
    const waiting = page.getByRole("region", { name: "Waiting for your review" });
    await waiting.locator(`a[href="/jobs/${job.id}/review"]`).click();
    await expect(page).toHaveURL(`/jobs/${job.id}/review`);
    await expect(page.getByRole("list", { name: "Checklist" }).getByRole("listitem")).toHaveCount(
      9,
    );
    await expect(page.getByText("Real services were asked: fails")).toBeVisible();
  });

  const id = await test.step("loses nothing by a reload, and signs", async () => {
    await fillIn(page);
    await page.reload();
    await expect(page.getByLabel("Statement")).toHaveValue(STATEMENT);
    await expect(page.getByText(/checks hold of 9, none fails/)).toBeVisible();
    await look(page, "review");
    return sign(page);
  });

  const report = await portal.client().attestations.byId.query({ id });
  expect(report).toMatchObject({
    organisation: ORGANISATION,
    verdict: "contest",
    reasons: ["answers-misclassified", "prompt-misleading"],
    statement: STATEMENT,
    interest: null,
    isSimulated: true,
  });
  expect(report.checklist[0]).toMatchObject({ check: "receipt-verifies", outcome: "holds" });

  await test.step("sees it on the comparison, and no longer among what waits", async () => {
    await page.getByRole("link", { name: "The comparison", exact: true }).last().click();
    const card = page.getByRole("region", { name: "Who checked this" });
    await expect(card).toContainText("Contested by 1 organisation.");
    await expect(card).toContainText("Answers misclassified and Prompt misleads.");
    await look(page, "comparison-attested");
    await page.goto("/attester");
    const waiting = page.getByRole("region", { name: "Waiting for your review" });
    await expect(waiting).toBeVisible();
    await expect(waiting.locator(`a[href="/jobs/${job.id}/review"]`)).toHaveCount(0);
  });

  await test.step("everyone reads it without an account, and checks it in the browser", async () => {
    const reader = await browser.newContext({ baseURL: portal.url });
    const visit = await reader.newPage();
    await visit.goto(`/jobs/${job.id}`);
    await visit
      .getByRole("region", { name: "Who checked this" })
      .getByRole("link", { name: "Read the report" })
      .click();
    await expect(visit).toHaveURL(`/attestations/${id}`);
    await expect(visit.getByText(STATEMENT)).toHaveAttribute("dir", /ltr|rtl/);
    await visit.getByRole("button", { name: "Verify in this browser" }).click();
    const { checks } = await shownReport(visit.getByRole("region", { name: "Verify" }));
    expect(Object.fromEntries(checks.map(({ name, mark }) => [name, mark]))).toEqual({
      ...Object.fromEntries(CHECKS.map((name) => [name, "holds"])),
      "witness-quorum": "weak",
      "consistent-with-last-seen": "not applicable",
    });
    await expect(visit.getByText(/stands so in that document: 11 parts compared/)).toBeVisible();
    await look(visit, "attestation");
    await reader.close();
  });

  await test.step("both scripts find the receipt sound, and refuse it with one byte flipped", async () => {
    const files = {
      good: info.outputPath("good.tlog-proof"),
      bad: info.outputPath("bad.tlog-proof"),
      block: info.outputPath("report.json"),
      policy: info.outputPath("policy.txt"),
    };
    const receipt = await bytesAt(`/tlog/proof/${report.leafIndex}`);
    const changed = receipt.slice();
    const middle = receipt.length >> 1;
    changed[middle] = (changed[middle] ?? 0) ^ 1;
    writeFileSync(files.good, receipt);
    writeFileSync(files.bad, changed);
    writeFileSync(files.block, await bytesAt(`/ipfs/${report.cid}?format=raw`));
    writeFileSync(files.policy, await bytesAt("/tlog/policy"));
    const python = findPython();
    const scripts: [program: string, script: string][] = [
      [process.execPath, join("public", "verify", "verify.mjs")],
    ];
    if ("program" in python) scripts.push([python.program, join("public", "verify", "verify.py")]);
    else info.annotations.push({ type: "verify.py was not asked", description: python.problem });
    for (const [program, script] of scripts) {
      const asked = ["--policy", files.policy, "--block", files.block];
      expect(await exitCodeOf(program, [script, files.good, ...asked]), script).toBe(0);
      // Not sound, or not even readable: which of them depends on the byte.
      expect([1, 2], script).toContain(await exitCodeOf(program, [script, files.bad, ...asked]));
    }
  });

  await test.step("signed in from another browser, without the key, the same person cannot sign", async () => {
    const elsewhere = await browser.newContext({ baseURL: portal.url });
    await refusesWithoutKey(elsewhere, attester, job.id);
  });

  await test.step("a second report says beforehand that it replaces the first in the count", async () => {
    await page.goto(`/jobs/${job.id}/review`);
    await fillIn(page);
    await page.getByRole("radio", { name: /^Leave it open/ }).check();
    await page.getByRole("checkbox", { name: /^Language not read/ }).check();
    await page.getByRole("button", { name: "Show what will be signed" }).click();
    await expect(page.getByText(/will replace it in the count/)).toBeVisible();
    await page.getByRole("button", { name: "Change something" }).click();
    const second = await sign(page);
    await page.goto(`/attestations/${id}`);
    await expect(page.getByRole("link", { name: /^the report of / })).toHaveAttribute(
      "href",
      `/attestations/${second}`,
    );
    await page.goto(`/jobs/${job.id}`);
    const card = page.getByRole("region", { name: "Who checked this" });
    await expect(card).toContainText("Left open by 1 organisation.");
    await expect(card).toContainText("superseded by a later report");
  });

  await test.step("revokes the key for good, and signs nothing with it any more", async () => {
    await page.goto("/attester");
    await page.getByRole("button", { name: "Revoke “Test browser”…" }).click();
    await page.getByLabel("Why").selectOption("retired");
    await page.getByRole("button", { name: "Revoke it for good" }).click();
    await expect(page.getByText("nothing that it signs is taken any more")).toBeVisible();
    await page.goto(`/jobs/${job.id}/review`);
    await expect(page.getByText("This browser’s key was revoked.")).toBeVisible();
    await page.goto(`/jobs/${job.id}`);
    await expect(page.getByRole("region", { name: "Who checked this" })).toContainText(
      "key revoked since",
    );
  });
});

test("who is no attester reads the review page, and is told why there is no form", async ({
  page,
}) => {
  const { id } = await runJob(exampleSpec("quick"));
  await page.goto(`/jobs/${id}/review`);
  await expect(page.getByText(/checks hold of 9, none fails/)).toBeVisible();
  await expect(page.getByRole("link", { name: "Sign in to sign a report" })).toBeVisible();
  await page.goto("/attester");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Only attesters sign reports.");
  await page.goto(`/attestations/att-${"a".repeat(26)}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(
    "There is nothing at this address.",
  );
});
