import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, expect, type Page } from "@playwright/test";
import { EXPLORE_ROWS } from "@/schemas/explore";
import { AnswersExport } from "@/schemas/explore-export";
import { findPython } from "@/test/cli/public-verifiers/find-python";
import { test } from "@/test/support/e2e-test";
import { type Installation, startInstallation } from "@/test/support/installation";
import { ROOT } from "@/test/support/run-tool";
import { shownReport } from "@/test/support/shown-report";
import { signIn } from "@/test/support/sign-in";

const TITLE = "Who decided to close the Vell dam?";
const QUESTION = "Who decided to close the Vell dam, and what did the inquiry find?";
const COUNTRIES = ["Germany", "Kenya"];
const SERVICE = "control-regional";
const REPEATS = 20;
const TASKS = COUNTRIES.length * REPEATS;
const ATTESTER = {
  email: "anna@newsroom.example",
  password: "a long sentence that nobody guesses",
  name: "Anna Attester",
};
const ORGANISATION = "Example Newsroom";

let beacon: Installation;
test.beforeAll(async () => {
  test.setTimeout(300_000);
  beacon = await startInstallation({
    DATABASE_URL: "",
    BEACON_DEMONSTRATION: "0",
    // Slow enough that the run can be watched.
    BEACON_CONTROL_LATENCY_MS: "1500",
  });
});
test.afterAll(() => beacon?.remove());

/** The admin's address and password, as `npm start` printed them. */
function admin() {
  const [, email = "", password = ""] =
    /sign in as (\S+), password (\S+) \|/.exec(beacon.output()) ?? [];
  return { email, password };
}

/** A browser of somebody's own. */
const visitor = async (browser: Browser): Promise<Page> =>
  (await browser.newContext({ baseURL: beacon.url, acceptDownloads: true })).newPage();

const goTo = (page: Page, step: RegExp) =>
  page.getByRole("navigation", { name: "Steps" }).getByRole("link", { name: step }).click();

/** Fills the editor in, step by step. */
async function compose(page: Page): Promise<void> {
  await page.getByLabel("Title").fill(TITLE);
  await page.getByRole("textbox", { name: "Prompt 1" }).fill(QUESTION);
  await goTo(page, /Services/);
  await page.getByRole("checkbox", { name: new RegExp(`^${SERVICE}`) }).check();
  await goTo(page, /Countries/);
  for (const country of COUNTRIES)
    await page.getByRole("checkbox", { name: new RegExp(country) }).check();
  await goTo(page, /Repeats/);
  await page.getByLabel("Repeats a cell").fill(String(REPEATS));
  await goTo(page, /Contrasts/);
  await page.getByLabel("Compare all countries with").selectOption({ label: COUNTRIES[0] ?? "" });
  await goTo(page, /Review/);
}

const exitCodeOf = (program: string, args: readonly string[]): Promise<number | string> =>
  new Promise((resolve) =>
    execFile(program, [...args], { cwd: ROOT }, (error) =>
      resolve(error === null ? 0 : (error.code ?? "killed")),
    ),
  );

const bytesAt = async (path: string): Promise<Uint8Array> => {
  const answer = await fetch(beacon.url + path);
  expect(answer.status, path).toBe(200);
  return new Uint8Array(await answer.arrayBuffer());
};

