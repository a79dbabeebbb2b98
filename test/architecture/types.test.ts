import { beforeAll, describe, expect, it } from "vitest";
import { runTool } from "@/test/support/run-tool";

/** Each catches a class of mistakes; none may be switched off to get something past it. */
const STRICT = [
  "strict",
  "noUncheckedIndexedAccess",
  "exactOptionalPropertyTypes",
  "verbatimModuleSyntax",
  "erasableSyntaxOnly",
  "isolatedModules",
  "noImplicitOverride",
  "noImplicitReturns",
  "noFallthroughCasesInSwitch",
  "noUnusedLocals",
  "noUnusedParameters",
];

describe("the types", () => {
  it("fit everywhere, tests included", async () => {
    const { exitCode, stdout } = await runTool("typescript", "tsc", ["--noEmit"]);
    expect(exitCode, stdout).toBe(0);
  }, 120_000);

  describe("are checked strictly:", () => {
    let options: Readonly<Record<string, unknown>>;
    beforeAll(async () => {
      const { stdout } = await runTool("typescript", "tsc", ["--showConfig"]);
      options = JSON.parse(stdout).compilerOptions;
    }, 30_000);

    it.each(STRICT)("%s is on", (flag) => {
      expect(options[flag]).toBe(true);
    });
  });
});
