import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { JobSpec } from "@/schemas/job-spec";
import type { Amount } from "@/schemas/primitives";
import type { Anchor } from "@/server/adapters/anchor/anchor";
import { createCalendarAnchor } from "@/server/adapters/anchor/calendar-anchor";
import {
  createTimeStampAnchor,
  verifyTimeStamp as verifyTimeStampFile,
} from "@/server/adapters/anchor/time-stamp-anchor";
import {
  type Pause,
  pause,
  type WithDeadline,
  withDeadline,
} from "@/server/adapters/clock/deadline";
import { type BlockOutbox, createBlockOutbox } from "@/server/adapters/db/block-outbox";
import { createPrisma } from "@/server/adapters/db/client";
import { createEventBus, type EventBus } from "@/server/adapters/db/event-bus";
import { inspectLog, type LogInspection } from "@/server/adapters/db/log-inspection";
import { createLogStore, type LogStore } from "@/server/adapters/db/log-store";
import { createStores, type Stores } from "@/server/adapters/db/stores";
import { freeSpace } from "@/server/adapters/disk/free-space";
import { buildExitImage } from "@/server/adapters/image/build-exit-image";
import { buildImage } from "@/server/adapters/image/build-image";
import { readImageFile } from "@/server/adapters/image/image-file";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import { createDiskStore } from "@/server/adapters/ipfs/disk-store";
import { createKuboStore } from "@/server/adapters/ipfs/kubo-store";
import { type Challenges, createChallenges } from "@/server/adapters/keys/challenges";
import { openKeys } from "@/server/adapters/keys/file-keys";
import { createKeyFile, readKeyFile } from "@/server/adapters/keys/key-file";
import type { Signer } from "@/server/adapters/keys/key-store";
import { hashPassword, isPassword } from "@/server/adapters/keys/passwords";
import {
  type RetiredKey,
  type RetirementReason,
  retiredKeys,
  retireRunnerKey,
} from "@/server/adapters/keys/retired-keys";
import { openSecret } from "@/server/adapters/keys/secret-file";
import { openSubmitters, type Submitters } from "@/server/adapters/keys/submitters";
import { createThrottle, type Throttle } from "@/server/adapters/keys/throttle";
import { createSealer, type Sealer } from "@/server/adapters/keys/vault";
import type { VaultPlace } from "@/server/adapters/keys/vault-key";
import type { VaultRotation } from "@/server/adapters/keys/vault-rotation";
import { createModels } from "@/server/adapters/llm/create-models";
import type { Model } from "@/server/adapters/llm/model";
import { createOpenIdProvider, type OpenIdProvider } from "@/server/adapters/oidc/openid-provider";
import { createProducer, type Producer } from "@/server/adapters/queue/producer";
import { createServiceGate, type ServiceGate } from "@/server/adapters/service/limits";
import { createTileTree } from "@/server/adapters/tree/tile-tree";
import type { Tree } from "@/server/adapters/tree/tree";
import { readPolicyFile } from "@/server/adapters/witness/policy-file";
import { witnessesOf } from "@/server/adapters/witness/policy-witnesses";
import type {
  StandAloneWitness,
  StandAloneWitnessOptions,
} from "@/server/adapters/witness/stand-alone-witness";
import type { Witness } from "@/server/adapters/witness/witness";
import { CONTROL_MODELS } from "@/server/domain/control/answer";
import { BeaconError } from "@/server/domain/errors";
import type { DiskFacts } from "@/server/domain/health/judge-process";
import { createPulses, type Pulses } from "@/server/domain/health/pulse";
import { defaultOrigin } from "@/server/domain/log/origin";
import { formatPolicy, type Policy } from "@/server/domain/log/policy";
import {
  formatVerifierKey,
  type VerifierKey,
  verifierKeyOf,
} from "@/server/domain/log/verifier-key";
import { addressOf, isSameAddress, type KeyedServiceRef } from "@/server/domain/service/address";
import { type Env, publicUrlOf, readEnv, secretsOf } from "@/server/env";
import { createMetrics, type Metrics, measuredPool, processMetrics } from "@/server/meters";
import { keepOutOfLogs, type Logger, logger, setLogLevel } from "@/server/telemetry/logger";

