import { execFile } from "node:child_process";
import { BeaconError } from "@/server/domain/errors";

/** What `env` and shells exit with when a program is not there (POSIX.1-2017, env, exit status). */
const NOT_FOUND = 127;
const OUTPUT_LIMIT_BYTES = 10_000_000;

/**
 * Runs a build tool. @returns what it printed.
 *
 * @throws BeaconError NATIVE_PART_MISSING with the message `missing`, PROCESS_FAILED with the last line it said.
 */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { readonly limitMs: number; readonly missing: string; readonly cwd?: string },
): Promise<string> {
  const { limitMs, missing, cwd } = options;
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { timeout: limitMs, maxBuffer: OUTPUT_LIMIT_BYTES, ...(cwd === undefined ? {} : { cwd }) },
      (cause, stdout, stderr) => {
        if (cause === null) return resolve(stdout);
        if (cause.code === NOT_FOUND || cause.code === "ENOENT")
          return reject(new BeaconError("NATIVE_PART_MISSING", missing, { cause }));
        const last = `${stdout}\n${stderr}`.trim().split("\n").at(-1);
        reject(new BeaconError("PROCESS_FAILED", last || cause.message, { cause }));
      },
    );
  });
}
