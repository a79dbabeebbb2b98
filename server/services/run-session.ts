import type { CountryCode } from "@/schemas/country";
import type { JobId, SessionId } from "@/schemas/primitives";
import type { GeoEvidence } from "@/schemas/snapshot";
import type { EventBus } from "@/server/adapters/db/event-bus";
import type { JobStore, StoredJob } from "@/server/adapters/db/job-store";
import type { SessionStore } from "@/server/adapters/db/session-store";
import type { Outcome, TaskRow, TaskStore } from "@/server/adapters/db/task-store";
import type { AddressDatabase } from "@/server/adapters/geo/address-database";
import type { Settlement, Vantage, VantageRenter } from "@/server/adapters/golem/vantage";
import type { Producer } from "@/server/adapters/queue/producer";
import { isBeaconError } from "@/server/domain/errors";
import { sessionIdFrom } from "@/server/domain/identity";
import { instantOf } from "@/server/domain/time";
import { judgeGeo } from "@/server/domain/vantage/judge-geo";
import type { Logger } from "@/server/telemetry/logger";

/** What a session does with the tasks that it holds; the composition hands in the services that do it. */
export type TaskWork = {
  /** Null: the provider was lost before a response began. */
  execute(job: StoredJob, sessionId: SessionId, vantage: Vantage, task: TaskRow): Promise<Outcome | null>;
  close(
    job: StoredJob,
    sessionId: SessionId,
    finished: readonly { task: TaskRow; outcome: Outcome; vantage: { providerId: string; geo: GeoEvidence["verdict"] } }[],
  ): Promise<number>;
};

export type RunSessionDeps = {
  readonly jobs: Pick<JobStore, "byId" | "replaceAllocation">;
  readonly tasks: Pick<TaskStore, "claim" | "extendLeases" | "release" | "open">;
  readonly sessions: Pick<SessionStore, "begin" | "heartbeat" | "opened" | "recordGeo" | "end" | "ofJob">;
  readonly renter: VantageRenter;
  readonly databases: readonly AddressDatabase[];
  readonly bus: Pick<EventBus, "announce">;
  readonly producer: Pick<Producer, "enqueue">;
  readonly work: TaskWork;
  readonly log: Logger;
  readonly now: () => Date;
  readonly random16: () => Uint8Array;
};

/** A session that has shown no life for so long is lost, and its tasks are given to another. */
export const LEASE_MS = 12_000;
const HEARTBEAT_MS = 3_000;
/** Tasks of one session that are asked at the same time. */
const CONCURRENCY = 16;
/** Tasks claimed at once: enough that claiming never waits, few enough that a lost session gives little back. */
const CLAIM = 64;
const PROBE_TIMEOUT_MS = 5_000;
const RENT_TIMEOUT_MS = 90_000;
const SETTLE_TIMEOUT_MS = 10_000;
/** How long a rented provider is kept at most beyond the job's deadline. */
const RENT_MARGIN_MS = 5 * 60_000;

/**
 * One vantage session: rents a provider in one country, looks where its exit comes out, asks the
 * open tasks of that country through it until none is left, and settles the bill.
 *
 * May be run any number of times for the same slot: one session holds it, the others return at once.
 * May die at any point: tasks it held go back when their lease ends.
 *
 * @param signal ends the session early: nothing new is claimed, what is held is given back.
 */
