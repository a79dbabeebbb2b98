import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "@/test/support/run-tool";

/** Where Prometheus's own checker is, or why there is none. */
export type Promtool = { readonly path: string } | { readonly missing: string };

const LIMIT_MS = 120_000;
const run = promisify(execFile);

/**
 * promtool as installed, or else unpacked from Debian's package into `node_modules/.cache`, once and
 * without root. Of the package nothing else is kept, and nothing of it is started.
 */
export async function promtool(): Promise<Promtool> {
  if (await works("promtool")) return { path: "promtool" };
  const cache = join(ROOT, "node_modules", ".cache", "beacon-promtool");
  const path = join(cache, "promtool");
  if (existsSync(path)) return { path };
  const draft = `${cache}.${process.pid}`;
  try {
    mkdirSync(join(draft, "kept"), { recursive: true });
    await run("apt-get", ["download", "prometheus"], { cwd: draft, timeout: LIMIT_MS });
    for (const file of readdirSync(draft).filter((name) => name.endsWith(".deb")))
      await run("dpkg", ["-x", file, "root"], { cwd: draft, timeout: LIMIT_MS });
    renameSync(join(draft, "root", "usr", "bin", "promtool"), join(draft, "kept", "promtool"));
    if (!(await works(join(draft, "kept", "promtool"))))
      return { missing: "the promtool of this machine's package archive does not run on it" };
    renameSync(join(draft, "kept"), cache);
    return { path };
  } catch {
    return { missing: "promtool is not installed and cannot be had with apt-get download" };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

const works = (program: string): Promise<boolean> =>
  run(program, ["--version"], { timeout: LIMIT_MS }).then(
    () => true,
    () => false,
  );

/** Runs promtool. @returns all that it said, and how it ended. */
export function runPromtool(
  { path }: { readonly path: string },
  args: readonly string[],
  options: { readonly input?: string; readonly cwd?: string } = {},
): Promise<{ readonly code: number | null; readonly said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, { cwd: options.cwd, timeout: LIMIT_MS });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (part: string) => {
        said += part;
      });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, said }));
    child.stdin.end(options.input ?? "");
  });
}
