import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Amount } from "@/schemas/primitives";
import type { Anchor } from "@/server/adapters/anchor/anchor";
import { createCalendarAnchor } from "@/server/adapters/anchor/calendar-anchor";
import {
  createTimeStampAnchor,
  verifyTimeStamp as verifyTimeStampFile,
} from "@/server/adapters/anchor/time-stamp-anchor";
import { type WithDeadline, withDeadline } from "@/server/adapters/clock/deadline";
import { type AccountStore, createAccountStore } from "@/server/adapters/db/account-store";
import { type AnchorStore, createAnchorStore } from "@/server/adapters/db/anchor-store";
import { type BlockOutbox, createBlockOutbox } from "@/server/adapters/db/block-outbox";
import { createPrisma } from "@/server/adapters/db/client";
import { type ClosingStore, createClosingStore } from "@/server/adapters/db/closing-store";
import { type ComparisonStore, createComparisonStore } from "@/server/adapters/db/comparison-store";
import { createEventBus, type EventBus } from "@/server/adapters/db/event-bus";
import { createJobStore, type JobStore } from "@/server/adapters/db/job-store";
import { createLogHalt, type LogHalt } from "@/server/adapters/db/log-halt";
import { inspectLog, type LogInspection } from "@/server/adapters/db/log-inspection";
import { createLogStore, type LogStore } from "@/server/adapters/db/log-store";
import { createProbeStore, type ProbeStore } from "@/server/adapters/db/probe-store";
import { createSessionStore, type SessionStore } from "@/server/adapters/db/session-store";
import { createTaskStore, type TaskStore } from "@/server/adapters/db/task-store";
import { createWitnessStore, type WitnessStore } from "@/server/adapters/db/witness-store";
import type { AddressDatabase } from "@/server/adapters/geo/address-database";
import { loopbackDatabases } from "@/server/adapters/geo/loopback-databases";
import type { VantageRenter } from "@/server/adapters/golem/vantage";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import { createDiskStore } from "@/server/adapters/ipfs/disk-store";
import { createKuboStore } from "@/server/adapters/ipfs/kubo-store";
import { openKeys } from "@/server/adapters/keys/file-keys";
import { createKeyFile } from "@/server/adapters/keys/key-file";
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
import type { Model } from "@/server/adapters/llm/model";
import { openAiCompatible } from "@/server/adapters/llm/openai-compatible";
import { createProducer, type Producer } from "@/server/adapters/queue/producer";
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
import { defaultOrigin } from "@/server/domain/log/origin";
import { formatPolicy, type Policy } from "@/server/domain/log/policy";
import {
  formatVerifierKey,
  type VerifierKey,
  verifierKeyOf,
} from "@/server/domain/log/verifier-key";
import { type Env, publicUrlOf, readEnv } from "@/server/env";
import { type Logger, logger, setLogLevel } from "@/server/telemetry/logger";

/** Everything that one process works with: built once, handed to services piece by piece. */
export type Context = {
  readonly env: Env;
  readonly publicUrl: string;
  readonly logger: Logger;
  readonly now: () => Date;
  readonly random16: () => Uint8Array;
  readonly withDeadline: WithDeadline;

  readonly jobs: JobStore;
  readonly tasks: TaskStore;
  readonly sessions: SessionStore;
  readonly comparisons: ComparisonStore;
  readonly accounts: AccountStore;
  readonly log: LogStore;
  /** The mark that stops the log's writers. */
  readonly logHalt: LogHalt;
  readonly closings: ClosingStore;
  readonly anchors: AnchorStore;
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
  readonly probes: ProbeStore;
  readonly tree: Tree;

  readonly origin: string;
  readonly logKey: Signer;
  readonly logVerifierKey: string;
  readonly runner: Signer;
  /** Keys that signed entries here before. */
  readonly retiredKeys: readonly RetiredKey[];
  readonly witnesses: readonly Witness[];
  /** What came of asking them. */
  readonly witnessStore: WitnessStore;
  readonly policy: Policy;
  readonly policyText: string;

  /** Who may add leaves from outside; null: nobody. */
  readonly submitters: Submitters | null;
  /** Models that jobs can ask here. */
  readonly models: readonly string[];
  readonly limits: { readonly glm: Amount; readonly usd: Amount };
  /** Whether what jobs ask here is simulated. */
  readonly simulated: boolean;
  readonly model: Model;
  /** Who says where an address is. */
  readonly databases: readonly AddressDatabase[];
  /** Signs people's session cookies. */
  readonly sessionSecret: string;
  /** Lets the command line act as an admin of this installation. */
  readonly operatorToken: string;
  readonly signInThrottle: Throttle;
  readonly hashPassword: (password: string) => Promise<string>;
  readonly isPassword: (password: string, hash: string) => Promise<boolean>;
  /** The ICU version whose word segmentation comparisons use. */
  readonly icu: string;

  close(): Promise<void>;
};

/** Guesses at one account's password a minute. */
const SIGN_IN_TRIES = 10;

