import { execFile } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ROOT } from "@/test/support/run-tool";

/** A program out of a Go module: `command` is its package, `version` an exact one. */
export type GoProgram = {
  /** For instance filippo.io/torchwood. */
  readonly module: string;
  readonly version: string;
  /** The package of its `main`, for instance filippo.io/torchwood/cmd/litewitness. */
  readonly command: string;
};

/** Where the built program is, or why there is none. */
export type GoTool = { readonly path: string } | { readonly missing: string };

/** Kubo, the largest, takes some three minutes on two cores. */
const BUILD_LIMIT_MS = 15 * 60_000;
/** Other work goes on beside it. */
const JOBS = "2";

/** Where a checkout keeps what it built with Go. */
export const goCacheOf = (root: string): string =>
  join(root, "node_modules", ".cache", "beacon-go");

/**
 * Builds a Go program once and keeps it below `cacheFolder`, by module and version. Needs Go, in the
 * version that the module asks for, and the module proxy (or modules that were downloaded before).
 */
export async function goTool(
  program: GoProgram,
  cacheFolder: string = goCacheOf(ROOT),
): Promise<GoTool> {
  const { module, version, command } = program;
  const name = basename(command);
  const folder = join(cacheFolder, `${module.replaceAll("/", "_")}@${version}`);
  const path = join(folder, name);
  if (existsSync(path)) return { path };
  mkdirSync(cacheFolder, { recursive: true });
  const go = await run(["version"], cacheFolder, 30_000);
  if (go.problem !== null) return { missing: `there is no Go to build ${name} with` };

  // Into a folder of its own first: whoever finds the program finds it whole.
  const draft = join(cacheFolder, `.${name}.${process.pid}`);
  mkdirSync(draft, { recursive: true });
  try {
    // Not `go install …@version`, which asks a proxy for lists that it may not want to give.
    writeFileSync(join(draft, "go.mod"), "module build\n");
    const got = await run(["get", `${module}@${version}`], draft, BUILD_LIMIT_MS);
    const { problem } =
      got.problem === null
        ? await run(["build", "-p", JOBS, "-o", name, command], draft, BUILD_LIMIT_MS)
        : got;
    if (problem !== null)
      return { missing: `${name} ${version} could not be built with Go: ${problem}` };
    mkdirSync(folder, { recursive: true });
    renameSync(join(draft, name), path);
    return { path };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Runs `go`. @returns the last line that it said when it failed. */
function run(
  args: readonly string[],
  cwd: string,
  timeout: number,
): Promise<{ readonly problem: string | null }> {
  const env = {
    ...process.env,
    GOFLAGS: "-buildvcs=false -mod=mod",
    GOMAXPROCS: JOBS,
    GOTOOLCHAIN: "local",
  };
  return new Promise((resolve) => {
    execFile("go", args, { cwd, timeout, maxBuffer: 10_000_000, env }, (error, _stdout, stderr) => {
      const last = stderr.trim().split("\n").at(-1)?.trim() ?? "";
      resolve({ problem: error === null ? null : last || error.message });
    });
  });
}
