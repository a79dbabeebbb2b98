import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { lastLinesOf, openLogFile } from "@/server/cli/log-file";
import { BeaconError, ERRORS, type ErrorCode } from "@/server/domain/errors";
import { environmentWith } from "@/server/env";
import { ChildMessage } from "@/server/lifecycle";

/** A process that is kept running. */
export type ProcessPlan = {
  readonly name: string;
  /** TypeScript, relative to the root; it calls `runProcess`. */
  readonly entry: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly readyTimeoutMs: number;
  readonly stopTimeoutMs: number;
};

/** Keeps processes running until told otherwise. */
export type Supervisor = {
  /**
   * Starts a process; resolves when it says that it is ready.
   *
   * @throws BeaconError what the process failed with, or PROCESS_FAILED.
   */
  start(plan: ProcessPlan): Promise<void>;
  /** Stops processes of these names, all at a time, and waits for their end. */
  stop(names: readonly string[]): Promise<void>;
  /** Ends everything at once. */
  kill(): void;
};

type Kept = {
  readonly plan: ProcessPlan;
  child: ChildProcess | null;
  ended: Promise<void>;
  isWanted: boolean;
  delayMs: number;
};

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 10_000;
/** After this long a process counts as healthy, and its next restart is quick again. */
const HEALTHY_AFTER_MS = 30_000;
const SHOWN_LINES = 12;

function isErrorCode(code: string | null): code is ErrorCode {
  return code !== null && Object.hasOwn(ERRORS, code);
}

function killGroup(child: ChildProcess | null, signal: NodeJS.Signals): void {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // it has just ended
  }
}

/**
 * A supervisor of processes of the tree at `root`, which write to `<logFolder>/<name>.log`.
 *
 * @param note told in a line what a person should see: a process that ended and is started again.
 */
export function createSupervisor(options: {
  readonly root: string;
  readonly logFolder: string;
  readonly note: (line: string) => void;
}): Supervisor {
  const { root, logFolder, note } = options;
  const kept = new Map<string, Kept>();
  const loader = pathToFileURL(join(root, "node_modules", "tsx", "dist", "loader.mjs")).href;

  const logFileOf = (plan: ProcessPlan) => join(logFolder, `${plan.name}.log`);

  /** Starts the process once. Resolves when ready, rejects when it ends or is too slow before. */
  function launch(one: Kept): Promise<void> {
    const { plan } = one;
    const log = openLogFile(logFileOf(plan));
    const child = spawn(process.execPath, ["--import", loader, join(root, plan.entry)], {
      cwd: root,
      env: environmentWith({ ...plan.environment, TSX_TSCONFIG_PATH: join(root, "tsconfig.json") }),
      // A group of its own: Ctrl-C reaches only us, and we stop things in order.
      detached: true,
      stdio: ["ignore", log, log, "ipc"],
    });
    closeSync(log);
    one.child = child;
    let failure: BeaconError | null = null;
    let isReady = false;
    one.ended = new Promise((resolve) => {
      child.once("exit", () => resolve());
      child.once("error", () => resolve());
    });
    return new Promise((resolve, reject) => {
      const slow = setTimeout(() => {
        failure = lateFailure(plan);
        killGroup(child, "SIGKILL");
      }, plan.readyTimeoutMs);
      child.on("message", (raw) => {
        const message = ChildMessage.safeParse(raw);
        if (!message.success) return;
        if (message.data.kind === "failed") {
          const { code, message: text } = message.data;
          failure = new BeaconError(isErrorCode(code) ? code : "PROCESS_FAILED", text);
          return;
        }
        isReady = true;
        clearTimeout(slow);
        resolve();
      });
      const launchedAt = performance.now();
      one.ended.then(() => {
        clearTimeout(slow);
        if (isReady && performance.now() - launchedAt > HEALTHY_AFTER_MS)
          one.delayMs = FIRST_DELAY_MS;
        const reason = failure ?? endedFailure(plan, child);
        if (isReady) keepUp(one, reason);
        else reject(reason);
      }, reject);
    });
  }

  function lateFailure({ name, readyTimeoutMs }: ProcessPlan): BeaconError {
    return new BeaconError(
      "PROCESS_FAILED",
      `the ${name} process was not ready within ${readyTimeoutMs / 1_000} s`,
    );
  }

  function endedFailure(plan: ProcessPlan, child: ChildProcess): BeaconError {
    const how = child.signalCode ?? `code ${child.exitCode}`;
    const file = logFileOf(plan);
    return new BeaconError(
      "PROCESS_FAILED",
      `the ${plan.name} process ended (${how}); the end of ${file}:\n\n${lastLinesOf(file, SHOWN_LINES)}\n`,
    );
  }

  /** Starts a process again that was ready once, as often as it takes. */
  async function restart(one: Kept, firstReason: BeaconError): Promise<void> {
    for (let reason = firstReason; one.isWanted; ) {
      const [sentence] = reason.message.split(";");
      note(`${sentence}: started again in ${one.delayMs} ms`);
      await sleep(one.delayMs);
      one.delayMs = Math.min(one.delayMs * 2, LONGEST_DELAY_MS);
      if (!one.isWanted) return;
      try {
        await launch(one);
        note(`the ${one.plan.name} process is ready again`);
        return;
      } catch (error) {
        if (!(error instanceof BeaconError)) throw error;
        reason = error;
      }
    }
  }

  function keepUp(one: Kept, reason: BeaconError): void {
    restart(one, reason).catch((error: unknown) => note(`the ${one.plan.name} process: ${error}`));
  }

  async function stopOne(one: Kept): Promise<void> {
    one.isWanted = false;
    const { child } = one;
    if (child === null) return;
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
    }
    const late = sleep(one.plan.stopTimeoutMs, "late", { ref: false });
    if ((await Promise.race([one.ended, late])) === "late") killGroup(child, "SIGKILL");
    await one.ended;
  }

  return {
    start: (plan) => {
      const one: Kept = {
        plan,
        child: null,
        ended: Promise.resolve(),
        isWanted: true,
        delayMs: FIRST_DELAY_MS,
      };
      kept.set(plan.name, one);
      return launch(one);
    },
    stop: async (names) => {
      const wanted = names.flatMap((name) => kept.get(name) ?? []);
      await Promise.all(wanted.map(stopOne));
    },
    kill: () => {
      for (const one of kept.values()) {
        one.isWanted = false;
        killGroup(one.child, "SIGKILL");
      }
    },
  };
}