/** @throws BeaconError CONFIG_INVALID without a database, KEY_FILE_INVALID */
function buildContext(env: Env): Context {
  if (env.DATABASE_URL === undefined)
    throw new BeaconError(
      "CONFIG_INVALID",
      "DATABASE_URL is not set; `npm start` sets it for its own processes.",
    );
  setLogLevel(env.LOG_LEVEL);
  mkdirSync(env.BEACON_HOME, { recursive: true });
  const now = () => new Date();
  const prisma = createPrisma(env.DATABASE_URL);
  const log = createLogStore(prisma, env.DATABASE_URL);
  const bus = createEventBus(env.DATABASE_URL, now, logger.child({ component: "events" }));
  const outbox = createBlockOutbox(prisma, now);
  const blocks = createDiskStore(join(env.BEACON_HOME, "blocks"));
  const producer = createProducer(env.DATABASE_URL, logger.child({ component: "queue" }));
  const keys = openKeys(join(env.BEACON_HOME, "keys"));
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
    now,
    random16: () => randomBytes(16),
    withDeadline,
    jobs: createJobStore(prisma),
    tasks: createTaskStore(prisma),
    sessions: createSessionStore(prisma),
    comparisons: createComparisonStore(prisma),
    accounts: createAccountStore(prisma),
    log,
    logHalt: createLogHalt(prisma),
    closings: createClosingStore(prisma),
    bus,
    anchors: createAnchorStore(prisma),
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
    probes: createProbeStore(prisma),
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
    witnessStore: createWitnessStore(prisma),
    policy,
    policyText: formatPolicy(policy),
    submitters: openSubmitters({
      token: env.BEACON_TLOG_ADD_TOKEN,
      keyFile: env.BEACON_TLOG_ADD_KEYS,
    }),
    models: CONTROL_MODELS.map(({ id }) => id),
    limits: { glm: env.BEACON_BUDGET_LIMIT_GLM, usd: env.BEACON_BUDGET_LIMIT_USD },
    simulated: true,
    model: openAiCompatible(),
    databases: loopbackDatabases,
    sessionSecret: openSecret(join(env.BEACON_HOME, "keys", "session.secret")),
    operatorToken: openSecret(join(env.BEACON_HOME, "keys", "operator.token")),
    hashPassword,
    isPassword,
    signInThrottle: createThrottle(SIGN_IN_TRIES, 60_000, now),
    icu: process.versions.icu ?? "unknown",
    async close() {
      await producer.close();
      await bus.close();
      await log.close();
      await prisma.$disconnect();
    },
  };
}

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
  holder[SLOT] ??= buildContext(readEnv());
  return holder[SLOT];
}

/** A context of its own, for tests and tools that work on another installation than the environment's. */
export const contextFor = (env: Env): Context => buildContext(env);

/** The application key that the loopback network and its requestor share. */
const loopbackKey = (env: Env) => openSecret(join(env.BEACON_HOME, "keys", "loopback.key"));

/** How the waits of a rental are bounded on the loopback network, where nothing is far away. */
const LOOPBACK_PATIENCE = {
  offerMs: 10_000,
  approvalMs: 12_000,
  deployMs: 20_000,
  lossCheckMs: 2_000,
};

/** Above these no provider is rented. */
const MAX_PRICES = { startGlm: 0.05, cpuHourGlm: 0.5, envHourGlm: 0.5 };

/**
 * The requestor's side of the Golem network. Loaded only by the process that rents: golem-js may take
 * its process down.
 *
 * @param onUnavailable the process must end and be started again.
 * @throws BeaconError GOLEM_UNAVAILABLE
 */
export async function openRenter(
  { env, databases, now }: Context,
  onUnavailable: (reason: string) => void,
): Promise<VantageRenter> {
  if (env.BEACON_LOOPBACK_PORT === undefined)
    throw new BeaconError(
      "CONFIG_INVALID",
      "BEACON_LOOPBACK_PORT is not set; `npm start` sets it for its own processes.",
    );
  const { createGolemRenter } = await import("@/server/adapters/golem/golem-renter");
  const url = `http://127.0.0.1:${env.BEACON_LOOPBACK_PORT}`;
  return createGolemRenter({
    yagna: { url, appKey: loopbackKey(env) },
    payment: { driver: "erc20", network: "hoodi", token: "tglm" },
    simulated: true,
    relayUrl: `${url}/relay`,
    echoUrl: `${url}/echo`,
    databases,
    image: { url: `${url}/control-model.gvmi`, hash: "0".repeat(56) },
    maxPrices: MAX_PRICES,
    patience: LOOPBACK_PATIENCE,
    now,
    onUnavailable,
  });
}

/** One snapshot of the log's tables. For `beacon log fsck`. @throws BeaconError DATABASE_UNAVAILABLE */
export const openInspection = (databaseUrl: string): Promise<LogInspection> =>
  inspectLog(databaseUrl);

/** Judges a time-stamp file offline. For `beacon anchor verify`. */
export const verifyTimeStamp = verifyTimeStampFile;

/** A new key in a new file; null when the file exists. For `beacon keygen`. */
export const createKey = (path: string): Signer | null => createKeyFile(path);

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
}: Pick<StandAloneWitnessOptions, "logLines" | "stateFolder" | "host" | "port"> & {
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
    appKey: loopbackKey(env),
    latencyMs: env.BEACON_CONTROL_LATENCY_MS,
    answer: answerAsControlModel,
    models: CONTROL_MODELS.map(({ id }) => id),
    now: () => new Date(),
  });
}