test("from an empty installation: an admin asks, an attester signs, a journalist reads, checks and takes it away", async ({
  browser,
}, info) => {
  test.setTimeout(240_000);
  const desk = await visitor(browser);
  const attester = await visitor(browser);
  const journalist = await visitor(browser);

  await test.step("nothing is there yet, and every page says so", async () => {
    for (const path of ["/", "/jobs", "/explore"]) {
      await journalist.goto(path);
      await expect(journalist.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(journalist.getByRole("main").getByRole("alert")).toHaveCount(0);
    }
  });

  const link = await test.step("the admin invites an attester", async () => {
    await signIn(desk, "/users", admin());
    await desk.getByRole("button", { name: "Invite somebody" }).click();
    const form = desk.getByRole("region", { name: "Invite somebody" });
    await form.getByLabel("E-mail").fill(ATTESTER.email);
    await form.getByLabel("Name", { exact: true }).fill(ATTESTER.name);
    await form.getByLabel("Role").selectOption("attester");
    await form.getByLabel("Organisation").fill(ORGANISATION);
    await form.getByRole("button", { name: "Make the link" }).click();
    return form.getByLabel("Link of the invitation").inputValue();
  });

  await test.step("who takes it up once, chooses a password, and enrols a key", async () => {
    await attester.goto(link);
    await attester.getByLabel("Choose a password").fill(ATTESTER.password);
    await attester.getByRole("button", { name: "Make my account" }).click();
    await expect(attester.getByText("Your account is made.")).toBeVisible();
    await journalist.goto(link);
    await expect(journalist.getByRole("heading", { level: 1 })).toHaveText(
      "This link opens nothing.",
    );
    await signIn(attester, "/attester", ATTESTER);
    await attester.getByLabel(/Where this key lives/).fill("Anna's laptop");
    await attester.getByRole("button", { name: "Make a key and enrol it" }).click();
    await expect(attester.getByText("Registered: it can sign reports.")).toBeVisible({
      timeout: 30_000,
    });
  });

  const jobPath =
    await test.step("the admin composes a job in the editor and announces it", async () => {
      await desk.goto("/jobs/new");
      await compose(desk);
      await expect(desk.getByText(`${TASKS} tasks`).first()).toBeVisible();
      await desk.getByRole("button", { name: "Announce and run" }).click();
      await expect(desk).toHaveURL(/\/jobs\/job-[a-z2-7]{26}$/);
      return new URL(desk.url()).pathname;
    });

  await test.step("the attester finds it among what runs, and watches it live without a reload", async () => {
    await attester.goto("/attester");
    await attester
      .getByRole("region", { name: "Running now" })
      .getByRole("link", { name: TITLE })
      .click();
    await expect(attester).toHaveURL(jobPath);
    await attester.evaluate(() => Object.assign(window, { isSamePage: true }));
    await expect(attester.getByText("Live: this page follows the job.")).toBeVisible();
    for (const name of ["Cells", "Queue time and run time", "Money"])
      await expect(attester.getByRole("heading", { name, exact: true })).toBeVisible();
    // A square changes from being asked to what came back, while others are still open.
    await expect(
      attester.getByText(/^([1-9]|[123]\d) of 40 announced tasks closed/).first(),
    ).toBeVisible({
      timeout: 60_000,
    });
    await expect(attester.getByText(/median .* \(n = \d+\)/).first()).toBeVisible();
    await expect(attester.getByRole("region", { name: "What may be said" })).toBeVisible({
      timeout: 90_000,
    });
    expect(await attester.evaluate(() => "isSamePage" in window)).toBe(true);
  });

  const attestationPath = await test.step("reviews the comparison, and signs", async () => {
    await attester.goto(`${jobPath}/review`);
    await expect(attester.getByText(/checks hold of 9, none fails/)).toBeVisible();
    await attester.getByRole("radio", { name: /^Confirm/ }).check();
    await attester.getByRole("checkbox", { name: /^Receipts checked/ }).check();
    await attester.getByRole("checkbox", { name: /^Answers read/ }).check();
    await attester.getByRole("radio", { name: /^Nothing ties me/ }).check();
    await attester.getByRole("button", { name: "Show what will be signed" }).click();
    await attester.getByRole("button", { name: "Sign and file" }).click();
    await expect(attester.getByText(/It is entry .* of the published log/)).toBeVisible({
      timeout: 30_000,
    });
    const [id = ""] =
      /att-[a-z2-7]{26}/.exec((await attester.getByRole("main").textContent()) ?? "") ?? [];
    return `/attestations/${id}`;
  });

  await test.step("the journalist finds it in the explorer", async () => {
    await journalist.goto("/explore");
    await journalist.getByRole("searchbox", { name: "Text in the answer" }).fill("inquiry");
    await journalist.getByRole("button", { name: "Search" }).click();
    await expect(journalist).toHaveURL(/\?q=inquiry$/);
    await journalist
      .getByRole("list", { name: "Answers" })
      .getByRole("link", { name: TITLE })
      .first()
      .click();
    await expect(journalist).toHaveURL(new RegExp(jobPath));
  });

  await test.step("reads who attested, and verifies the attestation in the browser", async () => {
    const card = journalist.getByRole("region", { name: "Who checked this" });
    await expect(card).toContainText("Confirmed by 1 organisation.");
    await expect(card).toContainText(ORGANISATION);
    await card.getByRole("link", { name: "Read the report" }).click();
    await expect(journalist).toHaveURL(attestationPath);
    await journalist.getByRole("button", { name: "Verify in this browser" }).click();
    const { checks } = await shownReport(journalist.getByRole("region", { name: "Verify" }));
    expect(checks.filter(({ mark }) => mark === "fails")).toEqual([]);
    expect(checks.filter(({ mark }) => mark === "holds").length).toBeGreaterThanOrEqual(7);
  });

  await test.step("exports what is on screen", async () => {
    await journalist.goto(`/explore?job=${jobPath.split("/").at(-1)}`);
    const [download] = await Promise.all([
      journalist.waitForEvent("download"),
      journalist.getByRole("link", { name: /JSON/ }).first().click(),
    ]);
    const path = info.outputPath("answers.json");
    await download.saveAs(path);
    const { rows } = AnswersExport.parse(JSON.parse(readFileSync(path, "utf8")));
    expect(rows).toHaveLength(Math.min(TASKS, EXPLORE_ROWS));
  });

  await test.step("the public scripts accept the attestation, and refuse it with one byte flipped", async () => {
    const html = await (await fetch(beacon.url + attestationPath)).text();
    const [, index = ""] = /\/tlog\/proof\/(\d+)/.exec(html) ?? [];
    const [, cid = ""] = /\/ipfs\/(bafkrei[a-z2-7]{52})/.exec(html) ?? [];
    const block = await bytesAt(`/ipfs/${cid}?format=raw`);
    const flipped = block.slice();
    flipped[block.length >> 1] = (flipped[block.length >> 1] ?? 0) ^ 1;
    const file = (name: string, bytes: Uint8Array): string => {
      writeFileSync(info.outputPath(name), bytes);
      return info.outputPath(name);
    };
    const receipt = file("attestation.tlog-proof", await bytesAt(`/tlog/proof/${index}`));
    const policy = file("policy.txt", await bytesAt("/tlog/policy"));
    const python = findPython();
    const scripts: [program: string, script: string][] = [[process.execPath, "verify.mjs"]];
    if ("program" in python) scripts.push([python.program, "verify.py"]);
    else info.annotations.push({ type: "verify.py was not asked", description: python.problem });
    for (const [program, script] of scripts) {
      const ask = (report: string) =>
        exitCodeOf(program, [
          join("public", "verify", script),
          receipt,
          "--policy",
          policy,
          "--block",
          report,
        ]);
      expect(await ask(file("report.json", block)), script).toBe(0);
      expect(await ask(file("flipped.json", flipped)), script).toBe(1);
    }
  });
});
