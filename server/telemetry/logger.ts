import pino from "pino";

/** Names under which secrets, prompts and responses could slip into a log line. */
const REDACTED = [
  "apiKey",
  "privateKey",
  "password",
  "passwordHash",
  "secret",
  "token",
  "appKey",
  "authorization",
  "cookie",
  "databaseUrl",
  "connectionString",
  "prompt",
  "response",
] as const;

/** What a log line may be of, from most to least said. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";

/** What takes log lines: the root or a child of it. */
export type Logger = pino.Logger;

/** Children made before the level was set (modules make theirs as they load). */
const early: pino.Logger[] = [];
let isLevelSet = false;

/**
 * The root of every log line: JSON on standard output. Modules take
 * `logger.child({ component })`; a message is plain words, data stands in fields.
 */
export const logger: Logger = pino({
  level: "info",
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
  redact: {
    paths: REDACTED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
    censor: "[redacted]",
  },
  onChild: (child) => {
    if (!isLevelSet) early.push(child);
  },
});

/** Sets how much is said. Called once, by a process as it starts. */
export function setLogLevel(level: LogLevel): void {
  for (const each of [logger, ...early.splice(0)]) each.level = level;
  isLevelSet = true;
}
