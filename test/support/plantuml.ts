import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "@/test/support/run-tool";

const LIMIT_MS = 60_000;
const run = promisify(execFile);

/** PlantUML's own program, or why there is none. */
export type PlantUml = { readonly jar: string } | { readonly missing: string };

/** PlantUML as Debian packs it, unpacked into `node_modules/.cache`, once and without root. Java must be there. */
export async function plantUml(): Promise<PlantUml> {
  const isThere = await run("java", ["-version"], { timeout: LIMIT_MS }).then(
    () => true,
    () => false,
  );
  if (!isThere) return { missing: "there is no Java on this machine" };
  const installed = "/usr/share/plantuml/plantuml.jar";
  if (existsSync(installed)) return { jar: installed };
  const cache = join(ROOT, "node_modules", ".cache", "beacon-plantuml");
  const jar = join(cache, "root", "usr", "share", "plantuml", "plantuml.jar");
  if (existsSync(jar)) return { jar };
  const draft = `${cache}.${process.pid}`;
  try {
    mkdirSync(join(draft, "root"), { recursive: true });
    await run("apt-get", ["download", "plantuml"], { cwd: draft, timeout: LIMIT_MS });
    for (const file of readdirSync(draft).filter((name) => name.endsWith(".deb")))
      await run("dpkg", ["-x", file, "root"], { cwd: draft, timeout: LIMIT_MS });
    renameSync(draft, cache);
    return { jar };
  } catch {
    return { missing: "PlantUML is not installed and cannot be had with apt-get download" };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * What PlantUML makes of a diagram: its kind (`SEQUENCE`, `DESCRIPTION`, `CLASS`), or `ERROR` and the line.
 */
export function plantUmlKind(jar: string, source: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      "java",
      ["-Djava.awt.headless=true", "-jar", jar, "-syntax"],
      { timeout: LIMIT_MS },
      (error, stdout) => {
        const said = stdout.trim().split("\n");
        if (said[0] === "ERROR") resolve(said.slice(0, 3).join(" "));
        else if (error === null && said[0] !== undefined) resolve(said[0]);
        else reject(error ?? new Error("PlantUML said nothing"));
      },
    );
    child.stdin?.end(source);
  });
}
