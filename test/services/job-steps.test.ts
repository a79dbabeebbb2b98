import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { JobId } from "@/schemas/primitives";
import type { Context } from "@/server/context";
import { canonicalBytes, cidOf } from "@/server/domain/digest";
import { allocationEndOf } from "@/server/domain/golem/rental-length";
import { closeTasks } from "@/server/services/close-tasks";
import { compareJob } from "@/server/services/compare-job";
import { dispatchJob } from "@/server/services/dispatch-job";
import { fileSession } from "@/server/services/file-session";
import { reconcile } from "@/server/services/reconcile";
import { releaseAllocation } from "@/server/services/release-allocation";
import { submitJob } from "@/server/services/submit-job";
import { withdrawJob } from "@/server/services/withdraw-job";
import { aSpec } from "@/test/domain/job/job-specs";
import {
  aJobId,
  announced,
  anOutcome,
  aSessionId,
  DE,
  KE,
  NOBODY_ASKS,
  submitted,
  SOME_VANTAGE as vantage,
  writeAll,
} from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { ownContext } from "@/test/support/context";
import { Crash, crashPointsOf, dyingAt, traced } from "@/test/support/crash-points";
import { fakeProducer } from "@/test/support/fakes";

const house = ownContext();
const LEASE_MS = 12_000;
const atMostUsd = new Map<string, string>();
const billGraceMs = 60_000;
const skip: string[] = [];

/** One sweep, by the clock `at`. Answers the messages that it sent. */
async function sweep(context: Context, at: Date = new Date()) {
  const producer = fakeProducer();
  await reconcile({
    ...context,
    producer,
    leaseMs: LEASE_MS,
    now: () => at,
    closeTasks: (job, finished) => closeTasks(context, job, null, finished),
    fileSession: (id) => fileSession(context, id),
  });
  return producer.messages;
}
const of = (messages: Awaited<ReturnType<typeof sweep>>, queue: string, id: JobId) =>
  messages.filter((one) => one.queue === queue && one.key.startsWith(id));

/** Answers every open task of a job, as its sessions would. */
async function answerAll(context: Context, jobId: JobId): Promise<void> {
  const job = await context.jobs.byId(jobId);
  if (job === null) throw new Error("there is the job");
  for (const country of [DE, KE]) {
    const sessionId = aSessionId(country === DE ? 1 : 2);
    const leaseUntil = new Date(Date.now() + LEASE_MS);
    const { tasks } = await context.tasks.claim({
      jobId,
      country,
      sessionId,
      limit: 64,
      now: context.now(),
      leaseUntil,
      atMostUsd,
      skip,
    });
    await closeTasks(
      context,
      job,
      sessionId,
      tasks.map((task) => ({ task, outcome: anOutcome(task, { sessionId }), vantage })),
    );
  }
}

