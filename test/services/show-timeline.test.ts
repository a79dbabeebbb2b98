import { describe, expect, it } from "vitest";
import type { JobId } from "@/schemas/primitives";
import type { TaskRow } from "@/server/adapters/db/task-row";
import { closeTasks } from "@/server/services/close-tasks";
import { showResponse } from "@/server/services/show-response";
import { showTimeline } from "@/server/services/show-timeline";
import { withdrawJob } from "@/server/services/withdraw-job";
import {
  aJobId,
  announced,
  anOutcome,
  aSessionId,
  aWithdrawnOutcome,
  DE,
  KE,
  NOON,
  SOME_VANTAGE as vantage,
} from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const later = (ms: number) => new Date(NOON.getTime() + ms);
const looking = (ms: number) => ({ ...house.context, now: () => later(ms) });

/** Hands out German tasks of a job, `ms` after noon. */
async function claim(jobId: JobId, ms: number, limit: number): Promise<readonly TaskRow[]> {
  const { tasks } = await house.context.tasks.claim({
    jobId,
    country: DE,
    sessionId: aSessionId(),
    limit,
    now: later(ms),
    leaseUntil: later(ms + 60_000),
    atMostUsd: new Map(),
    skip: [],
  });
  return tasks;
}

describe("a job's time line", () => {
  it("has nothing to show before the job is dispatched", async () => {
    const job = await announced(house.context);
    expect(await showTimeline(looking(0), job.id)).toMatchObject({
      dispatchedAt: null,
      closedAt: null,
      lanes: [],
      running: [],
      times: { queue: null, held: null, run: null },
    });
  });

  it("tells queue time from run time, says what runs and who runs it, and ends with the last task", async () => {
    const { context } = house;
    const job = await announced(context, { repeats: 2 });
    await context.jobs.markDispatched(job.id, NOON);
    const session = { id: aSessionId(), jobId: job.id, country: DE, slot: 0 };
    await context.sessions.begin({ ...session, startedAt: later(100) }, NOON);
    await context.sessions.opened(session.id, {
      providerId: `0x${"ab".repeat(20)}`,
      providerName: "linden",
      agreementId: "agreement",
      activityId: "activity",
      allocationId: "allocation",
    });
    const [first] = await claim(job.id, 400, 1);
    const [second] = await claim(job.id, 2_000, 1);
    if (first === undefined || second === undefined) throw new Error("there are two tasks");
    const outcome = anOutcome(first, { startedAt: later(700), finishedAt: later(1_900) });
    await closeTasks(context, job, session.id, [{ task: first, outcome, vantage }]);

    const view = await showTimeline(looking(5_000), job.id);
    expect(view.times).toEqual({
      queue: { n: 2, medianMs: 1_200, p90Ms: 2_000 },
      held: { n: 1, medianMs: 300, p90Ms: 300 },
      run: { n: 1, medianMs: 1_200, p90Ms: 1_200 },
    });
    expect(view.running).toMatchObject([
      { id: second.id, place: DE, since: later(2_000).toISOString(), providerName: "linden" },
    ]);
    const [germany, kenya] = view.lanes;
    expect(germany).toMatchObject({
      counts: { announced: 2, queued: 0, running: 1, succeeded: 1 },
      sessions: [{ id: session.id, providerName: "linden", fromMs: 100, toMs: null }],
      bars: [
        { task: first.id, fromMs: 700, toMs: 1_900 },
        { task: second.id, fromMs: 2_000, toMs: null },
      ],
    });
    expect(kenya).toMatchObject({ place: KE, counts: { queued: 2 }, bars: [] });
    expect((await showResponse(context, first.id)).times).toEqual({
      queueMs: 400,
      heldMs: 300,
      runMs: 1_200,
    });
    expect((await showResponse(context, second.id)).times).toEqual({
      queueMs: 2_000,
      heldMs: null,
      runMs: null,
    });

    await withdrawJob(context, job.id);
    await context.tasks.release(session.id, null);
    const open = (await context.tasks.ofJob(job.id)).filter(({ status }) => status === "QUEUED");
    const withdrawals = open.map((task) => ({
      task,
      outcome: aWithdrawnOutcome(task, { finishedAt: later(9_000) }),
      vantage: null,
    }));
    await closeTasks(context, job, null, withdrawals);
    const over = await showTimeline(looking(99_000), job.id);
    expect(over.closedAt).toBe(later(9_000).toISOString());
    expect(over.running).toEqual([]);
    // Nobody ran the three that were withdrawn: their times stay unmeasured, however long they were open.
    expect(over.times.run).toEqual({ n: 1, medianMs: 1_200, p90Ms: 1_200 });
    expect(over.times.queue).toEqual({ n: 1, medianMs: 400, p90Ms: 400 });
    expect(over.lanes.map(({ unasked }) => unasked)).toEqual([1, 2]);
    await checkLog(context);
  });

  it("of a job that is not there is refused", async () => {
    await expect(showTimeline(looking(0), aJobId(251))).rejects.toMatchObject({
      code: "JOB_NOT_FOUND",
    });
  });
});
