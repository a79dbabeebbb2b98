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
  DE,
  KE,
  NOON,
  SOME_VANTAGE,
} from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const later = (ms: number) => new Date(NOON.getTime() + ms);
const EACH = new Map([["control-regional", "0.3"]]);

const aPaidJob = () => announced(house.context, { repeats: 3, budget: { glm: "0.5", usd: "1" } });
const claim = (job: StoredJob, sessionId: SessionId, limit = 64, country = DE) =>
  house.context.tasks.claim({
    jobId: job.id,
    country,
    sessionId,
    limit,
    now: NOON,
    leaseUntil: later(12_000),
    atMostUsd: EACH,
    skip: [],
  });
const close = (job: StoredJob, sessionId: SessionId, task: TaskRow, outcome: Outcome) =>
  closeTasks(house.context, job, sessionId, [{ task, outcome, vantage: SOME_VANTAGE }]);
const first = ({ tasks }: { readonly tasks: readonly TaskRow[] }): TaskRow => {
  const [task] = tasks;
  if (task === undefined) throw new Error("a task was handed out");
  return task;
};
let sessions = 0;
const nextSession = () => aSessionId(++sessions);

describe("a job's dollars", () => {
  it("are put aside for what is asked, and nothing is handed out that they do not pay for", async () => {
    const job = await aPaidJob();
    const [one, two] = [nextSession(), nextSession()];
    const german = await claim(job, one, 2);
    expect(german).toMatchObject({ isUsdSpent: false, tasks: { length: 2 } });
    const kenyan = await claim(job, two, 64, KE);
    expect(kenyan).toMatchObject({ isUsdSpent: true, tasks: { length: 1 } });
    expect(await house.context.jobs.dollars(job.id)).toEqual({
      cap: "1",
      reserved: "0.9",
      spent: "0",
    });
    expect(await claim(job, two, 64, KE)).toEqual({ tasks: [], isUsdSpent: true });
  });

  it("are never more than the cap, with eight that claim at once", async () => {
    const job = await aPaidJob();
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, n) => claim(job, nextSession(), 1, n % 2 === 0 ? DE : KE)),
    );
    expect(claims.flatMap(({ tasks }) => tasks)).toHaveLength(3);
    expect(await house.context.jobs.dollars(job.id)).toMatchObject({ reserved: "0.9" });
  });

  it("move to what is spent as each task closes, by what its service charges", async () => {
    const job = await aPaidJob();
    const { jobs } = house.context;
    const session = nextSession();
    const { tasks } = await claim(job, session, 3);
    const [paid, uncounted, unsent] = tasks;
    if (!paid || !uncounted || !unsent) throw new Error("three are paid for");
    await close(job, session, paid, anOutcome(paid, { costUsd: "0.02" }));
    expect(await jobs.dollars(job.id)).toEqual({ cap: "1", reserved: "0.6", spent: "0.02" });
    await close(job, session, uncounted, anOutcome(uncounted, { costUsd: null }));
    expect(await jobs.dollars(job.id)).toEqual({ cap: "1", reserved: "0.3", spent: "0.32" });
    await close(job, session, unsent, aFailedOutcome(unsent, { wasSent: false }));
    expect(await jobs.dollars(job.id)).toEqual({ cap: "1", reserved: "0", spent: "0.32" });
  });

  it("are not moved twice by a task that is closed twice", async () => {
    const job = await aPaidJob();
    const session = nextSession();
    const task = first(await claim(job, session, 1));
    const outcome = anOutcome(task, { costUsd: "0.02" });
    expect(await close(job, session, task, outcome)).toBe(1);
    expect(await close(job, session, task, outcome)).toBe(0);
    expect(await house.context.jobs.dollars(job.id)).toMatchObject({
      reserved: "0",
      spent: "0.02",
    });
  });

  it("are free again for a task that was never asked, and spent for one that may have been", async () => {
    const job = await aPaidJob();
    const { jobs, tasks } = house.context;
    const session = nextSession();
    const unasked = first(await claim(job, session, 1));
    await tasks.giveBack(session, [unasked.id]);
    expect(await jobs.dollars(job.id)).toMatchObject({ reserved: "0", spent: "0" });
    const asked = first(await claim(job, session, 1));
    await tasks.release(session, [asked.id]);
    expect(await jobs.dollars(job.id)).toMatchObject({ reserved: "0", spent: "0.3" });
    await claim(job, session, 1);
    await tasks.releaseExpired(later(13_000));
    expect(await jobs.dollars(job.id)).toMatchObject({ reserved: "0", spent: "0.6" });
  });

  it("never keep what costs nothing from being asked", async () => {
    const services = ["paid", "free"].map((id) => ({
      id,
      door: "model",
      model: "control-regional",
    }));
    const job = await announced(house.context, {
      services,
      repeats: 20,
      contrasts: [],
      controls: [],
      budget: { glm: "0.5", usd: "1" },
    });
    const { tasks, isUsdSpent } = await house.context.tasks.claim({
      jobId: job.id,
      country: DE,
      sessionId: nextSession(),
      limit: 16,
      now: NOON,
      leaseUntil: later(12_000),
      atMostUsd: new Map([["paid", "0.3"]]),
      skip: [],
    });
    expect(isUsdSpent).toBe(true);
    expect(tasks.filter(({ serviceId }) => serviceId === "paid")).toHaveLength(3);
    expect(tasks.filter(({ serviceId }) => serviceId === "free")).toHaveLength(13);
  });

  it("are still moved by the session whose answer had come when its lease ran out", async () => {
    const job = await aPaidJob();
    const session = nextSession();
    const task = first(await claim(job, session, 1));
    await house.context.tasks.releaseExpired(later(13_000));
    expect(await close(job, session, task, anOutcome(task, { costUsd: "0.02" }))).toBe(1);
    expect((await house.context.tasks.byId(task.id))?.task.status).toBe("SUCCEEDED");
  });

  it("are not moved by one whose task somebody else has got since", async () => {
    const job = await aPaidJob();
    const session = nextSession();
    const task = first(await claim(job, session, 1));
    await house.context.tasks.releaseExpired(later(13_000));
    const other = nextSession();
    await claim(job, other, 1);
    expect(await close(job, session, task, anOutcome(task, { costUsd: "0.02" }))).toBe(0);
  });
});
