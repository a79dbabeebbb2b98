import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "@/server/cli/ports";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const STOP_MS = 30_000;

/** A whole Beacon as `npm start` runs it, in a folder and on a port of its own. */
export type Installation = {
  readonly url: string;
  readonly home: string;
  /** What `npm start` printed so far. */
  output(): string;
  /** The process id of one of its processes now, by the file that it runs; null while there is none. */
  pidOf(entry: string): number | null;
  /** The embedded PostgreSQL's process id. */
  databasePid(): number | null;
  /** Ctrl-C. Answers the exit code. */
  stop(): Promise<number | null>;
  /** Removes its folder; stops it first. */
  remove(): Promise<void>;
};

/**
 * Runs `npm start`'s own script and waits for its last line.
 *
 * @param environment added to this process's; `BEACON_HOME` to continue an earlier installation.
 */
export async function startInstallation(
  environment: Readonly<Record<string, string>>,
  timeoutMs = 240_000,
): Promise<Installation> {
  const home = environment.BEACON_HOME ?? mkdtempSync(join(tmpdir(), "beacon-test-"));
  const port = environment.PORT ?? String(await freePort());
  const url = `http://localhost:${port}`;
  const child = spawn(process.execPath, ["server/cli/bootstrap.mjs", "start"], {
    cwd: ROOT,
    env: { ...process.env, ...environment, PORT: port, BEACON_HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  const take = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  await readyLine(child, () => output, timeoutMs);
  const stop = () => stopped(child);
  return {
    url,
    home,
    output: () => output,
    pidOf: (entry) => childOf(child.pid ?? -1, entry),
    databasePid: () => postmasterOf(home),
    stop,
    async remove() {
      await stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function readyLine(child: ChildProcess, output: () => string, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`not ready in ${timeoutMs} ms:\n${output()}`));
    }, timeoutMs);
    child.once("exit", () => {
      clearTimeout(timer);
      reject(new Error(`ended before it was ready:\n${output()}`));
    });
    child.stdout?.on("data", () => {
      if (!output().includes("Ctrl-C stops")) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

function stopped(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    child.once("exit", (code) => {
      clearTimeout(timer);
      resolve(code);
    });
    child.kill("SIGINT");
  });
}

/** The child of `parent` whose command line names `entry`, from /proc. */
function childOf(parent: number, entry: string): number | null {
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const ppid = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      if (ppid !== parent) continue;
      if (readFileSync(`/proc/${name}/cmdline`, "utf8").includes(entry)) return Number(name);
    } catch {
      // it has just ended
    }
  }
  return null;
}

function postmasterOf(home: string): number | null {
  for (const folder of ["postgres/data", "postgres"]) {
    try {
      const [pid] = readFileSync(join(home, folder, "postmaster.pid"), "utf8").split("\n");
      return Number(pid);
    } catch {
      // not there
    }
  }
  return null;
}
