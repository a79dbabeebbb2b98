import { join } from "node:path";
import { z } from "zod";
import type { Door } from "@/server/adapters/golem/door";
import type { GolemRenterOptions, RenterPatience } from "@/server/adapters/golem/renter-options";
import type { RenterBook, VantageRenter } from "@/server/adapters/golem/vantage";
import { openSecret } from "@/server/adapters/keys/secret-file";
import type { Context } from "@/server/context";
import { CONTROL_MODELS } from "@/server/domain/control/answer";
import { BeaconError } from "@/server/domain/errors";
import { shortestBackOffMs } from "@/server/domain/provider/patience";
import { type Env, readEnv } from "@/server/env";
import type { LookAtExitDeps } from "@/server/services/look-at-exit";

/** A Golem network, as the process that rents on it sees it. */
export type Golem = {
  readonly renter: VantageRenter;
  /** Who says where an exit is. */
  readonly lookAt: LookAtExitDeps;
  /** How long renting one provider may take. */
  readonly rentTimeoutMs: number;
  /** How long a provider's invoice is waited for when a session settles. */
  readonly settleTimeoutMs: number;
  /** How long a provider is left alone after one failure. */
  readonly backOffMs: number;
  /** How long an invoice is waited for after its agreement ended. */
  readonly billGraceMs: number;
};

/** What renting needs as the environment chooses it; the process that rents adds where it writes down what happens. */
export type GolemSettings = Omit<Golem, "renter"> & {
  readonly renting: Omit<GolemRenterOptions, "book" | "onUnavailable">;
};

/** What of the context the environment's choice depends on; no database is among it. */
export type SettingsOf = Pick<Context, "env" | "simulated" | "now" | "withDeadline">;

/** Well below the time after which the reaper takes an agreement for abandoned. */
const HOLD_MS = 3_000;

/** How the waits of a rental are bounded on the loopback network, where nothing is far away. */
const LOOPBACK_PATIENCE: RenterPatience = {
  offerMs: 10_000,
  approvalMs: 12_000,
  deployMs: 20_000,
  lossCheckMs: 2_000,
  holdMs: HOLD_MS,
  yagnaMs: 10_000,
};

/**
 * And on a real one: offers are broadcast every few minutes, providers give up signing after 10 s
 * themselves, and an image must be downloaded.
 */
const PATIENCE: RenterPatience = {
  offerMs: 300_000,
  approvalMs: 30_000,
  deployMs: 600_000,
  lossCheckMs: 10_000,
  holdMs: HOLD_MS,
  yagnaMs: 60_000,
};

/** The application key that the loopback network and its requestor share. */
const loopbackKey = (env: Env) => openSecret(join(env.BEACON_HOME, "keys", "loopback.key"));

/** What the loopback network tells anyone of its simulated vendor and its echo services. */
const Vendor = z.object({
  origin: z.url(),
  ca: z.string(),
  echoes: z.array(z.url()).min(1),
});

const VENDOR_MS = 5_000;

async function loopbackVendor(env: Env): Promise<z.infer<typeof Vendor>> {
  const url = `${loopbackUrl(env)}/vendor`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(VENDOR_MS) });
    return Vendor.parse(await answer.json());
  } catch (cause) {
    throw new BeaconError("GOLEM_UNAVAILABLE", `no loopback network at ${url}`, { cause });
  }
}

function loopbackUrl({ BEACON_LOOPBACK_PORT: port }: Env): string {
  if (port === undefined)
    throw new BeaconError(
      "CONFIG_INVALID",
      "BEACON_LOOPBACK_PORT is not set; `npm start` sets it for its own processes.",
    );
  return `http://127.0.0.1:${port}`;
}

/** @throws BeaconError CONFIG_INVALID naming the variable that a real network needs */
function needed<T>(value: T | undefined, name: string): T {
  if (value === undefined)
    throw new BeaconError("CONFIG_INVALID", `${name} is needed to rent on a real network.`);
  return value;
}

/** The name of the token that providers are paid with, by network. */
export const tokenOn = (network: string): string => (network === "hoodi" ? "tglm" : "glm");

/**
 * The requestor's side of the Golem network. Loaded only by the process that rents: golem-js may take
 * its process down.
 *
 * @param onUnavailable the process must end and be started again.
 * @throws BeaconError GOLEM_UNAVAILABLE, CONFIG_INVALID
 */
export async function openGolem(
  context: Context,
  onUnavailable: (reason: string) => void,
): Promise<Golem> {
  const { renting, ...rest } = await golemSettings(context);
  const { createGolemRenter } = await import("@/server/adapters/golem/golem-renter");
  const { pulses } = context;
  pulses.watch("golem");
  const renter = await createGolemRenter({
    ...renting,
    book: bookOf(context),
    onUnavailable,
    onLook: (isWell) => (isWell ? pulses.good("golem") : pulses.bad("golem", "GOLEM_UNAVAILABLE")),
  });
  return { renter, ...rest };
}

/**
 * The Golem network that the environment chooses.
 *
 * @throws BeaconError GOLEM_UNAVAILABLE, CONFIG_INVALID
 */
export const golemSettings = (context: SettingsOf): Promise<GolemSettings> =>
  context.simulated ? loopbackSettings(context) : networkSettings(context);