describe("submitJob", () => {
  it("refuses a model that nobody here can ask", async () => {
    const services = [{ id: "other", door: "model" as const, model: "gpt-nope" }];
    const spec = aSpec({ services, contrasts: [], controls: [] });
    const submitted = submitJob(house.context, "test", { spec, submissionKey: "unknown-model" });
    await expect(submitted).rejects.toMatchObject({ code: "JOB_SPEC_SERVICE_UNKNOWN" });
  });

  it("that dies at any step leaves one job when it is sent again, announced once", async () => {
    const { context } = house;
    const points = [
      ...crashPointsOf(["put"]).map((point) => ({ on: "content" as const, point })),
      ...crashPointsOf(["createOnce"]).map((point) => ({ on: "jobs" as const, point })),
    ];
    for (const { on, point } of points) {
      const input = { spec: aSpec(), submissionKey: randomUUID() };
      const dying = { ...context, [on]: dyingAt(context[on], point) };
      await expect(submitJob(dying, "usr-owner", input)).rejects.toThrow(Crash);
      const { jobId } = await submitJob(context, "usr-owner", input);
      expect((await submitJob(context, "usr-owner", input)).jobId).toBe(jobId);
      expect(await context.tasks.ofJob(jobId)).toHaveLength(4);
    }
    await writeAll(context);
    const report = await checkLog(context);
    expect(report.jobs).toHaveLength(points.length);
  });

  it("keeps the spec's canonical bytes as a block and announces every task in the log", async () => {
    const { context } = house;
    const job = await announced(context);
    const bytes = await context.content.get(job.specCid);
    expect(Uint8Array.from(bytes ?? [])).toEqual(canonicalBytes(aSpec()));
    expect(job.specCid).toBe(cidOf(canonicalBytes(aSpec())));
    const entry = await context.log.entry(job.intentIndex ?? -1);
    expect(JSON.parse(new TextDecoder().decode(entry?.bytes))).toMatchObject({
      type: "beacon.intent/v1",
      job: job.id,
      tasks: 4,
      spec_cid: job.specCid,
    });
  });

  it("refuses a bad spec before anything is stored", async () => {
    const { context } = house;
    const { target, calls } = traced(context.content);
    const input = { spec: { ...aSpec(), repeats: 0 }, submissionKey: randomUUID() };
    await expect(
      submitJob({ ...context, content: target }, "usr-owner", input),
    ).rejects.toMatchObject({ code: "JOB_SPEC_REPEATS_INVALID" });
    expect(calls).toEqual([]);
  });
});

describe("dispatchJob", () => {
  it("that dies at any step asks for every session when it is run again", async () => {
    const { context } = house;
    const points = [
      { on: "producer", point: { method: "enqueue", call: 1, when: "before" } },
      { on: "producer", point: { method: "enqueue", call: 1, when: "after" } },
      { on: "producer", point: { method: "enqueue", call: 2, when: "after" } },
      { on: "jobs", point: { method: "markDispatched", call: 1, when: "before" } },
      { on: "jobs", point: { method: "markDispatched", call: 1, when: "after" } },
    ] as const;
    for (const { on, point } of points) {
      const { id } = await announced(context);
      const producer = fakeProducer();
      const deps = { ...context, producer };
      const dying = { ...deps, [on]: dyingAt(on === "jobs" ? deps.jobs : deps.producer, point) };
      await expect(dispatchJob(dying, id)).rejects.toThrow(Crash);
      await dispatchJob(deps, id);
      expect(new Set(producer.messages.map(({ key }) => key))).toEqual(
        new Set([`${id}-DE-0`, `${id}-KE-0`]),
      );
      expect((await context.jobs.byId(id))?.dispatchedAt).not.toBeNull();
    }
  });

  it("is not asked for before a published checkpoint includes the intent", async () => {
    const { context } = house;
    const id = await submitted(context);
    expect(of(await sweep(context), "job.dispatch", id)).toEqual([]);
    await writeAll(context);
    expect(of(await sweep(context), "job.dispatch", id)).toHaveLength(1);
    await dispatchJob({ ...context, producer: fakeProducer() }, id);
    expect(of(await sweep(context), "job.dispatch", id)).toEqual([]);
  });
});

