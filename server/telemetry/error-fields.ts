/** What a log line says of an error. */
export type ErrorFields = { readonly [field: string]: unknown };

/**
 * Fields of errors that say what happened and never what it happened to. A list of what is kept, not of
 * what is left out: PostgreSQL's `detail` and `where` quote rows, Prisma's `meta` the query, and an AI
 * SDK's `requestBodyValues` and `responseBody` are a prompt and an answer.
 */
const KEPT = [
  "code",
  "errno",
  "syscall",
  "port",
  "severity",
  "schema",
  "table",
  "column",
  "constraint",
  "routine",
  "status",
  "statusCode",
  "isRetryable",
  "signal",
  "digest",
] as const;

const LONGEST_MESSAGE = 1_000;
const MOST_FRAMES = 20;
/** A cause of a cause of a cause: nobody reads further. */
const DEEPEST = 5;
const WITHHELD = "[withheld: it may quote what was asked or answered]";

/** Errors whose messages quote what they were given: SDKs of models, Prisma's arguments. */
const QUOTING = /^(?:AI_\w+|PrismaClientValidationError)$/;
/** And messages that do: V8's of JSON, PostgreSQL's of values that do not fit (class 22), Prisma's of both. */
const QUOTES =
  /is not valid JSON|in JSON at position|invalid input syntax|invalid byte sequence|out of range for type|Code: `22/;

const messageOf = ({ name, message }: Error): string =>
  QUOTING.test(name) || QUOTES.test(message) ? WITHHELD : message.slice(0, LONGEST_MESSAGE);

/** Where it happened. The lines before the first frame repeat the message. */
const framesOf = ({ stack = "" }: Error): string =>
  stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, MOST_FRAMES)
    .join("\n");

/**
 * An error as a log line may say it: its name, code, message, frames and causes.
 *
 * @param hide takes secrets out of the one field that is ours and may hold anything: `details`.
 */
export function errorFields(
  error: Error,
  hide: (value: unknown) => unknown,
  depth = 0,
): ErrorFields {
  const own = error as Error & { readonly [field: string]: unknown };
  const fields: { [field: string]: unknown } = {
    type: error.name,
    message: messageOf(error),
    stack: framesOf(error),
  };
  for (const field of KEPT) {
    const value = own[field];
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      fields[field] = value;
  }
  if (error.name === "BeaconError" && own.details !== undefined) fields.details = hide(own.details);
  if (depth >= DEEPEST) return fields;
  if (error.cause instanceof Error) fields.cause = errorFields(error.cause, hide, depth + 1);
  if (error instanceof AggregateError)
    fields.errors = error.errors
      .filter((one): one is Error => one instanceof Error)
      .slice(0, DEEPEST)
      .map((one) => errorFields(one, hide, depth + 1));
  return fields;
}
