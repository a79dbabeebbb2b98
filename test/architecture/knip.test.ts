import { describe, expect, it } from "vitest";
import { runTool } from "@/test/support/run-tool";

describe("dead code", () => {
  it("there is none: every file, export and dependency is used, every import resolves", async () => {
    const args = ["--no-progress", "--no-config-hints", "--reporter", "compact"];
    const { exitCode, stdout, stderr } = await runTool("knip", "knip", args);
    expect(exitCode, `${stdout}\n${stderr}`).toBe(0);
  }, 60_000);
});
