/**
 * `npm test`: everything, a real browser included. Its last line counts what really ran, from the
 * runners' own reports.
 */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSite } from "@/server/cli/build-site";
import { lastLinesOf, openLogFile } from "@/server/cli/log-file";
import { freePort } from "@/server/cli/ports";
import { stepsOn } from "@/server/cli/steps";
import { chromiumCacheOf, findChromium } from "@/test/support/chromium";
import { emptyTally, type Tally, tallyOfPlaywright, tallyOfVitest } from "@/test/support/reports";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const RESULTS = join(ROOT, "test-results");
const SHOWN_LINES = 40;
const total = emptyTally();

const steps = stepsOn(
  process.stdout,
  () => performance.now(),
  () => false,
);

function run(
  args: readonly string[],
  logFile: string,
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  const log = openLogFile(logFile);
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  return new Promise((resolve) => {
    child.once("error", () => resolve(1));
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

/** A runner that crashed, or that failed without naming a test, is one failure. */
function settle(name: string, tally: Tally | null, exitCode: number, logFile: string): Tally {
  const settled = tally ?? emptyTally();
  if (tally === null || (exitCode !== 0 && tally.failed === 0)) {
    settled.failed += 1;
    settled.failures.push(
      `the runner of ${name} crashed (code ${exitCode}); the end of ${logFile}:\n${lastLinesOf(logFile, SHOWN_LINES)}`,
    );
  }
  total.passed += settled.passed;
  total.failed += settled.failed;
  total.skipped += settled.skipped;
  total.failures.push(...settled.failures);
  total.skips.push(...settled.skips);
  return settled;
}

function inWords({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

async function runVitest(project: string, what: string): Promise<void> {
  await steps.run(project, async (say) => {
    const report = join(RESULTS, `${project}.json`);
    const logFile = join(RESULTS, `${project}.log`);
    const exitCode = await run(
      [
        join(ROOT, "node_modules", "vitest", "vitest.mjs"),
        "run",
        `--project=${project}`,
        "--passWithNoTests",
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${report}`,
      ],
      logFile,
      { NODE_ENV: "test" },
    );
    say(`${inWords(settle(project, tallyOfVitest(report), exitCode, logFile))} (${what})`);
  });
}

/** Answers whether there is a site to look at. */
async function build(): Promise<boolean> {
  try {
    await steps.run("site", async (say) => {
      const { signal } = new AbortController();
      const logFile = join(RESULTS, "build.log");
      const isNew = await buildSite({ root: ROOT, logFile, signal, onBuild: () => {} });
      say(isNew ? "built: its sources had changed" : "as it was built");
    });
    return true;
  } catch (error) {
    total.failed += 1;
    total.failures.push(error instanceof Error ? error.message : String(error));
    return false;
  }
}

async function runBrowser(): Promise<void> {
  await steps.run("real browser", async (say) => {
    const report = join(RESULTS, "e2e.json");
    const logFile = join(RESULTS, "e2e.log");
    const chromium = await findChromium(chromiumCacheOf(ROOT));
    const exitCode = await run(
      [
        join(ROOT, "node_modules", "@playwright", "test", "cli.js"),
        "test",
        "--pass-with-no-tests",
        "--reporter=line,json",
      ],
      logFile,
      {
        ...chromium.environment,
        CHROMIUM_PATH: chromium.path,
        BEACON_TEST_PORT: String(await freePort()),
        PLAYWRIGHT_JSON_OUTPUT_FILE: report,
      },
    );
    const tally = settle("the browser", tallyOfPlaywright(report), exitCode, logFile);
    say(`${inWords(tally)} (Chromium ${chromium.origin})`);
  });
}

process.stdout.on("error", () => {});
rmSync(RESULTS, { recursive: true, force: true });
mkdirSync(RESULTS, { recursive: true });
try {
  await runVitest("domain", "schemas, domain, architecture");
  await runVitest("server", "adapters, services, API, workers, commands");
  await runVitest("browser", "components in jsdom");
  if (await build()) await runBrowser();
} catch (error) {
  total.failed += 1;
  total.failures.push(`npm test itself failed: ${error instanceof Error ? error.stack : error}`);
}
for (const failure of total.failures) steps.note(`\n✗ ${failure}`);
if (total.skips.length > 0) steps.note("\n  skipped:");
for (const reason of total.skips) steps.note(`  ${reason}`);
process.stdout.write(`\n${inWords(total)}\n`, () => process.exit(total.failed > 0 ? 1 : 0));