export async function runSession(
  deps: RunSessionDeps,
  slot: { readonly jobId: JobId; readonly country: CountryCode; readonly slot: number },
  signal: AbortSignal,
): Promise<void> {
  const job = await deps.jobs.byId(slot.jobId);
  if (job === null || job.dispatchedAt === null && job.intentIndex === null) return;
  if (!(await hasWork(deps, slot))) return;
  const id = sessionIdFrom(deps.random16());
  const startedAt = deps.now();
  const aliveSince = new Date(startedAt.getTime() - LEASE_MS);
  if (!(await deps.sessions.begin({ ...slot, id, startedAt }, aliveSince))) return;
  const log = deps.log.child({ jobId: job.id, sessionId: id, country: slot.country });

  const lost = new AbortController();
  const heartbeat = setInterval(() => void beat(), HEARTBEAT_MS);
  async function beat(): Promise<void> {
    try {
      const at = deps.now();
      if (!(await deps.sessions.heartbeat(id, at))) lost.abort();
      await deps.tasks.extendLeases(id, new Date(at.getTime() + LEASE_MS));
    } catch (error) {
      log.warn({ err: error }, "heartbeat failed, it will be tried again");
    }
  }
  let vantage: Vantage | null = null;
  try {
    vantage = await rent(deps, job, slot, AbortSignal.any([signal, lost.signal]));
    await deps.sessions.opened(id, {
      providerId: vantage.provider.id,
      providerName: vantage.provider.name,
      agreementId: vantage.agreementId,
      activityId: vantage.activityId,
    });
    await deps.bus.announce([{ kind: "job.changed", jobId: job.id }]);
    log.info({ providerId: vantage.provider.id, agreementId: vantage.agreementId }, "provider rented");
    const stop = AbortSignal.any([signal, lost.signal, vantage.lost]);
    const geo = await evidence(deps, vantage, [], 2);
    await deps.sessions.recordGeo(id, geo);
    await askAll({ ...deps, log }, { job, id, vantage, geo, slot }, stop);
    if ((await deps.tasks.open(job.id)).length === 0)
      await deps.producer.enqueue("job.compare", job.id, { jobId: job.id });
    if (!vantage.lost.aborted)
      await deps.sessions.recordGeo(id, await evidence(deps, vantage, geo.probes, 1));
    const settlement = await vantage.settle(SETTLE_TIMEOUT_MS);
    await deps.sessions.end(id, endOf(vantage, lost.signal, settlement, deps.now()));
  } catch (error) {
    const reason = isBeaconError(error) ? `${error.code}: ${error.message}` : "an error of our own";
    log.warn({ err: error }, "vantage session ended early");
    const settlement = await vantage?.settle(SETTLE_TIMEOUT_MS);
    await deps.sessions.end(id, { status: "LOST", at: deps.now(), costGlm: settlement?.costGlm ?? null, reason });
    if (!isBeaconError(error)) throw error;
  } finally {
    clearInterval(heartbeat);
    await deps.tasks.release(id, null);
    await deps.bus.announce([{ kind: "job.changed", jobId: job.id }]);
  }
}

const endOf = (vantage: Vantage, lost: AbortSignal, { costGlm, problem }: Settlement, at: Date) =>
  vantage.lost.aborted || lost.aborted
    ? { status: "LOST" as const, at, costGlm, reason: "the provider or its agreement went away" }
    : { status: "SETTLED" as const, at, costGlm, reason: problem };

const hasWork = async (
  deps: Pick<RunSessionDeps, "tasks">,
  slot: { readonly jobId: JobId; readonly country: CountryCode },
): Promise<boolean> =>
  (await deps.tasks.open(slot.jobId)).some(({ country, queued }) => country === slot.country && queued > 0);

/** Rents a provider under the job's allocation, and not one that this job has lost before. */
async function rent(
  deps: RunSessionDeps,
  job: StoredJob,
  slot: { readonly country: CountryCode },
  signal: AbortSignal,
): Promise<Vantage> {
  const earlier = await deps.sessions.ofJob(job.id);
  const avoid = earlier.flatMap(({ status, providerId }) =>
    status === "LOST" && providerId !== null ? [providerId] : [],
  );
  return deps.renter.rent({
    country: slot.country,
    allocationId: await allocationOf(deps, job),
    rentMs: Math.max(0, job.deadlineAt.getTime() - deps.now().getTime()) + RENT_MARGIN_MS,
    signal: AbortSignal.any([signal, AbortSignal.timeout(RENT_TIMEOUT_MS)]),
    avoid,
  });
}

