import { describe, expect, it } from "vitest";
import type { SessionId } from "@/schemas/primitives";
import type { StoredJob } from "@/server/adapters/db/job-store";
import type { TaskRow } from "@/server/adapters/db/task-row";
import type { Outcome } from "@/server/adapters/db/task-store";
import { closeTasks } from "@/server/services/close-tasks";
import {
  aFailedOutcome,
  announced,
  anOutcome,
  aSessionId,
  aWithdrawnOutcome,
  DE,
  KE,
  NOBODY_ASKS,
  NOON,
  SOME_VANTAGE as vantage,
  writeAll,
} from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const later = (ms: number) => new Date(NOON.getTime() + ms);

const claim = async (job: StoredJob, sessionId = aSessionId(), limit = 64, country = DE) => {
  const { tasks } = await house.context.tasks.claim({
    jobId: job.id,
    country,
    sessionId,
    limit,
    now: NOON,
    leaseUntil: later(12_000),
    atMostUsd: new Map(),
    skip: [],
  });
  return tasks;
};
const close = (
  job: StoredJob,
  sessionId: SessionId | null,
  finished: readonly (readonly [TaskRow, Outcome])[],
) =>
  closeTasks(
    house.context,
    job,
    sessionId,
    finished.map(([task, outcome]) => ({ task, outcome, vantage })),
  );
const statusOf = async (task: TaskRow) => (await house.context.tasks.byId(task.id))?.task.status;

describe("claim", () => {
  it("hands each task to one session, with eight that claim at once", async () => {
    const job = await announced(house.context, { repeats: 50 });
    const handed = await Promise.all(
      Array.from({ length: 8 }, async (_, n) => {
        const own: TaskRow[] = [];
        for (;;) {
          const tasks = await claim(job, aSessionId(n + 1), 7);
          if (tasks.length === 0) return own;
          own.push(...tasks);
        }
      }),
    );
    const ids = handed.flat().map(({ id }) => id);
    expect(ids).toHaveLength(50);
    expect(new Set(ids).size).toBe(50);
  });

  it("hands out at most what was asked for, in the order of dispatch, of one country", async () => {
    const job = await announced(house.context, { repeats: 5 });
    const first = await claim(job, aSessionId(), 2);
    const second = await claim(job, aSessionId(), 2);
    const positions = [...first, ...second].map(({ position }) => position);
    expect(first).toHaveLength(2);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect([...first, ...second].every(({ country }) => country === DE)).toBe(true);
  });

  it("counts how often a task was handed out", async () => {
    const job = await announced(house.context);
    const [task] = await claim(job, aSessionId(), 1);
    expect(task?.claims).toBe(1);
    await house.context.tasks.release(aSessionId(), null);
    const [again] = await claim(job, aSessionId(2), 1);
    expect(again).toMatchObject({ id: task?.id, claims: 2 });
  });

  it("does not count a task that is given back unasked", async () => {
    const job = await announced(house.context);
    const [task] = await claim(job, aSessionId(), 1);
    if (task === undefined) throw new Error("there is a task");
    await house.context.tasks.giveBack(aSessionId(9), [task.id]);
    expect(await statusOf(task)).toBe("RUNNING");
    await house.context.tasks.giveBack(aSessionId(), [task.id]);
    const [again] = await claim(job, aSessionId(2), 1);
    expect(again).toMatchObject({ id: task.id, claims: 1 });
  });
});

describe("when a task was handed out", () => {
  const claimedAt = async (task: TaskRow) =>
    (await house.context.tasks.byId(task.id))?.task.claimedAt ?? null;

  it("is that of its last claim, and is forgotten when the task goes back", async () => {
    const job = await announced(house.context);
    const [task] = await claim(job, aSessionId(), 1);
    if (task === undefined) throw new Error("there is a task");
    expect(await claimedAt(task)).toEqual(NOON);
    await house.context.tasks.release(aSessionId(), [task.id]);
    expect(await claimedAt(task)).toBeNull();
    await claim(job, aSessionId(2), 1);
    await house.context.tasks.giveBack(aSessionId(2), [task.id]);
    expect(await claimedAt(task)).toBeNull();
    await claim(job, aSessionId(3), 1);
    await house.context.tasks.releaseExpired(later(12_001));
    expect(await claimedAt(task)).toBeNull();
  });

  it("stays once the task has closed", async () => {
    const job = await announced(house.context);
    const [task] = await claim(job, aSessionId(), 1);
    if (task === undefined) throw new Error("there is a task");
    await close(job, aSessionId(), [[task, anOutcome(task)]]);
    expect(await claimedAt(task)).toEqual(NOON);
  });

  it("is written for tasks that cost dollars too", async () => {
    const job = await announced(house.context, { budget: { glm: "0.5", usd: "1" } });
    const { tasks } = await house.context.tasks.claim({
      jobId: job.id,
      country: DE,
      sessionId: aSessionId(),
      limit: 1,
      now: NOON,
      leaseUntil: later(12_000),
      atMostUsd: new Map([["control-regional", "0.3"]]),
      skip: [],
    });
    const [task] = tasks;
    if (task === undefined) throw new Error("there is a task");
    expect(await claimedAt(task)).toEqual(NOON);
  });
});

