import { resolve } from "node:path";
import { z } from "zod";
import { Amount } from "@/schemas/primitives";
import { BeaconError } from "@/server/domain/errors";

const port = z.coerce.number().int().min(1).max(65_535);
const flag = z.enum(["0", "1"]).transform((value) => value === "1");

/** URLs in one text, separated by commas. */
const urls = (protocol: RegExp, max: number) =>
  z
    .string()
    .default("")
    .transform((text) => text.split(",").map((url) => url.trim()))
    .transform((list) => list.filter((url) => url !== ""))
    .pipe(z.array(z.url({ protocol })).max(max));

/** An image and its hash in one text: `https://host/exit.gvmi#sha3:<56 hex digits>`. */
const image = z
  .string()
  .regex(/^https?:\/\/[^#\s]+#sha3:[0-9a-f]{56}$/)
  .transform((text) => {
    const [url = "", hash = ""] = text.split("#sha3:");
    return { url, sha3_224: hash };
  })
  .optional();

/** Whether what goes over it stays on this machine or is encrypted. */
const isPrivate = (url: string): boolean =>
  /^https:|^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:|\/|$)/.test(url);

const Settings = z.object({
  /** Pages, API and WebSocket. */
  PORT: port.default(3000),
  /** The address that the portal listens on. */
  HOST: z.string().min(1).default("127.0.0.1"),
  /** The portal's address as readers see it; unset: http://localhost:PORT. */
  BEACON_URL: z.url().optional(),
  /** Everything that an installation keeps: database, blocks, keys, policy. */
  BEACON_HOME: z
    .string()
    .min(1)
    .default(".beacon")
    .transform((folder) => resolve(folder)),
  /** Any PostgreSQL >= 14; unset: the embedded one, started by `npm start`. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** RPC addresses of Kubo nodes, separated by commas: every block is put and pinned on each of them. */
  IPFS_API_URL: urls(/^https?$/, 8),
  /** A C2SP policy file with the witnesses to ask; unset: the local witness alone. */
  BEACON_POLICY: z.string().min(1).optional(),
  /** The log's origin; unset: beacon.local/<8 hex digits of the key's hash>. */
  BEACON_ORIGIN: z
    .string()
    // No longer than the `keyid` of an envelope that the log's own key signs.
    .regex(/^[^\s+]{3,64}$/)
    .optional(),
  /** The file with the master key that services' keys are encrypted under; unset: BEACON_HOME/keys/vault.key, made at first use. */
  BEACON_VAULT_KEY_FILE: z
    .string()
    .min(1)
    .transform((path) => resolve(path))
    .optional(),
  /**
   * A provider of OpenID Connect that says who people are: its issuer, what it knows this portal by, and what
   * people call it. Unset: people have passwords here.
   */
  BEACON_OIDC_ISSUER: z
    .url({ protocol: /^https?$/ })
    .refine(isPrivate, "it must be https, or on this machine")
    .optional(),
  BEACON_OIDC_CLIENT_ID: z.string().min(1).max(500).optional(),
  BEACON_OIDC_CLIENT_SECRET: z.string().min(1).max(500).optional(),
  BEACON_OIDC_NAME: z.string().min(1).max(40).default("OpenID Connect"),
  /** The most that one job may ask for. */
  BEACON_BUDGET_LIMIT_GLM: Amount.default("50"),
  BEACON_BUDGET_LIMIT_USD: Amount.default("50"),
  /** Who may add leaves at /tlog/add: whoever shows this bearer token, and whoever has a key in this file of C2SP verifier keys. Both unset: nobody. */
  BEACON_TLOG_ADD_TOKEN: z
    .string()
    .regex(/^[!-~]{16,512}$/)
    .optional(),
  BEACON_TLOG_ADD_KEYS: z.string().min(1).optional(),
  /** A time-stamp authority (RFC 3161) to ask, and a PEM file with the certificates to trust for it. Unset: nobody is asked. */
  BEACON_TSA_URL: z.url({ protocol: /^https?$/ }).optional(),
  BEACON_TSA_CA: z.string().min(1).optional(),
  /** OpenTimestamps calendars to ask, separated by commas. Unset: nobody is asked. */
  BEACON_OTS_CALENDARS: urls(/^https?$/, 8),
  /** How long an anchor's service is left alone after it was asked about one size. */
  BEACON_ANCHOR_INTERVAL_HOURS: z.coerce.number().min(0.01).max(8_760).default(24),
  /**
   * The application key of a yagna to rent with, where it answers, and how providers are paid:
   * `erc20/hoodi` on the test network, `erc20/polygon` or `erc20/mainnet`. Unset: the loopback network.
   */
  YAGNA_APPKEY: z
    .string()
    .regex(/^[!-~]{8,200}$/)
    .optional(),
  YAGNA_API_URL: z.url({ protocol: /^https?$/ }).default("http://127.0.0.1:7465"),
  BEACON_PAYMENT: z
    .string()
    .regex(/^[a-z0-9]+\/[a-z]+$/)
    .optional(),
  /** The relay's node list, from which a provider's public address is learnt. */
  BEACON_RELAY_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Echo services that say which address they see, separated by commas; two of different owners at least. */
  BEACON_ECHO_URLS: urls(/^https?$/, 16),
  /** What providers run: a model server with its models, and an exit. Needed for what is asked through each. */
  BEACON_IMAGE_MODEL: image,
  BEACON_IMAGE_EXIT: image,
  /** The models that the model image serves, separated by commas. */
  BEACON_IMAGE_MODELS: z
    .string()
    .default("")
    .transform((text) => text.split(",").map((name) => name.trim()))
    .transform((names) => names.filter((name) => name !== ""))
    .pipe(z.array(z.string().max(200)).max(50)),
  /** Offers above any of these are passed over: GLM to start, for an hour of one CPU thread, for an hour. */
  BEACON_MAX_START_GLM: z.coerce.number().min(0).max(1_000).default(0.05),
  BEACON_MAX_CPU_HOUR_GLM: z.coerce.number().min(0).max(1_000).default(0.5),
  BEACON_MAX_ENV_HOUR_GLM: z.coerce.number().min(0).max(1_000).default(0.5),
  /** How long a control model of the loopback network thinks, in milliseconds. */
  BEACON_CONTROL_LATENCY_MS: z.coerce.number().int().min(0).max(60_000).default(400),
  /** Where the loopback Golem network listens; set by `npm start` for its own processes. */
  BEACON_LOOPBACK_PORT: port.optional(),
  /** Where its simulated vendor service listens; set by `npm start`, the same at every start. */
  BEACON_VENDOR_PORT: port.optional(),
  /** Whether `npm start` runs the demonstration job on an empty log. */
  BEACON_DEMONSTRATION: flag.default(true),
  /** Where each process serves its metrics and readiness: an address of this machine, and a port; set by `npm start`, the same at every start. */
  BEACON_METRICS_HOST: z.string().min(1).default("127.0.0.1"),
  BEACON_METRICS_PORT: port.optional(),
  /** The commit that this is; unset: `npm start` asks git. */
  BEACON_COMMIT: z
    .string()
    .regex(/^[0-9A-Za-z-]{1,64}$/)
    .optional(),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
});

/** What belongs together: with one of them, all are needed. */
const TOGETHER = [
  ["BEACON_OIDC_ISSUER", "BEACON_OIDC_CLIENT_ID", "BEACON_OIDC_CLIENT_SECRET"],
] as const;

const Env = Settings.superRefine((env, context) => {
  for (const names of TOGETHER) {
    const missing = names.filter((name) => env[name] === undefined);
    if (missing.length === names.length) continue;
    for (const name of missing)
      context.addIssue({
        code: "custom",
        path: [name],
        message: `is not set; it is needed with ${names.filter((other) => !missing.includes(other)).join(" and ")}`,
      });
  }
});
export type Env = z.infer<typeof Env>;

/**
 * The environment, parsed once. The only reader of `process.env` in the house.
 *
 * @throws BeaconError CONFIG_INVALID naming the first variable that does not fit.
 */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const set = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ""));
  const parsed = Env.safeParse(set);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BeaconError(
    "CONFIG_INVALID",
    `${String(issue?.path[0] ?? "environment")}: ${issue?.message ?? "does not fit"}`,
  );
}

/** Where readers reach the portal. */
export const publicUrlOf = (env: Env): string => env.BEACON_URL ?? `http://localhost:${env.PORT}`;

/** Tells next-auth, which reads the environment by itself, where it is served. */
export function tellNextAuth(env: Env): void {
  process.env.NEXTAUTH_URL = publicUrlOf(env);
}

/** What a process that we start inherits: our own environment with `additions`. */
export function environmentWith(additions: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...additions };
}

/** Every secret that the environment holds: what no log line may say. */
export const secretsOf = (env: Env): readonly string[] => [
  ...[env.DATABASE_URL ?? "postgres://", ...env.IPFS_API_URL].flatMap(passwordsIn),
  env.YAGNA_APPKEY ?? "",
  env.BEACON_TLOG_ADD_TOKEN ?? "",
  env.BEACON_OIDC_CLIENT_SECRET ?? "",
];

/** The password of an address, as it stands there and as it is meant. */
function passwordsIn(url: string): readonly string[] {
  const { password } = new URL(url);
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}
