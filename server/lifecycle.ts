import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Readiness } from "@/schemas/health";
import { isBeaconError } from "@/server/domain/errors";
import { type Env, readEnv } from "@/server/env";
import { type ProcessHealth, processHealth } from "@/server/health";
import { type Metrics, processMetrics } from "@/server/meters";
import { consoleToLog } from "@/server/telemetry/console-lines";
import { startListener } from "@/server/telemetry/listener";
import { countLines, type Logger, logger, setLogLevel } from "@/server/telemetry/logger";

/** What a process of Beacon tells the one that started it. */
export const ChildMessage = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("ready") }),
  z.strictObject({
    kind: z.literal("failed"),
    code: z.string().max(64).nullable(),
    message: z.string().max(2_000),
  }),
]);
export type ChildMessage = z.infer<typeof ChildMessage>;

/** How long a process may take to stop before it leaves anyway. */
const STOP_TIMEOUT_MS = 13_000;
const MESSAGE_LIMIT = 2_000;

function tell(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, () => resolve());
  });
}

function leaveOn(component: string, event: "unhandledRejection" | "uncaughtException"): void {
  process.on(event, (error: unknown) => {
    logger.child({ component }).fatal({ err: error }, `${event}: the process ends`);
    process.exit(1);
  });
}

/** What watches a process, and is told by it what to look at. */
export type Eyes = { readonly metrics: Metrics; readonly health: ProcessHealth };

/** The version of package.json, which lies in the folder that every process is started in. */
const versionHere = (): string =>
  z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))).version;

/**
 * Opens the eyes of this process: its lines are counted, its health is measured, and both are served
 * where `npm start` said, on an address of this machine.
 *
 * @returns how to close them.
 */
export function openEyes(
  name: string,
  env: Pick<Env, "BEACON_METRICS_HOST" | "BEACON_METRICS_PORT" | "BEACON_COMMIT">,
  log: Logger,
): Eyes & { close(): Promise<void> } {
  const commit = env.BEACON_COMMIT ?? "unknown";
  const build = { version: versionHere(), commit, node: process.version };
  const metrics = processMetrics(build);
  const health = processHealth(name);
  countLines((level) => metrics.of.linesLogged.add({ level }));
  metrics.beforeRendering(async () => showHealth(metrics, await health.report()));
  const { BEACON_METRICS_HOST: host, BEACON_METRICS_PORT: port } = env;
  if (port === undefined) return { metrics, health, close: async () => {} };
  const listener = startListener({
    host,
    port,
    metrics: metrics.render,
    readiness: async () => {
      const body = await health.report();
      return { isReady: body.ready, body };
    },
    onState(isListening, cause) {
      health.listens(isListening);
      if (isListening) log.info({ host, port }, "metrics and readiness are served");
      else log.warn({ host, port, err: cause }, "metrics are not served, it will be tried again");
    },
  });
  return { metrics, health, close: listener.close };
}

const HEIGHT_OF = { ok: 1, warn: 0.5, fail: 0 } as const;

/** Ages that are not known any more are not shown. */
function showHealth({ of }: Metrics, { ready, checks }: Readiness): void {
  of.ready.set({}, ready ? 1 : 0);
  of.healthChecks.clear();
  of.healthAges.clear();
  for (const { name, level, ageSeconds } of checks) {
    of.healthChecks.set({ check: name }, HEIGHT_OF[level]);
    if (ageSeconds !== null) of.healthAges.set({ check: name }, ageSeconds);
  }
}

/**
 * The life of every process of Beacon: started, said to be ready, stopped on SIGTERM, on Ctrl-C
 * when it runs alone, or when the process that started it is gone.
 *
 * @param start makes everything; what it answers stops everything and is called at most once.
 */
export async function runProcess(
  name: string,
  start: (eyes: Eyes) => Promise<() => Promise<void>>,
): Promise<void> {
  const log = logger.child({ component: name });
  leaveOn(name, "unhandledRejection");
  leaveOn(name, "uncaughtException");

  let isLeaving = false;
  let askToStop: (reason: string) => void = () => {};
  const asked = new Promise<string>((resolve) => {
    askToStop = resolve;
  });
  asked.then(
    () => {
      isLeaving = true;
    },
    () => {},
  );
  process.once("SIGTERM", () => askToStop("SIGTERM"));
  process.once("SIGINT", () => askToStop("SIGINT"));
  if (process.send !== undefined) process.once("disconnect", () => askToStop("parent gone"));

  try {
    const env = readEnv();
    setLogLevel(env.LOG_LEVEL);
    consoleToLog(logger.child({ component: "console" }));
    const eyes = openEyes(name, env, log);
    const stop = await start(eyes);
    if (!isLeaving) {
      eyes.health.moveTo("running");
      log.info("ready");
      await tell({ kind: "ready" });
    }
    const reason = await asked;
    log.info({ reason }, "stopping");
    eyes.health.moveTo("stopping");
    const timeout = sleep(STOP_TIMEOUT_MS, "late", { ref: false });
    const stopped = stop().then(eyes.close);
    if ((await Promise.race([stopped, timeout])) === "late")
      log.warn("left before all had stopped");
    process.exit(0);
  } catch (error) {
    if (isLeaving) process.exit(0);
    const message = error instanceof Error ? error.message : String(error);
    const code = isBeaconError(error) ? error.code : null;
    if (code === null) log.fatal({ err: error }, "could not start");
    else log.fatal({ code }, message);
    await tell({ kind: "failed", code, message: message.slice(0, MESSAGE_LIMIT) });
    process.exit(1);
  }
}
