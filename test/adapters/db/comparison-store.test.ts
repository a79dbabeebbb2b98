import { expect, it } from "vitest";
import { closeTasks } from "@/server/services/close-tasks";
import { compareJob } from "@/server/services/compare-job";
import { announced, aWithdrawnOutcome, NOBODY_ASKS, writeAll } from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { ownContext } from "@/test/support/context";

const house = ownContext();

async function aClosedJob() {
  const { context } = house;
  const job = await announced(context);
  const tasks = await context.tasks.unclosed(job.id, 100, NOBODY_ASKS);
  await closeTasks(
    context,
    job,
    null,
    tasks.map((task) => ({ task, outcome: aWithdrawnOutcome(task), vantage: null })),
  );
  return job;
}

it("a job has one comparison and one entry for it, with eight that compare it at once", async () => {
  const { context } = house;
  const job = await aClosedJob();
  await Promise.all(Array.from({ length: 8 }, () => compareJob(context, job.id)));
  await writeAll(context);
  const report = await checkLog(context);
  expect(report.jobs.find((one) => one.job === job.id)?.hasComparison).toBe(true);
  expect(report.size).toBe(1 + 1 + 4 + 1);
  expect((await context.comparisons.byJob(job.id))?.document.closed).toEqual({
    announced: 4,
    results: 0,
    failures: 0,
    withdrawn: 4,
  });
});

it("a job that is compared is no longer open and cannot be withdrawn", async () => {
  const { context } = house;
  const job = await aClosedJob();
  await compareJob(context, job.id);
  expect((await context.jobs.open()).map(({ id }) => id)).not.toContain(job.id);
  expect(await context.jobs.markWithdrawn(job.id, context.now())).toBe(false);
});
