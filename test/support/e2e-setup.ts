import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const READY_TIMEOUT_MS = 240_000;

/**
 * Playwright's global set-up: a whole installation in a temporary folder, by the command that people
 * use. Ready when its demonstration has been compared. Tests find BEACON_TEST_HOME,
 * BEACON_TEST_EMAIL and BEACON_TEST_PASSWORD in their environment.
 *
 * @returns what stops and removes it.
 */
export default async function setUpInstallation(): Promise<() => Promise<void>> {
  const home = mkdtempSync(join(tmpdir(), "beacon-e2e-"));
  const child = spawn(process.execPath, ["server/cli/bootstrap.mjs", "start"], {
    env: {
      ...process.env,
      PORT: process.env.BEACON_TEST_PORT ?? "3123",
      BEACON_HOME: home,
      DATABASE_URL: "",
      BEACON_DEMONSTRATION: "1",
      // Slow enough that a job can be watched.
      BEACON_CONTROL_LATENCY_MS: "900",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    rmSync(home, { recursive: true, force: true });
  };
  try {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`not ready:\n${said}`)), READY_TIMEOUT_MS);
      const hear = (chunk: Buffer) => {
        said += chunk.toString();
        if (!said.includes("Ctrl-C stops")) return;
        clearTimeout(late);
        resolve();
      };
      child.stdout.on("data", hear);
      child.stderr.on("data", hear);
      child.once("exit", () => {
        clearTimeout(late);
        reject(new Error(`npm start ended:\n${said}`));
      });
    });
  } catch (error) {
    await stop();
    throw error;
  }
  const signIn = /sign in as (\S+), password (\S+) \|/.exec(said);
  process.env.BEACON_TEST_HOME = home;
  process.env.BEACON_TEST_EMAIL = signIn?.[1] ?? "";
  process.env.BEACON_TEST_PASSWORD = signIn?.[2] ?? "";
  return stop;
}
