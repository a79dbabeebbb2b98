import { spawnSync } from "node:child_process";
import type { TestContext } from "vitest";
import { skipBecause } from "@/test/support/skip";

type Found = { readonly program: string } | { readonly problem: string };

let found: Found | null = null;

/** The program that runs verify.py; skips the test, and says why, where it cannot run. */
export function pythonOrSkip(context: TestContext): string {
  found ??= findPython();
  return "program" in found ? found.program : skipBecause(context, found.problem);
}

/**
 * The program that runs verify.py, or why there is none. Past the wrappers that choose between
 * versions, which take longer than the program itself.
 */
export function findPython(): Found {
  const code = `
import shutil, sys
print(sys.executable)
sys.exit(2 if sys.version_info < (3, 9) else 3 if shutil.which("openssl") is None else 0)
`;
  const { status, stdout } = spawnSync("python3", ["-c", code], { encoding: "utf8" });
  if (status === 0) return { program: stdout.trim() };
  return status === 3
    ? { problem: "verify.py needs the openssl command, which is not here" }
    : { problem: "verify.py needs python3 of version 3.9 or later, which is not here" };
}
