import { describe, expect, it } from "vitest";
import { runTool } from "@/test/support/run-tool";

describe("the linter", () => {
  it("finds nothing to say, and no file is formatted by hand", async () => {
    const args = ["ci", "--colors=off", "--max-diagnostics=20", "."];
    const { exitCode, stdout, stderr } = await runTool("@biomejs/biome", "biome", args);
    expect(exitCode, `${stdout}\n${stderr}`).toBe(0);
    expect(Number(/Checked (\d+) files/.exec(`${stdout}\n${stderr}`)?.[1])).toBeGreaterThan(100);
  }, 60_000);
});
