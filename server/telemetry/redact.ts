import { errorFields } from "@/server/telemetry/error-fields";

/** What stands in the place of a secret. */
export const HIDDEN = "[redacted]";

/**
 * Names under which secrets, prompts and answers could slip into a log line, in whatever spelling:
 * compared in lower case and without `-`, `_`, `.` and spaces.
 */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  "authorization",
  "proxyauthorization",
  "cookie",
  "cookies",
  "setcookie",
  "credentials",
  "databaseurl",
  "connectionstring",
  "passwordhash",
  "prompt",
  "prompts",
  "systemprompt",
  "question",
  "questions",
  "answer",
  "answers",
  "response",
  "responses",
  "responsebody",
  "requestbody",
  "requestbodyvalues",
  "body",
  "text",
]);
/** `operatorToken`, `session_secret`, `x-goog-api-key`; not `promptTokens`, which is a number. */
const SECRET_ENDINGS = [
  "password",
  "passphrase",
  "secret",
  "token",
  "apikey",
  "appkey",
  "privatekey",
];

const isSecretName = (name: string): boolean => {
  const plain = name.toLowerCase().replace(/[-_.\s]/g, "");
  return SECRET_NAMES.has(plain) || SECRET_ENDINGS.some((ending) => plain.endsWith(ending));
};

/** Deeper, longer and wider than anything that is logged on purpose. */
const DEEPEST = 8;
const MOST_ITEMS = 100;
const LONGEST_TEXT = 4_000;

/**
 * `value` as a log line may say it: without what stands under the name of a secret, however deep, with
 * errors reduced to what happened, and without bytes. Never throws, whatever it is given.
 */
export function withoutSecrets(value: unknown): unknown {
  return walk(value, 0, []);
}

function walk(value: unknown, depth: number, above: readonly object[]): unknown {
  if (typeof value !== "object" || value === null) return plain(value);
  if (value instanceof Error)
    return errorFields(value, (inner) => walk(inner, depth + 1, [...above, value]));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof URL) return value.href;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
    return `[${value.byteLength} bytes]`;
  if (depth >= DEEPEST) return "[deeper]";
  return above.includes(value) ? "[circular]" : walkInto(value, depth + 1, [...above, value]);
}

function plain(value: unknown): unknown {
  if (typeof value === "string" && value.length > LONGEST_TEXT)
    return `${value.slice(0, LONGEST_TEXT)}…`;
  if (typeof value === "bigint") return String(value);
  return typeof value === "function" || typeof value === "symbol" ? undefined : value;
}

function walkInto(value: object, depth: number, above: readonly object[]): unknown {
  if (Array.isArray(value) || value instanceof Set)
    return [...value].slice(0, MOST_ITEMS).map((item) => walk(item, depth, above));
  const fields =
    value instanceof Map
      ? [...value].map(([key, item]): [string, unknown] => [String(key), item])
      : Object.keys(value).map((key): [string, unknown] => [key, read(value, key)]);
  return Object.fromEntries(
    fields
      .slice(0, MOST_ITEMS)
      .map(([key, item]) => [
        key,
        isSecretName(key) && maySay(item) ? HIDDEN : walk(item, depth, above),
      ]),
  );
}

/** A number is no secret: `answers: 12` says how many. */
const maySay = (item: unknown): boolean =>
  item !== null && item !== undefined && typeof item !== "number" && typeof item !== "boolean";

/** A getter may throw; that is no reason to lose the line. */
function read(value: object, key: string): unknown {
  try {
    return (value as { readonly [key: string]: unknown })[key];
  } catch {
    return "[unreadable]";
  }
}

/**
 * Shapes of secrets, wherever they stand in a line. No shape reaches over a quotation mark or a
 * backslash that JSON put there, but for PEM, whose line ends JSON writes as `\n`: what comes out is
 * the same JSON with other words.
 */
const SHAPES: readonly (readonly [shape: RegExp, instead: string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^"]*?(?:-----END [A-Z ]*PRIVATE KEY-----|(?="|$))/g, HIDDEN],
  // A password in an address: `postgres://beacon:…@127.0.0.1:5432/beacon`.
  [/([a-z][a-z0-9+.-]*:\/\/[^\s"/?#:@\\]*):[^\s"/?#\\]*@/gi, `$1:${HIDDEN}@`],
  [/\b(bearer\s+)[^\s"',;\\]{8,}/gi, `$1${HIDDEN}`],
  [/\b(basic\s+)(?=[^\s"\\]*[\d=])[a-z0-9+/=_-]{8,}/gi, `$1${HIDDEN}`],
  // Keys of AI services, by their vendors' beginnings.
  [/\b(?:sk|rk|pk)-[^\s"',;\\]{8,}/g, HIDDEN],
  [/\bAIza[\w-]{20,}/g, HIDDEN],
  // JSON Web Tokens, signed and encrypted ones: session cookies, ID tokens.
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){2,4}/g, HIDDEN],
  [/((?:__(?:Secure|Host)-)?next-auth\.[a-z.-]+[a-z](?:\.\d+)?=)[^;\s"\\]+/gi, `$1${HIDDEN}`],
  // An invitation's secret is the last part of its address.
  [/(\/invitations\/)[^/?#\s"\\]{8,}/g, `$1${HIDDEN}`],
  // Secrets in an address's query or fragment.
  [/([?&#](?:[\w-]*(?:token|secret|key|password|code|state)|sig)=)[^&#\s"\\]+/gi, `$1${HIDDEN}`],
];

/** What can only be one of the shapes; a line without it is let through at once. */
const MAY_HOLD =
  /-----BEGIN|:\/\/[^\s"]*@|bearer|basic|[srp]k-|AIza|eyJ|next-auth|\/invitations\/|[?&#][\w-]+=/i;

/** Secrets that this process holds. A text below this length is found in too many lines that do not mean it. */
const SHORTEST_SECRET = 12;

/** Takes secrets out of finished lines, by their shape and by what is known to be one. */
export type Scrubber = {
  /** Adds secrets that have no shape: tokens, passwords. Shorter ones than 12 characters are not taken. */
  learn(secrets: readonly string[]): void;
  scrub(line: string): string;
};

/** A scrubber that knows no secrets yet, only shapes. */
export function createScrubber(): Scrubber {
  const known = new Set<string>();
  return {
    learn(secrets) {
      for (const secret of secrets)
        if (secret.length >= SHORTEST_SECRET)
          // As it is, as JSON writes it, as an address does.
          for (const form of [
            secret,
            JSON.stringify(secret).slice(1, -1),
            encodeURIComponent(secret),
          ])
            known.add(form);
    },
    scrub(line) {
      let clean = line;
      for (const secret of known)
        if (clean.includes(secret)) clean = clean.replaceAll(secret, HIDDEN);
      if (!MAY_HOLD.test(clean)) return clean;
      for (const [shape, instead] of SHAPES) clean = clean.replace(shape, instead);
      return clean;
    },
  };
}
