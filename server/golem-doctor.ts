import { randomBytes } from "node:crypto";
import { withDeadline } from "@/server/adapters/clock/deadline";
import type { examine } from "@/server/adapters/golem/doctor";
import type { DoctorSubject } from "@/server/adapters/golem/doctor-subject";
import { isBeaconError } from "@/server/domain/errors";
import type { Env } from "@/server/env";
import { type GolemSettings, golemSettings, maxPricesOf, tokenOn } from "@/server/golem";
import { lookAtExit } from "@/server/services/look-at-exit";

/** An address that real databases must know, one of Google's name servers; and one of the loopback network's plan. */
const KNOWN_ADDRESS = "8.8.8.8";

/** How long a trial rental's bills are waited for: providers send theirs within seconds, over a network that may be slow. */
const SETTLE_MS = 60_000;

/** What examines the Golem network that the environment configures. Needs no database and no portal. */
export type GolemDoctor = {
  readonly subject: DoctorSubject;
  readonly examine: typeof examine;
};

/**
 * Opens the doctor for a network that may be configured in part only. Loaded by commands alone: golem-js
 * may take its process down.
 *
 * @throws BeaconError GOLEM_UNAVAILABLE when the loopback network is meant and does not answer.
 */
export async function openGolemDoctor(env: Env): Promise<GolemDoctor> {
  const { examine } = await import("@/server/adapters/golem/doctor");
  const isSimulated = env.YAGNA_APPKEY === undefined && env.BEACON_LOOPBACK_PORT !== undefined;
  const subject = isSimulated ? await loopbackSubject(env) : await networkSubject(env);
  return { subject, examine };
}

const now = () => new Date();

/** What every subject has, wherever its network is. */
async function parts(settings: GolemSettings | null) {
  const { readImageFile } = await import("@/server/adapters/image/image-file");
  return {
    rental:
      settings === null
        ? null
        : {
            renting: settings.renting,
            timeoutMs: settings.rentTimeoutMs + SETTLE_MS,
            settleMs: SETTLE_MS,
          },
    readImageFile,
    withDeadline,
    now,
    random16: () => randomBytes(16),
  };
}

async function loopbackSubject(env: Env): Promise<DoctorSubject> {
  const settings = await golemSettings({ env, simulated: true, now, withDeadline });
  const { LOOPBACK_SITES } = await import("@/server/domain/vantage/address-plan");
  const { renting, lookAt } = settings;
  return {
    ...(await parts(settings)),
    ...renting,
    networks: lookAt.networks,
    knownAddress: LOOPBACK_SITES[0]?.address ?? "",
    images: [],
    lookAtExit: (...args) => lookAtExit(lookAt, ...args),
  };
}

async function networkSubject(env: Env): Promise<DoctorSubject> {
  const { openCountryDatabases } = await import("@/server/adapters/geo/country-databases");
  const { openNetworkDatabase } = await import("@/server/adapters/geo/asn-database");
  const databases = openCountryDatabases();
  const networks = openNetworkDatabase();
  const echoes = env.BEACON_ECHO_URLS;
  const [driver = "", network = ""] = env.BEACON_PAYMENT?.split("/") ?? [];
  return {
    ...(await parts(await wholeSettings(env))),
    yagna: { url: env.YAGNA_API_URL, appKey: env.YAGNA_APPKEY ?? null },
    payment: env.BEACON_PAYMENT === undefined ? null : { driver, network, token: tokenOn(network) },
    simulated: false,
    relayUrl: env.BEACON_RELAY_URL ?? null,
    echoes,
    trust: null,
    databases,
    networks,
    knownAddress: KNOWN_ADDRESS,
    images: imagesOf(env),
    maxPrices: maxPricesOf(env),
    lookAtExit: (...args) =>
      lookAtExit({ databases, networks, echoes, withDeadline, now }, ...args),
  };
}

const imagesOf = ({ BEACON_IMAGE_EXIT: exit, BEACON_IMAGE_MODEL: model }: Env) => [
  ...(exit === undefined ? [] : [{ name: "BEACON_IMAGE_EXIT", pin: exit }]),
  ...(model === undefined ? [] : [{ name: "BEACON_IMAGE_MODEL", pin: model }]),
];

/** Null: something that renting needs is not configured. */
async function wholeSettings(env: Env): Promise<GolemSettings | null> {
  try {
    return await golemSettings({ env, simulated: false, now, withDeadline });
  } catch (error) {
    if (isBeaconError(error) && error.code === "CONFIG_INVALID") return null;
    throw error;
  }
}