/** Everything that one process works with: built once, handed to services piece by piece. */
export type Context = Stores & {
  readonly env: Env;
  readonly publicUrl: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** What became of what this process tries again and again. */
  readonly pulses: Pulses;
  /** Room where the state folder lies. */
  readonly freeSpace: () => Promise<DiskFacts>;
  readonly now: () => Date;
  readonly random16: () => Uint8Array;
  readonly withDeadline: WithDeadline;
  readonly pause: Pause;

  readonly log: LogStore;
  /** Who outside is asked to vouch for checkpoints; empty unless configured. */
  readonly anchorServices: readonly Anchor[];
  readonly anchorIntervalMs: number;
  readonly bus: EventBus;
  readonly producer: Producer;
  /** Where blocks are put and read: accepted by the outbox, kept in `blocks`. */
  readonly content: Pick<ContentStore, "put" | "get">;
  readonly outbox: BlockOutbox;
  /** The first copy of every block, on this machine's disk: evidence may not depend on another process. */
  readonly blocks: ContentStore;
  /** The nodes that every block is published on besides. The outbox keeps a block until all have it. */
  readonly copies: readonly ContentStore[];
  readonly tree: Tree;

  readonly origin: string;
  readonly logKey: Signer;
  readonly logVerifierKey: string;
  readonly runner: Signer;
  /** Keys that signed entries here before. */
  readonly retiredKeys: readonly RetiredKey[];
  readonly witnesses: readonly Witness[];
  readonly policy: Policy;
  readonly policyText: string;

  /** Who may add leaves from outside; null: nobody. */
  readonly submitters: Submitters | null;
  /** Models that jobs can ask inside rented machines here. */
  readonly models: readonly string[];
  /** What rented machines run; null on the loopback network, where nothing is downloaded. */
  readonly images: JobSpec["images"] | null;
  readonly limits: { readonly glm: Amount; readonly usd: Amount };
  /** Whether what jobs ask here is simulated. */
  readonly simulated: boolean;
  readonly model: Model;
  /** Encrypts the keys of services. What decrypts them is opened apart: `openServiceKeys`. */
  readonly sealer: Sealer;
  /** Keeps all workers together within what each service bears. */
  readonly gate: ServiceGate;
  /** Signs people's session cookies. */
  readonly sessionSecret: string;
  /** One-time challenges, for signing in and for enrolling keys. */
  readonly challenges: Challenges;
  /** Lets the command line act as an admin of this installation. */
  readonly operatorToken: string;
  readonly signInThrottle: Throttle;
  /** For who has an account or an invitation already: a flood at the sign-in does not keep them out. */
  readonly passwordThrottle: Throttle;
  /** Counts the reports that each attester's key files. */
  readonly filingThrottle: Throttle;
  /** Counts the keys that each account enrols. */
  readonly enrolmentThrottle: Throttle;
  /** Who says who people are, besides their passwords; null: nobody does. */
  readonly openId: OpenIdProvider | null;
  readonly hashPassword: (password: string) => Promise<string>;
  readonly isPassword: (password: string, hash: string) => Promise<boolean>;
  /** The ICU version whose word segmentation comparisons use. */
  readonly icu: string;

  close(): Promise<void>;
};

/** Guesses at one account's password a minute. */
const SIGN_IN_TRIES = 10;
/** And at all of them: hashing them takes a third of one core. Who is signed in does not notice a flood. */
const ALL_SIGN_IN_TRIES = 120;
/** Reports that one key files in ten minutes, and all keys together: more than people can write. */
const FILED_REPORTS = 20;
const ALL_FILED_REPORTS = 400;
/** Keys that one account enrols in a day: each is an entry of the log for good. */
const ENROLLED_KEYS = 20;

