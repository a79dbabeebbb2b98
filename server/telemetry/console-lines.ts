import { format } from "node:util";
import type { Logger } from "@/server/telemetry/logger";
import { withoutSecrets } from "@/server/telemetry/redact";

const LEVELS = { debug: "debug", log: "info", info: "info", warn: "warn", error: "error" } as const;
type Method = keyof typeof LEVELS;

/**
 * Has everything that libraries print with `console` written as log lines: Next and next-auth print whole
 * errors, with all that hangs on them.
 *
 * @returns how to give `console` back.
 */
export function consoleToLog(log: Logger, target: Pick<Console, Method> = console): () => void {
  const before = { ...target };
  for (const method of Object.keys(LEVELS) as Method[])
    target[method] = (...said: unknown[]) => {
      const errors = said.filter((part): part is Error => part instanceof Error);
      const words = said.map((part) =>
        part instanceof Error ? part.name : typeof part === "string" ? part : withoutSecrets(part),
      );
      const [err] = errors;
      log[LEVELS[method]](err === undefined ? {} : { err }, format(...words).trim());
    };
  return () => {
    for (const method of Object.keys(LEVELS) as Method[]) target[method] = before[method];
  };
}
