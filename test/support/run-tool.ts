import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The checkout that is tested. */
export const ROOT = join(import.meta.dirname, "../..");

/** How a tool ended and what it said. */
export type ToolResult = {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
};

const OUTPUT_LIMIT_BYTES = 50_000_000;

/** Runs the command `bin` of an installed package on the checkout. */
export function runTool(
  packageName: string,
  bin: string,
  args: readonly string[],
): Promise<ToolResult> {
  const require = createRequire(import.meta.url);
  const folder = dirname(join(ROOT, "node_modules", packageName, "package.json"));
  const { bin: bins } = require(join(folder, "package.json")) as {
    bin: string | Readonly<Record<string, string>>;
  };
  const program = typeof bins === "string" ? bins : (bins[bin] ?? "");
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(folder, program), ...args],
      { cwd: ROOT, maxBuffer: OUTPUT_LIMIT_BYTES, env: { ...process.env, NO_COLOR: "1" } },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        resolve({ exitCode: typeof code === "number" ? code : 1, stdout, stderr });
      },
    );
  });
}