describe("compareJob", () => {
  it("that dies at any step leaves one comparison when it is run again", async () => {
    const { context } = house;
    const points = [
      { on: "jobs", point: { method: "byId", call: 1, when: "after" } },
      { on: "tasks", point: { method: "ofJob", call: 1, when: "after" } },
      { on: "content", point: { method: "put", call: 1, when: "before" } },
      { on: "content", point: { method: "put", call: 1, when: "after" } },
      { on: "comparisons", point: { method: "createOnce", call: 1, when: "before" } },
      { on: "comparisons", point: { method: "createOnce", call: 1, when: "after" } },
      { on: "bus", point: { method: "announce", call: 1, when: "before" } },
    ] as const;
    for (const { on, point } of points) {
      const { id } = await announced(context);
      await answerAll(context, id);
      const dying = { ...context, [on]: dyingAt<object>(context[on], point) };
      await expect(compareJob(dying, id)).rejects.toThrow(Crash);
      await compareJob(context, id);
      const stored = await context.comparisons.byJob(id);
      expect(stored?.document.closed).toMatchObject({ announced: 4, results: 4 });
      expect(await context.content.get(stored?.cid ?? cidOf(new Uint8Array()))).not.toBeNull();
    }
    await writeAll(context);
    const compared = (await checkLog(context)).jobs.filter(({ hasComparison }) => hasComparison);
    expect(compared).toHaveLength(points.length);
  });

  it("does nothing while a task is open, nor for a job that is not there", async () => {
    const { context } = house;
    const { id } = await announced(context);
    await compareJob(context, id);
    await compareJob(context, aJobId(200));
    expect(await context.comparisons.byJob(id)).toBeNull();
  });
});

describe("closeTasks", () => {
  it("that dies before or after it stored closes each task once when it is run again", async () => {
    const { context } = house;
    for (const when of ["before", "after"] as const) {
      const job = await announced(context);
      const sessionId = aSessionId();
      const leaseUntil = new Date(Date.now() + LEASE_MS);
      const want = {
        jobId: job.id,
        country: DE,
        sessionId,
        limit: 64,
        now: context.now(),
        leaseUntil,
        atMostUsd,
        skip,
      };
      const { tasks } = await context.tasks.claim(want);
      const finished = tasks.map((task) => ({ task, outcome: anOutcome(task), vantage }));
      const point = { method: "close", call: 1, when };
      const dying = { ...context, tasks: dyingAt(context.tasks, point) };
      await expect(closeTasks(dying, job, sessionId, finished)).rejects.toThrow(Crash);
      expect(await closeTasks(context, job, sessionId, finished)).toBe(when === "before" ? 2 : 0);
      expect((await context.jobs.tallies([job.id])).get(job.id)?.counts.succeeded).toBe(2);
    }
    await writeAll(context);
    await checkLog(context);
  });

  it("never makes a result of a task that nobody asked", async () => {
    const { context } = house;
    const job = await announced(context);
    const [task] = await context.tasks.unclosed(job.id, 1, NOBODY_ASKS);
    if (task === undefined) throw new Error("there is a task");
    const finished = [{ task, outcome: anOutcome(task), vantage: null }];
    await expect(closeTasks(context, job, null, finished)).rejects.toThrow();
    await expect(
      closeTasks(context, { ...job, intentIndex: null }, null, finished),
    ).rejects.toThrow();
    expect((await context.tasks.byId(task.id))?.task.status).toBe("QUEUED");
  });
});

