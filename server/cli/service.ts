import { parseArgs } from "node:util";
import { type ModelPrice, ServiceKey, ServiceSettings, type ServiceView } from "@/schemas/service";
import type { CommandIo } from "@/server/cli/command";
import { readText } from "@/server/cli/named-files";
import { type PortalClient, portalClient, sayPortalFailure } from "@/server/cli/portal-client";
import { BeaconError } from "@/server/domain/errors";
import { keyProblem, VENDOR_BASE_URLS } from "@/server/domain/service/base-url";
import { dayOf } from "@/server/domain/time";
import { readEnv } from "@/server/env";

const USAGE = [
  "usage: beacon service list",
  "       beacon service add ID --model MODEL … [--dialect openai|anthropic|google|openai-compatible] [--base-url URL]",
  "                             [--door exit|home] [--name NAME] [--per-minute N] [--concurrency N]",
  "                             [--free]     it costs nothing, such as a model on this machine",
  "       beacon service add --file SETTINGS.json",
  "       beacon service key ID [--file FILE | --forget]     the key is read from standard input or the file",
  "       beacon service check|resume|remove ID",
  "All take --url URL.",
];

/** What `beacon service` needs of the place where it runs. */
export type ServiceIo = CommandIo & {
  /** Standard input up to its end; what a person types is not shown. */
  readInput(question: string): Promise<string>;
};

const OPTIONS = {
  url: { type: "string" },
  file: { type: "string" },
  forget: { type: "boolean", default: false },
  free: { type: "boolean", default: false },
  name: { type: "string" },
  dialect: { type: "string" },
  "base-url": { type: "string" },
  door: { type: "string" },
  model: { type: "string", multiple: true },
  "per-minute": { type: "string" },
  concurrency: { type: "string" },
} as const;
type Values = ReturnType<typeof parse>["values"];

const parse = (args: readonly string[]) =>
  parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });

/** For a service of whose limits nothing is said: what the smallest accounts of vendors bear. */
const DEFAULT_LIMITS = { perMinute: "60", concurrency: "4" };

/**
 * `beacon service`: shows, lays down and removes the services that jobs can ask, and takes their keys;
 * all through the running portal. A key is never an argument: the list of processes would show it.
 *
 * @returns 0 done, 1 refused, 2 no portal or wrong usage.
 */
export async function serviceCommand(args: readonly string[], io: ServiceIo): Promise<0 | 1 | 2> {
  const { values, positionals } = parse(args);
  const [verb = "", id = "", ...more] = positionals;
  const act = Object.hasOwn(VERBS, verb) ? VERBS[verb as keyof typeof VERBS] : undefined;
  const isWhole = verb === "list" || (verb === "add" && values.file !== undefined);
  if (act === undefined || more.length > 0 || (id === "") !== isWhole) {
    for (const line of USAGE) io.err(line);
    return 2;
  }
  try {
    return await act({ client: portalClient(readEnv(), values.url), id, values, io });
  } catch (error) {
    return sayPortalFailure(error, io);
  }
}

type Asked = {
  readonly client: PortalClient;
  readonly id: string;
  readonly values: Values;
  readonly io: ServiceIo;
};

