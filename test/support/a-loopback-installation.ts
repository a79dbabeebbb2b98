import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import pino from "pino";
import { z } from "zod";
import type { JobSpec } from "@/schemas/job-spec";
import { Amount, type JobId } from "@/schemas/primitives";
import { createGolemRenter } from "@/server/adapters/golem/golem-renter";
import { openHomeDoor } from "@/server/adapters/golem/home-door";
import {
  type LoopbackNetwork,
  startLoopbackNetwork,
} from "@/server/adapters/golem/loopback/network";
import type { RenterPatience } from "@/server/adapters/golem/renter-options";
import type { VantageRenter } from "@/server/adapters/golem/vantage";
import { openSecret } from "@/server/adapters/keys/secret-file";
import { type Context, openServiceKeys } from "@/server/context";
import { answerAsControlModel, CONTROL_MODELS } from "@/server/domain/control/answer";
import { subtractAmounts } from "@/server/domain/job/amount";
import { bookOf, type Golem, golemSettings } from "@/server/golem";
import { ensureSimulatedServices } from "@/server/services/ensure-simulated-services";
import { reapOrphans } from "@/server/services/reap-orphans";
import { LEASE_MS } from "@/server/services/run-session";
import { allRows } from "@/test/support/all-rows";
import { submitted } from "@/test/support/builders";
import { openContext } from "@/test/support/context";
import { eventually } from "@/test/support/fakes";
import { moveAllBlocks } from "@/workers/block-mover";
import { writeLog } from "@/workers/log-writer";
import { golemProcessors, homeProcessors, jobProcessors } from "@/workers/processors";
import { runWorker } from "@/workers/run-worker";

const now = () => new Date();

type NetworkOptions = Partial<Parameters<typeof startLoopbackNetwork>[0]>;

export type LoopbackInstallationOptions = {
  readonly network?: NetworkOptions;
  readonly patience?: Partial<RenterPatience>;
  /** More authorities that exits and home trust, as PEM. */
  readonly trust?: readonly string[];
};

/** A renter with its workers: what the Golem process is. */
export type GolemProcess = {
  readonly renter: VantageRenter;
  /** What it said of yagna's having been away for too long. */
  readonly gone: readonly string[];
  /** Ends as the process does when it is told to. */
  stop(): Promise<void>;
};

/** All that an installation's processes do, in this one, on a loopback network of its own. */
export type LoopbackInstallation = {
  readonly context: Context;
  readonly network: LoopbackNetwork;
  /** Every log line of its workers, unredacted. */
  readonly logLines: readonly string[];
  /** What was spent of each allocation, as yagna said right before it was given back. */
  readonly spent: ReadonlyMap<string, string>;
  /** Starts the process that rents. */
  startGolem(): Promise<GolemProcess>;
  query<T extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<T[]>;
  /** Agreements that yagna still holds for approved. */
  approved(): Promise<readonly unknown[]>;
  /** What yagna's account has paid so far, and what its allocations keep aside. */
  funds(): Promise<{ readonly spentGlm: Amount; readonly reservedGlm: Amount }>;
  submit(fields: Partial<Record<keyof JobSpec, unknown>>): Promise<JobId>;
  /** Waits until a job's comparison is published. */
  compared(id: JobId, timeoutMs: number): Promise<void>;
  /** Jobs whose allocation is not given back. */
  unreleased(): Promise<readonly JobId[]>;
  /** All rows of all its tables. */
  rows(): ReturnType<typeof allRows>;
  close(): Promise<void>;
};

const PATIENCE: RenterPatience = {
  offerMs: 2_000,
  approvalMs: 1_500,
  deployMs: 4_000,
  lossCheckMs: 500,
  holdMs: 500,
  yagnaMs: 20_000,
};
const SWEEP_MS = 500;
const REAP_MS = 2_000;
const FUNDS_GLM: Amount = "1000";

/** How yagna refuses an allocation that is larger than its account. */
const Refusal = z.object({ availableFunds: Amount, reservedFunds: Amount });