/** The job's allocation; made by whichever session comes first, and again when the network lost it. */
async function allocationOf(deps: RunSessionDeps, job: StoredJob): Promise<string> {
  const known = (await deps.jobs.byId(job.id))?.allocationId ?? null;
  if (known !== null && (await deps.renter.allocation(known)) !== null) return known;
  const expiresAt = new Date(job.deadlineAt.getTime() + 2 * RENT_MARGIN_MS);
  const made = await deps.renter.createAllocation(job.spec.budget.glm, expiresAt);
  if (await deps.jobs.replaceAllocation(job.id, known, made.id)) return made.id;
  await deps.renter.releaseAllocation(made.id);
  return allocationOf(deps, job);
}

/** Looks `times` more at where the exit comes out, and judges all looks together. */
async function evidence(
  deps: Pick<RunSessionDeps, "databases">,
  vantage: Vantage,
  before: GeoEvidence["probes"],
  times: number,
): Promise<GeoEvidence> {
  const probes = [...before];
  for (let look = 0; look < times; look++) {
    const probe = await vantage.probeExit(AbortSignal.timeout(PROBE_TIMEOUT_MS)).catch((error: unknown) => {
      if (isBeaconError(error)) return null;
      throw error;
    });
    if (probe !== null)
      probes.push({
        at: instantOf(probe.at),
        observedAddress: probe.observedAddress,
        roundTripMs: probe.roundTripMs,
        databases: deps.databases.map(({ name, countryOf }) => ({
          name,
          country: countryOf(probe.observedAddress),
        })),
      });
  }
  const judged = probes.map(({ databases }) => ({ opinions: databases.map(({ country }) => country) }));
  return {
    claimed: { country: vantage.country, source: vantage.claimSource },
    probes,
    verdict: judgeGeo(vantage.country, judged),
  };
}

type Running = {
  readonly job: StoredJob;
  readonly id: SessionId;
  readonly vantage: Vantage;
  readonly geo: GeoEvidence;
  readonly slot: { readonly jobId: JobId; readonly country: CountryCode };
};

/** Claims, asks and closes tasks, `CONCURRENCY` at a time, until none is left or `stop` aborts. */
async function askAll(deps: RunSessionDeps, running: Running, stop: AbortSignal): Promise<void> {
  const { job, id, vantage, geo, slot } = running;
  const claimed: TaskRow[] = [];
  let claiming: Promise<void> | null = null;
  let isExhausted = false;

  async function claim(): Promise<void> {
    const leaseUntil = new Date(deps.now().getTime() + LEASE_MS);
    const tasks = await deps.tasks.claim({ ...slot, sessionId: id, limit: CLAIM, leaseUntil });
    claimed.push(...tasks);
    if (tasks.length < CLAIM) isExhausted = true;
  }
  async function next(): Promise<TaskRow | null> {
    while (!stop.aborted) {
      if (claimed.length <= CONCURRENCY && !isExhausted)
        claiming ??= claim().finally(() => {
          claiming = null;
        });
      const task = claimed.shift();
      if (task !== undefined) return task;
      if (claiming === null) return null;
      await claiming;
    }
    return null;
  }

  const closer = createCloser(deps, running);
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (let task = await next(); task !== null; task = await next()) {
        const outcome = await deps.work.execute(job, id, vantage, task);
        if (outcome === null) await deps.tasks.release(id, [task.id]);
        else closer.add({ task, outcome, vantage: { providerId: vantage.provider.id, geo: geo.verdict } });
      }
    }),
  );
  await closer.finish();
}

/** Closes finished tasks in batches: what comes in while one batch is being stored makes the next. */
function createCloser(deps: RunSessionDeps, { job, id }: Running) {
  type Finished = Parameters<TaskWork["close"]>[2][number];
  let waiting: Finished[] = [];
  let storing: Promise<void> | null = null;
  async function store(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await deps.work.close(job, id, batch);
      await deps.bus.announce([{ kind: "job.changed", jobId: job.id }]);
    }
  }
  const start = () => {
    storing ??= store().finally(() => {
      storing = null;
    });
    return storing;
  };
  let failure: unknown = null;
  return {
    add(finished: Finished): void {
      waiting.push(finished);
      start().catch((error: unknown) => {
        failure ??= error;
      });
    },
    async finish(): Promise<void> {
      await storing?.catch(() => {});
      if (failure !== null) throw failure;
      await start();
    },
  };
}