describe("a lease", () => {
  it("that ran out gives its task back, one that was prolonged keeps it", async () => {
    const job = await announced(house.context);
    const { tasks } = house.context;
    const [kept] = await claim(job, aSessionId(1), 1);
    const [lost] = await claim(job, aSessionId(2), 1);
    if (kept === undefined || lost === undefined) throw new Error("there are two tasks");
    await tasks.extendLeases(aSessionId(1), later(30_000));
    await tasks.releaseExpired(later(12_001));
    expect(await statusOf(kept)).toBe("RUNNING");
    expect(await statusOf(lost)).toBe("QUEUED");
  });

  it("that has not run out is nobody else's to release", async () => {
    const job = await announced(house.context);
    const [task] = await claim(job, aSessionId(1), 1);
    if (task === undefined) throw new Error("there is a task");
    await house.context.tasks.release(aSessionId(2), [task.id]);
    await house.context.tasks.releaseExpired(later(11_999));
    expect(await statusOf(task)).toBe("RUNNING");
  });
});

describe("close", () => {
  it("stores status, outcome and entry, and the log takes the entry in once", async () => {
    const job = await announced(house.context);
    const [task] = await claim(job, aSessionId(), 1);
    if (task === undefined) throw new Error("there is a task");
    const outcome = anOutcome(task);
    expect(await close(job, aSessionId(), [[task, outcome]])).toBe(1);
    await writeAll(house.context);
    const found = await house.context.tasks.byId(task.id);
    expect(found?.task).toMatchObject({ status: "SUCCEEDED", state: "answered" });
    expect(found?.task.leafIndex).not.toBeNull();
    expect(found?.outcome).toMatchObject(outcome);
    await checkLog(house.context);
  });

  it("closes a task once, with eight that close it at once", async () => {
    const job = await announced(house.context);
    const [task] = await claim(job, aSessionId(), 1);
    if (task === undefined) throw new Error("there is a task");
    const counts = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        close(job, aSessionId(), [[task, anOutcome(task, { latencyMs: n })]]),
      ),
    );
    expect(counts.reduce((sum, count) => sum + count)).toBe(1);
    await writeAll(house.context);
    await checkLog(house.context);
  });

  it("drops the closing of a session that has lost the lease", async () => {
    const job = await announced(house.context);
    const [task] = await claim(job, aSessionId(1), 1);
    if (task === undefined) throw new Error("there is a task");
    await house.context.tasks.releaseExpired(later(12_001));
    await claim(job, aSessionId(2), 1);
    expect(await close(job, aSessionId(1), [[task, anOutcome(task)]])).toBe(0);
    expect(await close(job, aSessionId(2), [[task, aFailedOutcome(task)]])).toBe(1);
    expect(await close(job, null, [[task, aWithdrawnOutcome(task)]])).toBe(0);
    expect(await statusOf(task)).toBe("FAILED");
    await writeAll(house.context);
    await checkLog(house.context);
  });

  it("closes what a session holds when nobody has to hold it", async () => {
    const job = await announced(house.context);
    const open = await house.context.tasks.unclosed(job.id, 100, NOBODY_ASKS);
    await claim(job, aSessionId(1), 1);
    const withdrawn = open.map((task) => [task, aWithdrawnOutcome(task)] as const);
    expect(await close(job, null, withdrawn)).toBe(4);
    expect(await house.context.tasks.open(job.id)).toEqual([]);
    await writeAll(house.context);
    await checkLog(house.context);
  });

  it("stores all of a batch or nothing", async () => {
    const job = await announced(house.context);
    const [one, other] = await claim(job, aSessionId(), 2);
    if (one === undefined || other === undefined) throw new Error("there are two tasks");
    const before = (await house.context.log.pending(1_000)).length;
    const bad = { ...anOutcome(other), latencyMs: 2 ** 40 };
    await expect(
      close(job, aSessionId(), [
        [one, anOutcome(one)],
        [other, bad],
      ]),
    ).rejects.toThrow();
    expect(await statusOf(one)).toBe("RUNNING");
    expect(await house.context.log.pending(1_000)).toHaveLength(before);
  });

  it.each([
    ["a NUL character", { text: "a\0b", finishReason: "\0", modelReported: "m\0" }],
    ["half a character", { text: "a\ud800b" }],
    ["a count beyond every column", { promptTokens: 2 ** 40, outputTokens: 2 ** 52 }],
  ])("closes a task whatever its model wrote: %s", async (_, written) => {
    const job = await announced(house.context);
    const [task] = await claim(job, aSessionId(), 1);
    if (task === undefined) throw new Error("there is a task");
    const outcome = anOutcome(task, {
      ...written,
      attempts: [{ at: NOON.toISOString(), outcome: "a\0b" }],
    });
    expect(await close(job, aSessionId(), [[task, outcome]])).toBe(1);
    expect(await statusOf(task)).toBe("SUCCEEDED");
  });
});

describe("open", () => {
  it("counts what waits and what is being asked, by country", async () => {
    const job = await announced(house.context);
    await claim(job, aSessionId(), 1);
    expect(await house.context.tasks.open(job.id)).toEqual(
      expect.arrayContaining([
        { country: DE, queued: 1, running: 1 },
        { country: KE, queued: 2, running: 0 },
      ]),
    );
  });
});
