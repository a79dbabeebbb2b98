import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";

/** What a runner's report says really ran. */
export type Tally = {
  passed: number;
  failed: number;
  skipped: number;
  /** Why tests failed or were skipped, for people. */
  readonly failures: string[];
  readonly skips: string[];
};

const VitestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
          meta: z.object({ skipReason: z.string().optional() }).optional(),
        }),
      ),
    }),
  ),
});

type Suite = {
  readonly title: string;
  readonly suites?: readonly Suite[] | undefined;
  readonly specs?: readonly z.infer<typeof Spec>[] | undefined;
};
const Spec = z.object({
  title: z.string(),
  tests: z.array(
    z.object({
      status: z.string(),
      annotations: z.array(z.object({ type: z.string(), description: z.string().optional() })),
      results: z.array(
        z.object({ errors: z.array(z.object({ message: z.string().optional() })).optional() }),
      ),
    }),
  ),
});
const SuiteSchema: z.ZodType<Suite> = z.lazy(() =>
  z.object({
    title: z.string(),
    suites: z.array(SuiteSchema).optional(),
    specs: z.array(Spec).optional(),
  }),
);
const PlaywrightReport = z.object({
  suites: z.array(SuiteSchema),
  errors: z.array(z.object({ message: z.string().optional() })),
});

/** Nothing ran yet. */
export function emptyTally(): Tally {
  return { passed: 0, failed: 0, skipped: 0, failures: [], skips: [] };
}

function fail(tally: Tally, what: string): void {
  tally.failed += 1;
  tally.failures.push(what);
}

function skip(tally: Tally, name: string, reason: string | undefined): void {
  tally.skipped += 1;
  tally.skips.push(`${name}: ${reason ?? "no reason given"}`);
}

function parsed(file: string): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

/** Reads vitest's JSON report; null when there is none. A file that could not be loaded is a failure. */
export function tallyOfVitest(file: string): Tally | null {
  const report = VitestReport.safeParse(parsed(file));
  if (!report.success) return null;
  const tally = emptyTally();
  for (const { name, status, message, assertionResults } of report.data.testResults) {
    for (const test of assertionResults) {
      if (test.status === "passed") tally.passed += 1;
      else if (test.status === "failed")
        fail(tally, `${test.fullName}\n${(test.failureMessages ?? []).join("\n")}`);
      else skip(tally, test.fullName, test.meta?.skipReason);
    }
    const hasFailure = assertionResults.some((test) => test.status === "failed");
    if (status === "failed" && !hasFailure) fail(tally, `${name}\n${message ?? ""}`);
  }
  return tally;
}

function addSuite(tally: Tally, suite: Suite, path: string): void {
  const here = path === "" ? suite.title : `${path} > ${suite.title}`;
  for (const spec of suite.specs ?? []) {
    for (const test of spec.tests) {
      const name = `${here} > ${spec.title}`;
      const errors = test.results.flatMap((result) => result.errors ?? []);
      if (test.status === "expected") tally.passed += 1;
      else if (test.status === "skipped")
        skip(tally, name, test.annotations.find(({ type }) => type === "skip")?.description);
      else fail(tally, `${name}\n${errors.map((error) => error.message ?? "").join("\n")}`);
    }
  }
  for (const child of suite.suites ?? []) addSuite(tally, child, here);
}

/** Reads Playwright's JSON report; null when there is none. A flaky test is a failure. */
export function tallyOfPlaywright(file: string): Tally | null {
  const report = PlaywrightReport.safeParse(parsed(file));
  if (!report.success) return null;
  const tally = emptyTally();
  for (const suite of report.data.suites) addSuite(tally, suite, "");
  for (const error of report.data.errors) fail(tally, error.message ?? "Playwright failed");
  return tally;
}