/** @throws BeaconError CONFIG_INVALID without a database, KEY_FILE_INVALID */
function buildContext(env: Env, metrics: Metrics): Context {
  if (env.DATABASE_URL === undefined)
    throw new BeaconError(
      "CONFIG_INVALID",
      "DATABASE_URL is not set; `npm start` sets it for its own processes.",
    );
  setLogLevel(env.LOG_LEVEL);
  mkdirSync(env.BEACON_HOME, { recursive: true });
  const now = () => new Date();
  const isSimulated = env.YAGNA_APPKEY === undefined;
  const prisma = createPrisma(env.DATABASE_URL, undefined, measuredPool(metrics));
  const stores = createStores(prisma);
  const sessionSecret = openSecret(join(env.BEACON_HOME, "keys", "session.secret"));
  const log = createLogStore(prisma, env.DATABASE_URL);
  const bus = createEventBus(env.DATABASE_URL, now, logger.child({ component: "events" }));
  const outbox = createBlockOutbox(prisma, now);
  const blocks = createDiskStore(join(env.BEACON_HOME, "blocks"));
  const gate = createServiceGate(prisma, { now, random16: () => randomBytes(16) });
  const producer = createProducer(env.DATABASE_URL, logger.child({ component: "queue" }));
  const keys = openKeys(join(env.BEACON_HOME, "keys"));
  const operatorToken = openSecret(join(env.BEACON_HOME, "keys", "operator.token"));
  keepOutOfLogs([sessionSecret, operatorToken, ...secretsOf(env)]);
  const origin = env.BEACON_ORIGIN ?? defaultOrigin(keys.log.publicKey);
  const logKey = verifierKeyOf(origin, "note", keys.log.publicKey);
  const witnessName = `${origin}/witness`;
  const policy =
    env.BEACON_POLICY === undefined
      ? localPolicy(logKey, verifierKeyOf(witnessName, "cosignature", keys.witness.publicKey))
      : readPolicyFile(env.BEACON_POLICY, logKey);
  return {
    env,
    publicUrl: publicUrlOf(env),
    logger,
    metrics,
    pulses: createPulses(now),
    freeSpace: () => freeSpace(env.BEACON_HOME),
    now,
    random16: () => randomBytes(16),
    withDeadline,
    pause,
    ...stores,
    log,
    bus,
    anchorServices: anchorServicesOf(env),
    anchorIntervalMs: env.BEACON_ANCHOR_INTERVAL_HOURS * 3_600_000,
    producer,
    content: {
      put: (bytes) => outbox.put(bytes),
      // Looked for twice: a block may move from the one to the other between two looks.
      get: async (cid) => (await blocks.get(cid)) ?? (await outbox.get(cid)) ?? blocks.get(cid),
    },
    outbox,
    blocks,
    copies: env.IPFS_API_URL.map((url) => createKuboStore({ url, withDeadline })),
    tree: createTileTree(),
    origin,
    logKey: keys.log,
    logVerifierKey: formatVerifierKey(logKey),
    runner: keys.runner,
    retiredKeys: retiredKeys(join(env.BEACON_HOME, "keys")),
    witnesses: witnessesOf(policy, {
      logKey,
      ownSigner: keys.witness,
      stateFile: join(env.BEACON_HOME, "witness", "state.json"),
      withDeadline,
      now,
    }),
    policy,
    policyText: formatPolicy(policy),
    submitters: openSubmitters({
      token: env.BEACON_TLOG_ADD_TOKEN,
      keyFile: env.BEACON_TLOG_ADD_KEYS,
    }),
    models: isSimulated ? CONTROL_MODELS.map(({ id }) => id) : env.BEACON_IMAGE_MODELS,
    images: isSimulated ? null : imagesOf(env),
    limits: { glm: env.BEACON_BUDGET_LIMIT_GLM, usd: env.BEACON_BUDGET_LIMIT_USD },
    simulated: isSimulated,
    model: createModels(),
    sealer: createSealer(vaultOf(env)),
    gate,
    sessionSecret,
    challenges: createChallenges({
      secret: sessionSecret,
      store: stores.spentChallenges,
      now,
      random16: () => randomBytes(16),
    }),
    operatorToken,
    hashPassword,
    isPassword,
    signInThrottle: createThrottle(SIGN_IN_TRIES, 60_000, now, ALL_SIGN_IN_TRIES),
    passwordThrottle: createThrottle(SIGN_IN_TRIES, 60_000, now, ALL_SIGN_IN_TRIES),
    filingThrottle: createThrottle(FILED_REPORTS, 10 * 60_000, now, ALL_FILED_REPORTS),
    enrolmentThrottle: createThrottle(ENROLLED_KEYS, 24 * 3_600_000, now),
    openId: openIdOf(env, now),
    icu: process.versions.icu ?? "unknown",
    async close() {
      await producer.close();
      await gate.close();
      await bus.close();
      await log.close();
      await prisma.$disconnect();
    },
  };
}

