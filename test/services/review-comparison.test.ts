import { beforeAll, describe, expect, it } from "vitest";
import { ReviewCheck } from "@/schemas/attestation";
import type { Comparison } from "@/schemas/comparison";
import type { JobId } from "@/schemas/primitives";
import type { Context } from "@/server/context";
import { moveBlocks } from "@/server/services/move-blocks";
import { probeBlocks } from "@/server/services/probe-blocks";
import { recomputeComparison } from "@/server/services/recompute-comparison";
import { type ReviewComparisonDeps, reviewComparison } from "@/server/services/review-comparison";
import { showBlocks } from "@/server/services/show-blocks";
import { aFinishedJob } from "@/test/support/a-finished-job";
import { aJobId, announced } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();
let jobId: JobId;
beforeAll(async () => {
  jobId = await aFinishedJob(house.context);
});

const reviewed = (context: Context, deps: Partial<ReviewComparisonDeps> = {}) =>
  reviewComparison(
    {
      ...context,
      recompute: (job, comparison) => recomputeComparison(context, job, comparison),
      showBlocks: (id) => showBlocks(context, id),
      ...deps,
    },
    jobId,
  );

async function outcomes(context: Context, deps: Partial<ReviewComparisonDeps> = {}) {
  const { checks } = await reviewed(context, deps);
  return Object.fromEntries(checks.map(({ check, outcome }) => [check, outcome]));
}

/** The job with its comparison, as they are stored. */
async function stored({ jobs, comparisons }: Context) {
  const job = await jobs.byId(jobId);
  const comparison = await comparisons.byJob(jobId);
  if (job === null || comparison === null) throw new Error("the job is compared");
  return { job, comparison: comparison.document };
}

describe("a review", () => {
  it("names the comparison by its place and bytes, and answers every question but the reader's own", async () => {
    const { context } = house;
    const { job, comparison } = await stored(context);
    const { subject, title, checks } = await reviewed(context);
    expect(title).toBe(job.spec.title);
    expect(subject).toEqual({
      log: context.origin,
      job: jobId,
      intent: job.intentIndex,
      simulated: true,
      comparison: comparison.id,
      comparisonCid: (await context.comparisons.byJob(jobId))?.cid,
      comparisonIndex: job.comparisonIndex,
    });
    for (const check of checks) expect(ReviewCheck.parse(check)).toEqual(check);
    expect(await outcomes(context)).toEqual({
      "announced-before-dispatch": "fails",
      "every-task-closed": "holds",
      "nothing-unannounced": "holds",
      "comparison-recomputes": "holds",
      "blocks-held": "not-applicable",
      "countries-verified": "holds",
      "repeats-enough": "fails",
      "not-simulated": "fails",
    });
  });

  it("finds the blocks held after somebody looked, and missing when one is gone", async () => {
    const { context } = house;
    const later = () => new Date(Date.now() + 3_600_000);
    while ((await moveBlocks(context)).moved > 0);
    await probeBlocks({ ...context, now: later }, new AbortController().signal);
    expect((await outcomes(context))["blocks-held"]).toBe("holds");
    const looks = [
      {
        cid: (await stored(context)).job.specCid,
        store: "disk",
        isAvailable: false,
        detail: "disk: BLOCK_NOT_FOUND",
        at: new Date(Date.now() + 7_200_000),
      },
    ];
    await context.probes.record(looks);
    expect((await outcomes(context))["blocks-held"]).toBe("fails");
  });

  it("counts only what the published log says", async () => {
    const { context } = house;
    const { job } = await stored(context);
    const closings = { ofJob: async () => [] };
    expect((await outcomes(context, { closings }))["every-task-closed"]).toBe("fails");
    const strange = [{ task: "tsk-strange", kind: "result" as const, index: 9 }];
    const more = {
      ofJob: async (...asked: Parameters<Context["closings"]["ofJob"]>) => [
        ...(await context.closings.ofJob(...asked)),
        ...strange,
      ],
    };
    expect((await outcomes(context, { closings: more }))["nothing-unannounced"]).toBe("fails");
    expect(job.comparisonIndex).not.toBeNull();
  });

  it("is refused while there is no comparison, or no checkpoint that includes it", async () => {
    const { context } = house;
    const open = await announced(context);
    const deps = { ...context, recompute: async () => ({ kind: "differs" as const }) };
    const of = (id: JobId, log = context.log) =>
      reviewComparison({ ...deps, log, showBlocks: (job) => showBlocks(context, job) }, id);
    await expect(of(open.id)).rejects.toMatchObject({ code: "COMPARISON_NOT_FOUND" });
    await expect(of(aJobId(99))).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
    const state = async () => ({ ...(await context.log.state()), publishedSize: 2 });
    await expect(of(jobId, { ...context.log, state })).rejects.toMatchObject({
      code: "COMPARISON_NOT_FOUND",
    });
  });
});

describe("a report that is computed again", () => {
  it("has the same bytes", async () => {
    const { job, comparison } = await stored(house.context);
    expect(await recomputeComparison(house.context, job, comparison)).toEqual({
      kind: "same",
      answers: 2,
    });
  });

  it("differs when one stored answer is another, or one figure of the report is", async () => {
    const { context } = house;
    const { job, comparison } = await stored(context);
    const tasks = {
      ofJob: async (id: JobId) =>
        (await context.tasks.ofJob(id)).map((task) =>
          task.text === null ? task : { ...task, text: `${task.text} ${task.id}` },
        ),
    };
    expect(await recomputeComparison({ ...context, tasks }, job, comparison)).toEqual({
      kind: "differs",
    });
    const changed: Comparison = {
      ...comparison,
      closed: { ...comparison.closed, results: comparison.closed.results + 1 },
    };
    expect(await recomputeComparison(context, job, changed)).toEqual({ kind: "differs" });
  });

  it("is not computed with another version of ICU", async () => {
    const { context } = house;
    const { job, comparison } = await stored(context);
    expect(await recomputeComparison({ ...context, icu: "1.0" }, job, comparison)).toEqual({
      kind: "other-icu",
      theirs: comparison.engine.icu,
      ours: "1.0",
    });
  });
});
