import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lastLinesOf, openLogFile } from "@/server/cli/log-file";
import { takePidLock } from "@/server/cli/pid-lock";
import { BeaconError } from "@/server/domain/errors";
import { environmentWith } from "@/server/env";

/** Everything that the built site is made of. */
const SOURCES = [
  "app",
  "components",
  "schemas",
  "server",
  "public",
  "prisma/schema.prisma",
  "next.config.ts",
  "postcss.config.mjs",
  "tsconfig.json",
  "package.json",
  "package-lock.json",
];
/** Runs beside the site and is no part of it. */
const NO_SOURCES = new Set(["server/cli", "server/main.ts"]);
const SHOWN_LINES = 25;

function filesBelow(root: string, path: string): string[] {
  const full = join(root, path);
  if (NO_SOURCES.has(path) || !existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full)
    .sort()
    .flatMap((name) => filesBelow(root, `${path}/${name}`));
}

function stampOf(root: string): string {
  const hash = createHash("sha256");
  for (const path of SOURCES.flatMap((source) => filesBelow(root, source))) {
    hash
      .update(path)
      .update("\0")
      .update(readFileSync(join(root, path)))
      .update("\0");
  }
  return hash.digest("hex");
}

const stampFile = (root: string) => join(root, ".next", "beacon-sources");

function isBuilt(root: string, stamp: string): boolean {
  return (
    existsSync(join(root, ".next", "BUILD_ID")) &&
    existsSync(stampFile(root)) &&
    readFileSync(stampFile(root), "utf8") === stamp
  );
}

async function runNextBuild(root: string, logFile: string, signal: AbortSignal): Promise<void> {
  rmSync(logFile, { force: true }); // its end is shown when the build fails: this build's, no other's
  const log = openLogFile(logFile);
  // A group of its own: Ctrl-C reaches us, and we end the build.
  const child = spawn(
    process.execPath,
    [join(root, "node_modules", "next", "dist", "bin", "next"), "build"],
    {
      cwd: root,
      env: environmentWith({ NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" }),
      detached: true,
      stdio: ["ignore", log, log],
    },
  );
  closeSync(log);
  const end = () => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  };
  signal.addEventListener("abort", end);
  const code = await new Promise<number>((resolve) => {
    child.once("error", () => resolve(1));
    child.once("exit", (exitCode) => resolve(exitCode ?? 1));
  });
  signal.removeEventListener("abort", end);
  signal.throwIfAborted();
  if (code === 0) return;
  throw new BeaconError(
    "SITE_BUILD_FAILED",
    `the site could not be built; the end of ${logFile}:\n\n${lastLinesOf(logFile, SHOWN_LINES)}`,
  );
}

/**
 * Builds the site when its sources are not those of the last build; one build at a time.
 *
 * @returns whether it was built.
 * @throws BeaconError SITE_BUILD_FAILED
 */
export async function buildSite(options: {
  readonly root: string;
  readonly logFile: string;
  readonly signal: AbortSignal;
  /** Called when a build begins, which takes a while. */
  readonly onBuild: () => void;
}): Promise<boolean> {
  const { root, logFile, signal, onBuild } = options;
  const stamp = stampOf(root);
  if (isBuilt(root, stamp)) return false;
  mkdirSync(join(root, ".next"), { recursive: true });
  const lockFile = join(root, ".beacon-build");
  for (;;) {
    const lock = takePidLock(lockFile);
    if ("heldBy" in lock) {
      await sleep(250, undefined, { signal });
      continue;
    }
    try {
      if (isBuilt(root, stamp)) return false;
      onBuild();
      rmSync(stampFile(root), { force: true });
      await runNextBuild(root, logFile, signal);
      writeFileSync(stampFile(root), stamp);
      return true;
    } finally {
      lock.release();
    }
  }
}