/** `readEnv` has seen to it that all of them are set, or none. */
function openIdOf(env: Env, now: () => Date): OpenIdProvider | null {
  const {
    BEACON_OIDC_ISSUER: issuer,
    BEACON_OIDC_CLIENT_ID: clientId,
    BEACON_OIDC_CLIENT_SECRET: clientSecret,
  } = env;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return null;
  const settings = { issuer, clientId, clientSecret, name: env.BEACON_OIDC_NAME };
  return createOpenIdProvider(settings, { withDeadline, now });
}

/** Where the master key of the services' keys lies: outside of the database. */
const vaultOf = (env: Env): VaultPlace => ({
  path: env.BEACON_VAULT_KEY_FILE ?? join(env.BEACON_HOME, "keys", "vault.key"),
  isOurs: env.BEACON_VAULT_KEY_FILE === undefined,
});

const imagesOf = (env: Env): JobSpec["images"] => ({
  ...(env.BEACON_IMAGE_MODEL === undefined ? {} : { model: env.BEACON_IMAGE_MODEL }),
  ...(env.BEACON_IMAGE_EXIT === undefined ? {} : { exit: env.BEACON_IMAGE_EXIT }),
});

/** One log, one witness of the same operator, and the witness must have cosigned. */
const localPolicy = (log: VerifierKey, witness: VerifierKey): Policy => ({
  logs: [{ key: log, url: null }],
  witnesses: [{ name: "local", key: witness, url: null }],
  groups: [{ name: "quorum", threshold: 1, members: ["local"] }],
  quorum: "quorum",
});

/** @throws BeaconError CONFIG_INVALID when BEACON_TSA_CA names no PEM file. */
function anchorServicesOf(env: Env): readonly Anchor[] {
  const random16 = () => randomBytes(16);
  const authority =
    env.BEACON_TSA_URL === undefined
      ? []
      : [
          createTimeStampAnchor({
            url: env.BEACON_TSA_URL,
            caFile: env.BEACON_TSA_CA ?? null,
            random16,
          }),
        ];
  const calendars = env.BEACON_OTS_CALENDARS.map((url) => createCalendarAnchor({ url, random16 }));
  return [...authority, ...calendars];
}

const SLOT = Symbol.for("beacon.context");
type Holder = { [SLOT]?: Context };

/**
 * The context of this process, built at the first call.
 *
 * Next loads modules more than once in one process, and each copy would build its own pools and
 * stores: so the one context hangs on `globalThis`.
 */
export function getContext(): Context {
  const holder = globalThis as Holder;
  holder[SLOT] ??= buildContext(readEnv(), processMetrics());
  return holder[SLOT];
}

/** A context of its own, for tests and tools that work on another installation than the environment's. */
export const contextFor = (env: Env): Context => buildContext(env, createMetrics());

