import pino from "pino";
import { errorFields } from "@/server/telemetry/error-fields";
import { createScrubber, withoutSecrets } from "@/server/telemetry/redact";
import { currentRequestId } from "@/server/telemetry/request-id";

/** What a log line may be of, from most to least said. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";

/** What takes log lines: the root or a child of it. */
export type Logger = pino.Logger;

/** Told the level of every line that is written. */
type LineListener = (level: Exclude<LogLevel, "silent">) => void;

type Root = {
  readonly logger: Logger;
  readonly learn: (secrets: readonly string[]) => void;
  /** Children made before the level was set (modules make theirs as they load). */
  early: pino.Logger[] | null;
  onLine: LineListener;
};

/** What pino takes lines to: standard output, unless a test reads them. */
type Destination = { write(line: string): void };

/**
 * A root of log lines, JSON on `destination`. Three things keep secrets, prompts and answers out of
 * them: fields are walked for names that mean one, errors say what is on a list and nothing else, and
 * the finished line is searched for shapes of secrets and for those that this process is known to hold.
 */
export function createLogger(destination?: Destination): Root {
  const { learn, scrub } = createScrubber();
  const options: pino.LoggerOptions = {
    level: "info",
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label) => ({ level: label }),
      log: (fields) => withoutSecrets(fields) as Record<string, unknown>,
    },
    // Errors are reduced with all the rest, before pino's own way with them sees them.
    serializers: { err: (fields: unknown) => fields },
    mixin() {
      const requestId = currentRequestId();
      return requestId === undefined ? {} : { requestId };
    },
    hooks: {
      logMethod(given, method, level) {
        root.onLine((pino.levels.labels[level] ?? "info") as Exclude<LogLevel, "silent">);
        method.apply(this, withMessage(given));
      },
      streamWrite: scrub,
    },
    onChild: (child) => {
      root.early?.push(child);
    },
  };
  const logger = destination === undefined ? pino(options) : pino(options, destination);
  // What children are bound to is written at once, and asks no formatter.
  const child = logger.child;
  logger.child = function childWithoutSecrets(this: Logger, bindings: object, more?: object) {
    return child.call(this, withoutSecrets(bindings) as pino.Bindings, more);
  } as typeof logger.child;
  const root: Root = { logger, learn, early: [], onLine: () => {} };
  return root;
}

type LogArguments = Parameters<pino.LogFn>;

/** pino takes the message of a line that has none from its error, whatever that quotes. */
function withMessage(given: LogArguments): LogArguments {
  const [first, ...rest] = given as [unknown, ...unknown[]];
  const error = first instanceof Error ? first : null;
  if (rest.length > 0 || error === null) return given;
  const { message } = errorFields(error, withoutSecrets);
  return [{ err: error }, String(message)] as unknown as LogArguments;
}

const SLOT = Symbol.for("beacon.logger");
type Holder = { [SLOT]?: Root };

/** One for the process: Next holds this module more than once, and each would have a level of its own. */
function processRoot(): Root {
  const holder = globalThis as Holder;
  holder[SLOT] ??= createLogger();
  return holder[SLOT];
}

/**
 * The root of every log line of this process. Modules take `logger.child({ component })`; a message is
 * plain words, data stands in fields, ids always. `info`: a state changed. `warn`: it will be tried
 * again. `error`: a person must look.
 */
export const logger: Logger = processRoot().logger;

/** Sets how much is said. Called once, by a process as it starts. */
export function setLogLevel(level: LogLevel): void {
  const root = processRoot();
  for (const each of [root.logger, ...(root.early ?? [])]) each.level = level;
  root.early = null;
}

/** Names secrets that this process holds and that no line may say, in whatever field. */
export const keepOutOfLogs = (secrets: readonly string[]): void => processRoot().learn(secrets);

/** Has every line of this process counted, by level. */
export function countLines(count: LineListener): void {
  processRoot().onLine = count;
}
