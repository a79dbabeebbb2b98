import { expect, test } from "@playwright/test";
import { runTool } from "@/test/support/run-tool";

test("all browser code together stays within its budget", async () => {
  const { exitCode, stdout, stderr } = await runTool("size-limit", "size-limit", ["--json"]);
  const [all]: { size: number; passed: boolean }[] = JSON.parse(stdout);
  expect(all?.size, stderr).toBeGreaterThan(0);
  expect(all?.passed, `${all?.size} bytes`).toBe(true);
  expect(exitCode).toBe(0);
});
