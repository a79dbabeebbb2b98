import type { CountryCode } from "@/schemas/country";
import type { Amount, JobId, SessionId } from "@/schemas/primitives";
import type { GeoEvidence } from "@/schemas/snapshot";
import type { WithDeadline } from "@/server/adapters/clock/deadline";
import type { EventBus } from "@/server/adapters/db/event-bus";
import type { JobStore, StoredJob } from "@/server/adapters/db/job-store";
import type { SessionRow, SessionStore } from "@/server/adapters/db/session-store";
import type { TaskStore } from "@/server/adapters/db/task-store";
import type { Settlement, Vantage, VantageRenter } from "@/server/adapters/golem/vantage";
import type { Producer } from "@/server/adapters/queue/producer";
import { BeaconError, isBeaconError } from "@/server/domain/errors";
import { sessionIdFrom } from "@/server/domain/identity";
import { addAmounts, subtractAmounts, unitsOf } from "@/server/domain/job/amount";
import type { Logger } from "@/server/telemetry/logger";

/** A session with its provider rented. */
export type OpenSession = {
  readonly job: StoredJob;
  readonly id: SessionId;
  readonly country: CountryCode;
  readonly vantage: Vantage;
  readonly geo: GeoEvidence;
};

export type RunSessionDeps = {
  readonly jobs: Pick<JobStore, "byId" | "replaceAllocation">;
  readonly tasks: Pick<TaskStore, "extendLeases" | "release" | "open">;
  readonly sessions: Pick<
    SessionStore,
    "begin" | "heartbeat" | "opened" | "recordGeo" | "end" | "ofJob"
  >;
  readonly renter: VantageRenter;
  readonly bus: Pick<EventBus, "announce">;
  readonly producer: Pick<Producer, "enqueue">;
  /** Looks so many times more at where the exit comes out, and judges all looks together. */
  readonly lookAtExit: (
    vantage: Vantage,
    before: GeoEvidence["probes"],
    times: number,
  ) => Promise<GeoEvidence>;
  /** Asks what is open of the session's country, until nothing is or `stop` aborts. */
  readonly askTasks: (session: OpenSession, stop: AbortSignal) => Promise<void>;
  readonly log: Logger;
  readonly withDeadline: WithDeadline;
  readonly now: () => Date;
  readonly random16: () => Uint8Array;
};

/** A session that has shown no life for so long is lost, and its tasks are given to another. */
export const LEASE_MS = 12_000;
const HEARTBEAT_MS = 3_000;
const RENT_TIMEOUT_MS = 60_000;
/** How long renting may go on after it was told to stop, to end what is half rented. */
const RENT_GRACE_MS = 3_000;
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
  if (job === null || (job.dispatchedAt === null && job.intentIndex === null)) return;
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
      if (await deps.sessions.heartbeat(id, at))
        await deps.tasks.extendLeases(id, new Date(at.getTime() + LEASE_MS));
      else lost.abort();
    } catch (error) {
      log.warn({ err: error }, "heartbeat failed, it will be tried again");
    }
  }
  let vantage: Vantage | null = null;
  try {
    vantage = await rent(deps, job, slot, [signal, lost.signal]);
    await deps.sessions.opened(id, {
      providerId: vantage.provider.id,
      providerName: vantage.provider.name,
      agreementId: vantage.agreementId,
      activityId: vantage.activityId,
    });
    await deps.bus.announce({ kind: "job.changed", jobId: job.id });
    log.info(
      { providerId: vantage.provider.id, agreementId: vantage.agreementId },
      "provider rented",
    );
    const stop = AbortSignal.any([signal, lost.signal, vantage.lost]);
    const geo = await deps.lookAtExit(vantage, [], 2);
    await deps.sessions.recordGeo(id, geo);
    await deps.askTasks({ job, id, country: slot.country, vantage, geo }, stop);
    if ((await deps.tasks.open(job.id)).length === 0)
      await deps.producer.enqueue("job.compare", job.id, { jobId: job.id });
    if (!vantage.lost.aborted)
      await deps.sessions.recordGeo(id, await deps.lookAtExit(vantage, geo.probes, 1));
    const settlement = await vantage.settle(SETTLE_TIMEOUT_MS);
    await deps.sessions.end(id, endOf(vantage, lost.signal, settlement, deps.now()));
  } catch (error) {
    const reason = isBeaconError(error) ? `${error.code}: ${error.message}` : "an error of our own";
    log.warn({ err: error }, "vantage session ended early");
    const settlement = await vantage?.settle(SETTLE_TIMEOUT_MS);
    await deps.sessions.end(id, {
      status: "LOST",
      at: deps.now(),
      costGlm: settlement?.costGlm ?? null,
      reason,
    });
    if (!isBeaconError(error)) throw error;
  } finally {
    clearInterval(heartbeat);
    await deps.tasks.release(id, null);
    await deps.bus.announce({ kind: "job.changed", jobId: job.id });
  }
}

