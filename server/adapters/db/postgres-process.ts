import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { createServer } from "node:net";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A server that runs on a data folder, as its `postmaster.pid` tells. */
export type RunningPostgres = { readonly pid: number; readonly port: number };

/** Whether a process runs; one that has ended and only waits to be collected does not. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return true; // no /proc here
  }
}

/** Whether process `pid` is a PostgreSQL server on `data`. Process ids are used again. */
function isPostgresOn(pid: number, data: string): boolean {
  if (!isProcessAlive(pid)) return false;
  if (existsSync("/proc/self/exe")) {
    try {
      const program = basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, "");
      return program === "postgres" && readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data);
    } catch {
      return false;
    }
  }
  const { stdout } = spawnSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.includes("postgres") && stdout.includes(data);
}

/** The server that runs on the data folder `data`, or null. */
export function runningPostgresOn(data: string): RunningPostgres | null {
  const file = join(data, "postmaster.pid");
  if (!existsSync(file)) return null;
  const lines = readFileSync(file, "utf8").split("\n");
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isSafeInteger(pid) || pid <= 1 || !isPostgresOn(pid, data)) return null;
  return { pid, port: Number.isSafeInteger(port) ? port : 0 };
}

/** Waits until process `pid` has ended; false when it still runs after `timeoutMs`. */
async function hasEnded(pid: number, timeoutMs: number): Promise<boolean> {
  const stepMs = 20;
  for (let waitedMs = 0; waitedMs <= timeoutMs; waitedMs += stepMs) {
    if (!isProcessAlive(pid)) return true;
    await sleep(stepMs);
  }
  return false;
}

/**
 * Stops a server: fast (SIGINT: open transactions are rolled back, data is written), then
 * immediate (SIGQUIT: the next start recovers), then by force.
 */
export async function stopPostgres(pid: number, fastTimeoutMs: number): Promise<void> {
  const steps = [
    ["SIGINT", fastTimeoutMs],
    ["SIGQUIT", 3_000],
    ["SIGKILL", 2_000],
  ] as const;
  for (const [signal, timeoutMs] of steps) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    if (await hasEnded(pid, timeoutMs)) return;
  }
}

/** A port of 127.0.0.1 that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return address.port;
}