const VERBS = {
  async list({ client, io }: Asked): Promise<0> {
    const services = await client.services.list.query();
    for (const service of services) io.out(lineOf(service));
    if (services.length === 0) io.out("No service is laid down here yet.");
    return 0;
  },

  async add({ client, id, values, io }: Asked): Promise<0> {
    const settings = parsedAs(
      ServiceSettings,
      values.file === undefined ? settingsFrom(id, values) : await jsonIn(values.file),
    );
    const { isNew, isKeyForgotten } = await client.services.save.mutate(settings);
    io.out(`${settings.id} is ${isNew ? "laid down" : "changed"}: ${settings.base_url}`);
    if (isKeyForgotten)
      io.out("Its key was entered for another base URL, dialect or door, and is forgotten.");
    for (const { message } of await client.services.check.query({ id: settings.id }))
      io.out(`still missing: ${message}`);
    return 0;
  },

  async key({ client, id, values, io }: Asked): Promise<0> {
    if (values.forget) {
      await client.services.setKey.mutate({ id, key: null });
      io.out(`${id} has no key any more.`);
      return 0;
    }
    const text = await (values.file === undefined
      ? io.readInput(`The key of ${id} (it is not shown): `)
      : readText(values.file));
    const key = ServiceKey.safeParse(text.trim());
    if (!key.success)
      throw new BeaconError("SERVICE_INVALID", "That is no key: one line of visible ASCII.");
    await client.services.setKey.mutate({ id, key: key.data });
    io.out(`${id} has a key. It is encrypted and cannot be shown again.`);
    return 0;
  },

  async check({ client, id, io }: Asked): Promise<0 | 1> {
    const obstacles = await client.services.check.query({ id });
    for (const { code, message } of obstacles) io.out(`${code}: ${message}`);
    if (obstacles.length === 0)
      io.out(`Nothing in the settings of ${id} keeps it from being asked.`);
    return obstacles.length === 0 ? 0 : 1;
  },

  async resume({ client, id, io }: Asked): Promise<0> {
    await client.services.pause.mutate({ id, minutes: 0 });
    io.out(`${id} is asked again.`);
    return 0;
  },

  async remove({ client, id, io }: Asked): Promise<0> {
    await client.services.remove.mutate({ id });
    io.out(`${id} is removed, and its key with it.`);
    return 0;
  },
} as const satisfies Record<string, (asked: Asked) => Promise<0 | 1>>;

/** Settings as options spell them; what is wrong with them, the schema says. */
function settingsFrom(id: string, values: Values): unknown {
  const dialect = values.dialect ?? "openai-compatible";
  const known = Object.entries(VENDOR_BASE_URLS).find(([vendor]) => vendor === dialect)?.[1];
  return {
    id,
    name: values.name ?? id,
    dialect,
    base_url: values["base-url"] ?? known ?? "",
    door: values.door ?? "exit",
    models: (values.model ?? []).map((name) => (values.free ? { name, price: free() } : { name })),
    requests_per_minute: Number(values["per-minute"] ?? DEFAULT_LIMITS.perMinute),
    concurrency: Number(values.concurrency ?? DEFAULT_LIMITS.concurrency),
  };
}

/** The price of what costs nothing: known only because whoever lays it down says so. */
const free = (): ModelPrice => ({
  input_usd_per_mtok: "0",
  output_usd_per_mtok: "0",
  source: "whoever laid the service down says that it costs nothing",
  date: dayOf(new Date()),
});

async function jsonIn(file: string): Promise<unknown> {
  const text = await readText(file);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BeaconError("SERVICE_INVALID", `${file} is not JSON.`, { cause });
  }
}

function parsedAs(schema: typeof ServiceSettings, value: unknown): ServiceSettings {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BeaconError(
    "SERVICE_INVALID",
    `${issue?.path.join(".") ?? "settings"}: ${issue?.message ?? "does not fit"}`,
  );
}

const keyWord = ({ key_since, base_url }: ServiceView): string => {
  if (key_since !== null) return `key since ${key_since}`;
  return keyProblem(base_url) === null ? "no key" : "takes no key: it is asked without https";
};

const lineOf = (service: ServiceView): string =>
  [
    `${service.id}  ${service.dialect}  ${service.door}  ${service.base_url}`,
    `${service.models.map(({ name }) => name).join(", ")}`,
    `${service.requests_per_minute} a minute, ${service.concurrency} at a time`,
    keyWord(service),
    ...(service.paused_until === null
      ? []
      : [`paused until ${service.paused_until}: ${service.pause_reason ?? ""}`]),
  ].join("  |  ");
