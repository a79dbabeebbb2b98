import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort } from "@/server/cli/ports";
import { goCacheOf, goTool } from "@/test/support/go-tool";
import { ROOT } from "@/test/support/run-tool";

/** The release that the tests were written against. */
const KUBO = {
  module: "github.com/ipfs/kubo",
  version: "v0.43.0",
  command: "github.com/ipfs/kubo/cmd/ipfs",
} as const;

/** How long a first build may take, for the hook that asks for it. */
export const KUBO_BUILD_MS = 16 * 60_000;
const READY_MS = 30_000;
const POLL_MS = 100;
const run = promisify(execFile);

/** A Kubo node of our own: in a temporary folder, on loopback, with no peers and no way to any. */
export type KuboNode = {
  readonly url: string;
  /** Runs it again after `kill`, with what it had stored. */
  start(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  /** Runs `ipfs …` on the node and answers what it printed. */
  command(...args: readonly string[]): Promise<string>;
  /** Ends it and removes its folder. */
  remove(): Promise<void>;
};

/** Builds Kubo unless it was built before. `missing`: why there is none on this machine. */
export const findKubo = () => goTool(KUBO, goCacheOf(ROOT));

/** Starts a new, empty, offline node from the program at `path`. */
export async function startKubo(path: string): Promise<KuboNode> {
  const home = mkdtempSync(join(tmpdir(), "beacon-kubo-"));
  const env = { ...process.env, IPFS_PATH: home, IPFS_TELEMETRY: "off" };
  const port = await freePort();
  const command = async (...args: readonly string[]) => (await run(path, args, { env })).stdout;
  let child: ChildProcess | null = null;

  async function start(): Promise<void> {
    child = spawn(path, ["daemon", "--offline"], { env, stdio: "ignore" });
    await ready(child, `http://127.0.0.1:${port}/api/v0/version`);
  }
  async function kill(): Promise<void> {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child?.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  await command("init", "--profile=test");
  await command("config", "--json", "Bootstrap", "[]");
  await command("config", "--json", "Routing", JSON.stringify({ Type: "none" }));
  await command("config", "--json", "Addresses", JSON.stringify(addresses(port)));
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    start,
    kill,
    command,
    async remove() {
      await kill();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Its RPC on one port of loopback; no gateway, nothing that a peer could reach. */
const addresses = (port: number) => ({
  API: `/ip4/127.0.0.1/tcp/${port}`,
  Gateway: "",
  Swarm: [],
  Announce: [],
  NoAnnounce: [],
  AppendAnnounce: [],
});

/** Until the node answers; sooner with a reason when it ends instead. */
async function ready(child: ChildProcess, url: string): Promise<void> {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`Kubo ended with ${child.exitCode}`);
    const answer = await fetch(url, { method: "POST" }).catch(() => null);
    if (answer?.ok === true) return;
    if (Date.now() > deadline) throw new Error(`Kubo did not answer within ${READY_MS} ms`);
    await sleep(POLL_MS);
  }
}