/** Where a renter writes down what must survive it. */
export const bookOf = ({
  rentals,
  providers,
  now,
}: Pick<Context, "rentals" | "providers" | "now">): RenterBook => ({
  rental: (news) => rentals.record(news, now()),
  rentalEnded: (agreementId, reason) => rentals.end(agreementId, reason, now()),
  hold: (agreementIds) => rentals.hold(agreementIds, now()),
  bill: (news) => rentals.recordBill(news),
  provider: ({ providerName: name, ...news }) => providers.record({ ...news, name, asn: null }),
});

/** What offers may ask at most. */
export const maxPricesOf = (env: Env) => ({
  startGlm: env.BEACON_MAX_START_GLM,
  cpuHourGlm: env.BEACON_MAX_CPU_HOUR_GLM,
  envHourGlm: env.BEACON_MAX_ENV_HOUR_GLM,
});

async function loopbackSettings({ env, now, withDeadline }: SettingsOf): Promise<GolemSettings> {
  const { loopbackDatabases, loopbackNetworks } = await import(
    "@/server/adapters/geo/loopback-databases"
  );
  const url = loopbackUrl(env);
  const { ca, echoes } = await loopbackVendor(env);
  const renting = {
    yagna: { url, appKey: loopbackKey(env) },
    payment: { driver: "erc20", network: "hoodi", token: tokenOn("hoodi") },
    simulated: true,
    relayUrl: `${url}/relay`,
    echoes,
    trust: [ca],
    databases: loopbackDatabases,
    networks: loopbackNetworks,
    image: { url: `${url}/control-model.gvmi`, sha3_224: "0".repeat(56) },
    start: () => [],
    maxPrices: maxPricesOf(env),
    patience: LOOPBACK_PATIENCE,
    now,
  };
  return {
    renting,
    lookAt: {
      databases: loopbackDatabases,
      networks: loopbackNetworks,
      echoes,
      withDeadline,
      now,
    },
    rentTimeoutMs: 60_000,
    settleTimeoutMs: 10_000,
    backOffMs: shortestBackOffMs(true),
    billGraceMs: 5_000,
  };
}

async function networkSettings({ env, now, withDeadline }: SettingsOf): Promise<GolemSettings> {
  const { openCountryDatabases } = await import("@/server/adapters/geo/country-databases");
  const { openNetworkDatabase } = await import("@/server/adapters/geo/asn-database");
  const { exitStartCommand, exitTargetOf, modelStartCommand } = await import(
    "@/server/domain/image/start-commands"
  );
  const [driver = "", network = ""] = needed(env.BEACON_PAYMENT, "BEACON_PAYMENT").split("/");
  const databases = openCountryDatabases();
  const networks = openNetworkDatabase();
  const { BEACON_ECHO_URLS: echoes, BEACON_IMAGE_EXIT: exit, BEACON_IMAGE_MODEL: model } = env;
  const renting: GolemSettings["renting"] = {
    yagna: { url: env.YAGNA_API_URL, appKey: needed(env.YAGNA_APPKEY, "YAGNA_APPKEY") },
    payment: { driver, network, token: tokenOn(network) },
    simulated: false,
    relayUrl: needed(env.BEACON_RELAY_URL, "BEACON_RELAY_URL"),
    echoes,
    trust: null,
    databases,
    networks,
    image: needed(exit ?? model, "BEACON_IMAGE_EXIT or BEACON_IMAGE_MODEL"),
    // Every machine has an exit, which proves its country; some have models besides.
    start: (image, origins) => [
      ...(image.sha3_224 === model?.sha3_224 ? [modelStartCommand()] : []),
      exitStartCommand(origins.map(exitTargetOf)),
    ],
    maxPrices: maxPricesOf(env),
    patience: PATIENCE,
    now,
  };
  return {
    renting,
    lookAt: { databases, networks, echoes, withDeadline, now },
    rentTimeoutMs: 15 * 60_000,
    settleTimeoutMs: 60_000,
    backOffMs: shortestBackOffMs(false),
    billGraceMs: 3_600_000,
  };
}

/** The doors of home: ways from this machine to services on the internet and on its own network. */
export type Home = {
  openDoor(origin: string): { readonly door: Door; close(): void };
};

/** The loopback network's vendor has a certificate of its own, which is trusted for its address alone. */
export async function openHome({
  env,
  simulated,
}: Pick<Context, "env" | "simulated">): Promise<Home> {
  const { openHomeDoor } = await import("@/server/adapters/golem/home-door");
  const vendor = simulated ? await loopbackVendor(env) : null;
  return {
    openDoor: (origin) =>
      openHomeDoor({ origin, trust: vendor?.origin === origin ? [vendor.ca] : null }),
  };
}

/** Where the simulated vendor service is. @throws BeaconError GOLEM_UNAVAILABLE */
export const simulatedVendor = async (env: Env): Promise<{ readonly origin: string }> =>
  loopbackVendor(env);

/**
 * The loopback Golem network with the control models in its providers' machines, on the port that
 * `npm start` chose. Loaded only by the process that runs it.
 */
export async function openLoopbackNetwork(): Promise<{ stop(): Promise<void> }> {
  const { startLoopbackNetwork } = await import("@/server/adapters/golem/loopback/network");
  const { answerAsControlModel } = await import("@/server/domain/control/answer");
  const env = readEnv();
  return startLoopbackNetwork({
    port: env.BEACON_LOOPBACK_PORT ?? 0,
    vendorPort: env.BEACON_VENDOR_PORT ?? 0,
    appKey: loopbackKey(env),
    latencyMs: env.BEACON_CONTROL_LATENCY_MS,
    answer: answerAsControlModel,
    models: CONTROL_MODELS.map(({ id }) => id),
    now: () => new Date(),
  });
}