/** One snapshot of the log's tables. For `beacon log fsck`. @throws BeaconError DATABASE_UNAVAILABLE */
export const openInspection = (databaseUrl: string): Promise<LogInspection> =>
  inspectLog(databaseUrl);

/** Judges a time-stamp file offline. For `beacon anchor verify`. */
export const verifyTimeStamp = verifyTimeStampFile;

/** What makes and reads the images of rented machines. For `beacon image`. */
export const imageTools = { buildExitImage, buildImage, readImageFile } as const;

/** A new key in a new file; null when the file exists. For `beacon keygen`. */
export const createKey = (path: string): Signer | null => createKeyFile(path);

/** The Ed25519 key in a file. Null: there is no such file. @throws BeaconError KEY_FILE_INVALID */
export const readKey = (path: string): Signer | null => readKeyFile(path);

/** A new ML-DSA-44 key in a new file; null when the file exists. For `beacon keygen`. */
export async function createMlDsaKey(path: string): Promise<{ publicKey: Uint8Array } | null> {
  const { createMlDsaKeyFile } = await import("@/server/adapters/keys/mldsa-key-file");
  return createMlDsaKeyFile(path);
}

/**
 * A witness of its own, for `beacon witness`. It needs nothing of an installation.
 *
 * @throws BeaconError KEY_FILE_INVALID, and what `startStandAloneWitness` throws.
 */
export async function openWitness({
  name,
  keyFiles,
  ...asked
}: Pick<StandAloneWitnessOptions, "logLines" | "stateFolder" | "host" | "port" | "onAnswer"> & {
  readonly name: string;
  readonly keyFiles: readonly string[];
}): Promise<StandAloneWitness> {
  const { readCosignerKey } = await import("@/server/adapters/keys/cosigner-key");
  const { startStandAloneWitness } = await import("@/server/adapters/witness/stand-alone-witness");
  const log = logger.child({ component: "witness" });
  return startStandAloneWitness({
    ...asked,
    signers: keyFiles.map((path) => ({ ...readCosignerKey(path), name })),
    now: () => new Date(),
    onFailure: (err) => log.error({ err }, "a request failed"),
  });
}

/**
 * Puts the runner's key of a state folder aside, so that the next start makes a new one. For
 * `beacon key rotate`; nothing may run on the folder.
 */
export const retireRunner = (home: string, reason: RetirementReason) =>
  retireRunnerKey(join(home, "keys"), reason);

/** Keys of services, for as long as a request needs one. */
export type ServiceKeys = {
  /**
   * The key of a service that a job spec names; null: none is stored, and it may want none.
   *
   * @throws BeaconError SERVICE_NOT_FOUND; SERVICE_INVALID when the service is not where the spec says any
   *   more: its key was entered for another address; VAULT_KEY_WRONG, KEY_FILE_INVALID
   */
  keyOf(service: KeyedServiceRef): Promise<string | null>;
};

/** Decrypts keys of services. Loaded only by processes that talk to services. */
export async function openServiceKeys({
  env,
  services,
}: Pick<Context, "env" | "services">): Promise<ServiceKeys> {
  const { createOpener } = await import("@/server/adapters/keys/vault-opener");
  const opener = createOpener(vaultOf(env));
  return {
    async keyOf(service) {
      const asked = addressOf(service);
      const known = await services.sealedKey(asked.id);
      if (known === null)
        throw new BeaconError("SERVICE_NOT_FOUND", `There is no service ${asked.id} here.`);
      if (!isSameAddress(known.address, asked))
        throw new BeaconError(
          "SERVICE_INVALID",
          `${asked.id} was moved after the job was submitted: its key is not for the address that the job asks.`,
        );
      return known.sealed === null ? null : opener.open(asked, known.sealed);
    },
  };
}

/** Moves the vault to a new master key. For `beacon vault rotate`. */
export async function openVaultRotation({ env }: Pick<Context, "env">): Promise<VaultRotation> {
  const { createVaultRotation } = await import("@/server/adapters/keys/vault-rotation");
  return createVaultRotation(vaultOf(env));
}