describe("reconcile", () => {
  it("sends the session messages again that were lost, for slots that nobody holds", async () => {
    const { context } = house;
    const { id } = await announced(context);
    await context.jobs.markDispatched(id, new Date());
    await context.sessions.begin(
      { id: aSessionId(90), jobId: id, country: KE, slot: 0, startedAt: new Date() },
      new Date(),
    );
    const messages = of(await sweep(context), "vantage.session", id);
    expect(messages.map(({ payload }) => payload)).toEqual([{ jobId: id, country: DE, slot: 0 }]);
  });

  it("withdraws what is open in a place whose last session found the budget spent, and nothing elsewhere", async () => {
    const { context } = house;
    const { id } = await announced(context);
    const at = new Date();
    await context.jobs.markDispatched(id, at);
    const session = { id: aSessionId(95), jobId: id, country: KE, slot: 0, startedAt: at };
    await context.sessions.begin(session, new Date(at.getTime() - LEASE_MS));
    await sweep(context, at);
    expect((await context.tasks.open(id)).length).toBeGreaterThan(0);
    const reason = "GOLEM_BUDGET_SPENT: nothing is left";
    await context.sessions.end(session.id, { status: "LOST", at, costGlm: null, reason });
    await sweep(context, at);
    expect(await context.tasks.open(id)).toEqual([{ country: DE, queued: 2, running: 0 }]);
    const task = (await context.tasks.ofJob(id)).find(({ country }) => country === KE);
    const closed = task === undefined ? null : await context.tasks.byId(task.id);
    expect(closed?.outcome).toMatchObject({ kind: "WITHDRAWAL", reason: "budget-spent" });
  });

  it("waits longer after each loss before it asks for the next session of a slot", async () => {
    const { context } = house;
    const { id } = await announced(context);
    const start = new Date();
    await context.jobs.markDispatched(id, start);
    for (let n = 0; n < 4; n++) {
      const session = {
        id: aSessionId(100 + n),
        jobId: id,
        country: DE,
        slot: 0,
        startedAt: start,
      };
      await context.sessions.begin(session, new Date(start.getTime() - LEASE_MS));
      const end = { status: "LOST" as const, at: start, costGlm: null, reason: "no offer" };
      await context.sessions.end(session.id, end);
    }
    const german = async (ms: number) =>
      of(await sweep(context, new Date(start.getTime() + ms)), "vantage.session", id).filter(
        ({ key }) => key.includes("-DE-"),
      );
    expect(await german(3_900)).toEqual([]);
    expect(await german(4_000)).toHaveLength(1);
  });

  it("gives the tasks of a silent session to the next", async () => {
    const { context } = house;
    const { id } = await announced(context);
    const start = new Date();
    await context.jobs.markDispatched(id, start);
    const session = { id: aSessionId(120), jobId: id, country: DE, slot: 0, startedAt: start };
    await context.sessions.begin(session, start);
    const leaseUntil = new Date(start.getTime() + LEASE_MS);
    await context.tasks.claim({
      jobId: id,
      country: DE,
      sessionId: session.id,
      limit: 2,
      now: context.now(),
      leaseUntil,
      atMostUsd,
      skip,
    });
    const later = (ms: number) => new Date(start.getTime() + LEASE_MS + ms);
    await sweep(context, later(1));
    const messages = of(await sweep(context, later(501)), "vantage.session", id);
    expect(messages.some(({ key }) => key.includes("-DE-"))).toBe(true);
    expect(await context.sessions.byId(session.id)).toMatchObject({ status: "LOST" });
    expect(await context.tasks.open(id)).toContainEqual({ country: DE, queued: 2, running: 0 });
  });

  it("closes what a deadline leaves open: never held is withdrawn, once held has timed out", async () => {
    const { context } = house;
    const { id, deadlineAt } = await announced(context);
    const sessionId = aSessionId(130);
    const leaseUntil = new Date(deadlineAt.getTime() + LEASE_MS);
    await context.tasks.claim({
      jobId: id,
      country: DE,
      sessionId,
      limit: 1,
      now: context.now(),
      leaseUntil,
      atMostUsd,
      skip,
    });
    expect(of(await sweep(context, new Date(deadlineAt.getTime() - 1)), "job.compare", id)).toEqual(
      [],
    );
    // What is being asked when the deadline comes is its session's to close, as long as that lives.
    await sweep(context, deadlineAt);
    expect(await context.tasks.open(id)).toEqual([{ country: DE, queued: 0, running: 1 }]);
    const over = new Date(leaseUntil.getTime() + 1);
    const messages = of(await sweep(context, over), "job.compare", id);
    expect(messages).toHaveLength(1);
    expect((await context.jobs.tallies([id])).get(id)?.counts).toMatchObject({
      failed: 1,
      withdrawn: 3,
    });
    await compareJob(context, id);
    await writeAll(context);
    await checkLog(context);
  });

  it("gives up what session after session came to nothing with", async () => {
    const { context } = house;
    const { id } = await announced(context);
    await context.jobs.markDispatched(id, new Date());
    const leaseUntil = new Date();
    for (let n = 0; n < 4; n++) {
      const sessionId = aSessionId(170 + n);
      await context.tasks.claim({
        jobId: id,
        country: DE,
        sessionId,
        limit: 1,
        now: context.now(),
        leaseUntil,
        atMostUsd,
        skip,
      });
      await context.tasks.release(sessionId, null);
    }
    await sweep(context);
    const [task] = (await context.tasks.ofJob(id)).filter(({ status }) => status === "FAILED");
    const closed = task === undefined ? null : await context.tasks.byId(task.id);
    expect(closed?.outcome).toMatchObject({ kind: "FAILURE", code: "GOLEM_PROVIDER_LOST" });
    expect((await context.jobs.tallies([id])).get(id)?.counts).toMatchObject({
      failed: 1,
      queued: 3,
    });
  });

  it("that dies in the middle of closing goes on in the next sweep", async () => {
    const { context } = house;
    const { id } = await announced(context);
    await withdrawJob(context, id);
    const point = { method: "close", call: 1, when: "after" as const };
    const dying = { ...context, tasks: dyingAt(context.tasks, point) };
    await expect(sweep(dying)).rejects.toThrow(Crash);
    await sweep(context);
    await sweep(context);
    expect((await context.jobs.tallies([id])).get(id)?.counts.withdrawn).toBe(4);
    await writeAll(context);
    await checkLog(context);
  });

  it("may be run by two at once", async () => {
    const { context } = house;
    const { id } = await announced(context);
    await withdrawJob(context, id);
    await Promise.all([sweep(context), sweep(context), sweep(context)]);
    expect((await context.jobs.tallies([id])).get(id)?.counts.withdrawn).toBe(4);
    await writeAll(context);
    await checkLog(context);
  });

  it("closes nothing of a job whose intent is not in the log yet", async () => {
    const { context } = house;
    const id = await submitted(context);
    await withdrawJob(context, id);
    await sweep(context);
    expect((await context.jobs.tallies([id])).get(id)?.counts.queued).toBe(4);
    await writeAll(context);
    await sweep(context);
    expect((await context.jobs.tallies([id])).get(id)?.counts.withdrawn).toBe(4);
    await writeAll(context);
    await checkLog(context);
  });

  it("asks for the comparison and for the release of the allocation until each is done", async () => {
    const { context } = house;
    const { id } = await announced(context);
    await context.jobs.replaceAllocation(id, null, "allocation-7");
    await answerAll(context, id);
    expect(of(await sweep(context), "job.compare", id)).toHaveLength(1);
    await compareJob(context, id);
    const after = await sweep(context);
    expect(of(after, "job.compare", id)).toEqual([]);
    expect(of(after, "allocation.release", id)).toHaveLength(1);
    const released: string[] = [];
    const renter = { releaseAllocation: async (which: string) => void released.push(which) };
    for (const when of ["before", "after"] as const) {
      const dying = dyingAt(renter, { method: "releaseAllocation", call: 1, when });
      await expect(
        releaseAllocation({ ...context, renter: dying, billGraceMs }, id),
      ).rejects.toThrow(Crash);
    }
    await releaseAllocation({ ...context, renter, billGraceMs }, id);
    await releaseAllocation({ ...context, renter, billGraceMs }, id);
    expect(released).toEqual(["allocation-7", "allocation-7"]);
    expect(of(await sweep(context), "allocation.release", id)).toEqual([]);
  });

  it("does not give an allocation back while a session is settling", async () => {
    const { context } = house;
    const { id } = await announced(context);
    await context.jobs.replaceAllocation(id, null, "allocation-8");
    const startedAt = new Date();
    const session = { id: aSessionId(140), jobId: id, country: DE, slot: 0, startedAt };
    await context.sessions.begin(session, startedAt);
    await answerAll(context, id);
    await compareJob(context, id);
    const released: string[] = [];
    const renter = { releaseAllocation: async (which: string) => void released.push(which) };
    await releaseAllocation({ ...context, renter, billGraceMs }, id);
    expect(released).toEqual([]);
    const end = { status: "SETTLED" as const, at: startedAt, costGlm: "0.1", reason: null };
    await context.sessions.end(session.id, end);
    await releaseAllocation({ ...context, renter, billGraceMs }, id);
    expect(released).toEqual(["allocation-8"]);
  });

  it("does not give an allocation back while an invoice may still come", async () => {
    const { context } = house;
    const { id } = await announced(context);
    await context.jobs.replaceAllocation(id, null, "allocation-9");
    await answerAll(context, id);
    await compareJob(context, id);
    const agreementId = "agreement-without-invoice";
    const rental = {
      agreementId,
      jobId: id,
      allocationId: "allocation-9",
      providerId: vantage.providerId,
      providerName: "linden",
      country: DE,
      asn: null,
      activityId: null,
    };
    const at = new Date();
    await context.rentals.record(rental, at);
    const released: string[] = [];
    const renter = { releaseAllocation: async (which: string) => void released.push(which) };
    const release = (now: Date) =>
      releaseAllocation({ ...context, renter, billGraceMs, now: () => now }, id);
    await release(new Date(at.getTime() + 2 * billGraceMs));
    await context.rentals.end(agreementId, "Finished", at);
    await release(at);
    expect(released).toEqual([]);
    await release(new Date(at.getTime() + billGraceMs + 1));
    expect(released).toEqual(["allocation-9"]);
  });

  it("gives an allocation back that has ended by itself, whatever yagna could not end", async () => {
    const { context } = house;
    const { id, deadlineAt } = await announced(context);
    await context.jobs.replaceAllocation(id, null, "allocation-10");
    await answerAll(context, id);
    await compareJob(context, id);
    const rental = {
      agreementId: "agreement-of-one-who-vanished",
      jobId: id,
      allocationId: "allocation-10",
      providerId: vantage.providerId,
      providerName: "linden",
      country: DE,
      asn: null,
      activityId: null,
    };
    await context.rentals.record(rental, new Date());
    const released: string[] = [];
    const renter = { releaseAllocation: async (which: string) => void released.push(which) };
    const release = (now: Date) =>
      releaseAllocation({ ...context, renter, billGraceMs, now: () => now }, id);
    const isOverAt = allocationEndOf(deadlineAt);
    await release(new Date(isOverAt.getTime() - 1));
    expect(released).toEqual([]);
    await release(isOverAt);
    expect(released).toEqual(["allocation-10"]);
    expect(await context.rentals.ledgerOf(id)).toMatchObject([{ endedAt: isOverAt }]);
  });
});