/** A new installation with its log, job and home workers running; `startGolem` starts what rents. */
export async function aLoopbackInstallation(
  options: LoopbackInstallationOptions = {},
): Promise<LoopbackInstallation> {
  const open = await openContext();
  const network = await startLoopbackNetwork({
    port: 0,
    answer: answerAsControlModel,
    models: CONTROL_MODELS.map(({ id }) => id),
    latencyMs: 20,
    now,
    fundsGlm: FUNDS_GLM,
    // As a Golem process of its own would share it with its network.
    appKey: openSecret(join(open.context.env.BEACON_HOME, "keys", "loopback.key")),
    ...options.network,
  });
  const yagna = (path: string, init: RequestInit = {}) =>
    fetch(`${network.url}${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${network.appKey}`,
        "content-type": "application/json",
      },
    });
  const logLines: string[] = [];
  const logger = pino({ level: "trace", base: null }, { write: (line) => logLines.push(line) });
  const context: Context = { ...open.context, logger };
  await ensureSimulatedServices(context, network.vendor);
  const keys = await openServiceKeys(context);
  const databaseUrl = context.env.DATABASE_URL ?? "";
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  // The database goes away under it at the end.
  pool.on("error", () => {});
  const stop = new AbortController();
  const on = { ...context, databaseUrl, signal: stop.signal };
  const trust = [network.vendor.caPem, ...(options.trust ?? [])];
  const jobs = jobProcessors(context);
  const home = homeProcessors(
    context,
    {
      openDoor: (origin) =>
        openHomeDoor({ origin, trust: origin.startsWith("https:") ? trust : null }),
    },
    keys,
  );
  const writing = Promise.all([
    writeLog(context, stop.signal),
    moveAllBlocks(context, stop.signal),
  ]);
  const workers = [
    runWorker("job.dispatch", jobs["job.dispatch"], on),
    runWorker("job.compare", jobs["job.compare"], on),
    runWorker("sweep.reconcile", jobs["sweep.reconcile"], on),
    runWorker("home.session", home["home.session"], on),
  ];
  await context.producer.schedule("sweep.reconcile", SWEEP_MS, {});
  const spent = new Map<string, string>();
  const query = async <T extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
  ) => (await pool.query<T>(text, [...values])).rows;
  return {
    context,
    network,
    logLines,
    spent,
    startGolem: () =>
      startGolem({ context, network, trust, spent, patience: options.patience, keys }),
    query,
    approved: async () =>
      z
        .array(z.unknown())
        .parse(await (await yagna("/market-api/v1/agreements?state=Approved")).json()),
    async funds() {
      // More than there is: yagna refuses, and says what there is.
      const wanted = { totalAmount: "900000", paymentPlatform: "erc20-hoodi-tglm" };
      const refused = Refusal.parse(
        await (
          await yagna("/payment-api/v1/allocations", {
            method: "POST",
            body: JSON.stringify(wanted),
          })
        ).json(),
      );
      const spentGlm = subtractAmounts(FUNDS_GLM, refused.availableFunds);
      if (spentGlm === null) throw new Error("there is more than there was");
      return { spentGlm, reservedGlm: refused.reservedFunds };
    },
    submit: (fields) => submitted(context, fields),
    compared: (id, timeoutMs) => eventually(() => isCompared(context, id), timeoutMs),
    unreleased: async () => (await context.jobs.unreleased()).map(({ id }) => id),
    rows: () => allRows(pool),
    async close() {
      stop.abort();
      await Promise.all(workers.map((worker) => worker.close()));
      await writing;
      await pool.end();
      await open.close();
      await network.stop();
    },
  };
}

async function isCompared({ jobs, log }: Context, id: JobId): Promise<boolean> {
  const index = (await jobs.byId(id))?.comparisonIndex ?? null;
  return index !== null && index < (await log.state()).publishedSize;
}

type GolemParts = {
  readonly context: Context;
  readonly network: LoopbackNetwork;
  readonly trust: readonly string[];
  readonly spent: Map<string, string>;
  readonly patience: Partial<RenterPatience> | undefined;
  readonly keys: Awaited<ReturnType<typeof openServiceKeys>>;
};

async function startGolem(parts: GolemParts): Promise<GolemProcess> {
  const { context, network, spent } = parts;
  const gone: string[] = [];
  const env = { ...context.env, BEACON_LOOPBACK_PORT: Number(new URL(network.url).port) };
  const { renting, ...settings } = await golemSettings({ ...context, env });
  const real = await createGolemRenter({
    ...renting,
    trust: parts.trust,
    patience: { ...PATIENCE, ...parts.patience },
    book: bookOf({ ...context, now }),
    onUnavailable: (reason) => gone.push(reason),
  });
  const renter: VantageRenter = {
    simulated: true,
    createAllocation: (...order) => real.createAllocation(...order),
    allocation: (id) => real.allocation(id),
    amendAllocation: (...order) => real.amendAllocation(...order),
    async releaseAllocation(id) {
      const view = await real.allocation(id);
      if (view !== null) spent.set(id, view.spent);
      await real.releaseAllocation(id);
    },
    rent: (order) => real.rent(order),
    reap: (...order) => real.reap(...order),
    close: () => real.close(),
  };
  const golem: Golem = {
    ...settings,
    renter,
    rentTimeoutMs: 20_000,
    // Many jobs share few providers here: one that failed one of them is soon asked by the next.
    backOffMs: 1,
  };
  const stop = new AbortController();
  const databaseUrl = context.env.DATABASE_URL ?? "";
  const on = { ...context, databaseUrl, signal: stop.signal };
  const processors = golemProcessors(context, golem, parts.keys);
  const workers = [
    runWorker("vantage.session", processors["vantage.session"], on),
    runWorker("allocation.release", processors["allocation.release"], on),
  ];
  const reaping = reapOften(context, renter, stop.signal);
  return {
    renter,
    gone,
    async stop() {
      stop.abort();
      await Promise.all(workers.map((worker) => worker.close()));
      await reaping;
      await real.close();
    },
  };
}

/** The reaper, more often than in an installation, where nobody waits for it. */
async function reapOften(
  context: Context,
  renter: VantageRenter,
  signal: AbortSignal,
): Promise<void> {
  const log = context.logger.child({ component: "reaper" });
  while (!signal.aborted) {
    await reapOrphans({ ...context, renter, leaseMs: LEASE_MS, log }).catch((error: unknown) =>
      log.warn({ err: error }, "orphans were not looked for"),
    );
    await sleep(REAP_MS, undefined, { signal }).catch(() => undefined);
  }
}
