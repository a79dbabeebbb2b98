import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { isBeaconError } from "@/server/domain/errors";
import { readEnv } from "@/server/env";
import { logger, setLogLevel } from "@/server/telemetry/logger";

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

/**
 * The life of every process of Beacon: started, said to be ready, stopped on SIGTERM, on Ctrl-C
 * when it runs alone, or when the process that started it is gone.
 *
 * @param start makes everything; what it answers stops everything and is called at most once.
 */
export async function runProcess(
  name: string,
  start: () => Promise<() => Promise<void>>,
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
    setLogLevel(readEnv().LOG_LEVEL);
    const stop = await start();
    if (!isLeaving) {
      log.info("ready");
      await tell({ kind: "ready" });
    }
    const reason = await asked;
    log.info({ reason }, "stopping");
    const timeout = sleep(STOP_TIMEOUT_MS, "late", { ref: false });
    if ((await Promise.race([stop(), timeout])) === "late") log.warn("left before all had stopped");
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