const endOf = (vantage: Vantage, lost: AbortSignal, { costGlm, problem }: Settlement, at: Date) =>
  vantage.lost.aborted || lost.aborted || costGlm === null
    ? {
        status: "LOST" as const,
        at,
        costGlm,
        reason: problem ?? "the provider or its agreement went away",
      }
    : { status: "SETTLED" as const, at, costGlm, reason: problem };

const hasWork = async (
  deps: Pick<RunSessionDeps, "tasks">,
  slot: { readonly jobId: JobId; readonly country: CountryCode },
): Promise<boolean> =>
  (await deps.tasks.open(slot.jobId)).some(
    ({ country, queued }) => country === slot.country && queued > 0,
  );

/** Rents a provider under the job's allocation, and not one that this job has lost before. */
async function rent(
  deps: RunSessionDeps,
  job: StoredJob,
  slot: { readonly country: CountryCode },
  signals: readonly AbortSignal[],
): Promise<Vantage> {
  const earlier = await deps.sessions.ofJob(job.id);
  const allocationId = await allocationOf(deps, job, spentBy(earlier));
  return deps.withDeadline(RENT_TIMEOUT_MS, signals, (signal) =>
    orAbandoned(
      deps.renter.rent({
        country: slot.country,
        allocationId,
        rentMs: Math.max(0, job.deadlineAt.getTime() - deps.now().getTime()) + RENT_MARGIN_MS,
        signal,
        avoid: lostLately(earlier.filter(({ country }) => country === slot.country)),
      }),
      signal,
    ),
  );
}

/**
 * What `renting` comes to, or a failure once `signal` has aborted and nothing has come for a while: a
 * library that waits for a network that is gone must not hold the slot. What it rents all the same is
 * settled.
 */
function orAbandoned(renting: Promise<Vantage>, signal: AbortSignal): Promise<Vantage> {
  return new Promise((resolve, reject) => {
    let isAbandoned = false;
    const abandon = () =>
      setTimeout(() => {
        isAbandoned = true;
        reject(new BeaconError("GOLEM_UNAVAILABLE", "renting a provider did not end in time"));
      }, RENT_GRACE_MS).unref();
    if (signal.aborted) abandon();
    else signal.addEventListener("abort", abandon, { once: true });
    renting
      .then((vantage) => (isAbandoned ? void vantage.settle(SETTLE_TIMEOUT_MS) : resolve(vantage)))
      .catch(reject);
  });
}

/**
 * The providers that a country's newest sessions were lost with, back to one that settled or that
 * found nobody to rent: when all are avoided, all get another chance.
 */
function lostLately(sessions: readonly SessionRow[]): readonly string[] {
  const ended = sessions.filter(({ endedAt }) => endedAt !== null);
  const isLoss = ({ status, providerId }: SessionRow) => status === "LOST" && providerId !== null;
  const streak = ended.slice(ended.findLastIndex((session) => !isLoss(session)) + 1);
  return streak.flatMap(({ providerId }) => providerId ?? []);
}

/** What a job's sessions have cost so far, as far as it is known. */
const spentBy = (sessions: readonly SessionRow[]): Amount =>
  addAmounts(...sessions.flatMap(({ costGlm }) => costGlm ?? []));

/**
 * The job's allocation; made by whichever session comes first, and again when the network lost it,
 * over what is left of the budget.
 *
 * @throws BeaconError GOLEM_BUDGET_SPENT
 */
async function allocationOf(deps: RunSessionDeps, job: StoredJob, spent: Amount): Promise<string> {
  const known = (await deps.jobs.byId(job.id))?.allocationId ?? null;
  if (known !== null && (await deps.renter.allocation(known)) !== null) return known;
  const expiresAt = new Date(job.deadlineAt.getTime() + 2 * RENT_MARGIN_MS);
  const left = subtractAmounts(job.spec.budget.glm, spent) ?? "0";
  if (unitsOf(left) === 0n)
    throw new BeaconError("GOLEM_BUDGET_SPENT", `nothing is left of the budget of job ${job.id}`);
  const made = await deps.renter.createAllocation(left, expiresAt);
  if (await deps.jobs.replaceAllocation(job.id, known, made.id)) return made.id;
  await deps.renter.releaseAllocation(made.id);
  return allocationOf(deps, job, spent);
}