describe("withdrawJob", () => {
  it("ends a job once, and refuses one that is not there", async () => {
    const { context } = house;
    const { id } = await announced(context);
    expect(await withdrawJob(context, id)).toEqual({ withdrawn: true });
    expect(await withdrawJob(context, id)).toEqual({ withdrawn: false });
    await expect(withdrawJob(context, aJobId(201))).rejects.toMatchObject({
      code: "JOB_NOT_FOUND",
    });
  });

  it("loses nothing that has come back", async () => {
    const { context } = house;
    const { id } = await announced(context);
    const job = await context.jobs.byId(id);
    const sessionId = aSessionId(150);
    const leaseUntil = new Date(Date.now() + LEASE_MS);
    const { tasks } = await context.tasks.claim({
      jobId: id,
      country: DE,
      sessionId,
      limit: 1,
      now: context.now(),
      leaseUntil,
      atMostUsd,
      skip,
    });
    const [task] = tasks;
    if (job === null || task === undefined) throw new Error("there is a task");
    await closeTasks(context, job, sessionId, [{ task, outcome: anOutcome(task), vantage }]);
    await withdrawJob(context, id);
    await sweep(context);
    expect((await context.jobs.tallies([id])).get(id)?.counts).toMatchObject({
      succeeded: 1,
      withdrawn: 3,
    });
    await writeAll(context);
    await checkLog(context);
  });
});
