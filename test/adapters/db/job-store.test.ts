import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { canonicalBytes, cidOf, digestOfBytes } from "@/server/domain/digest";
import { jobIdFrom } from "@/server/domain/identity";
import { planTasks } from "@/server/domain/job/plan";
import { submitJob } from "@/server/services/submit-job";
import { aSpec } from "@/test/domain/job/job-specs";
import {
  announced,
  aSessionId,
  DE,
  NOON,
  sixteen,
  submitted,
  writeAll,
} from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const submit = (submissionKey: string, ownerId = "usr-owner") =>
  submitJob(house.context, ownerId, { spec: aSpec(), submissionKey });

describe("createOnce", () => {
  it("stores a job once for one submission key, however often it is sent", async () => {
    const key = randomUUID();
    const first = await submit(key);
    const again = await submit(key);
    expect(first.created).toBe(true);
    expect(again).toEqual({ jobId: first.jobId, created: false });
  });

  it("stores a job once when it is sent eight times at once", async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 8 }, () => submit(key)));
    expect(new Set(answers.map(({ jobId }) => jobId)).size).toBe(1);
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    const { jobId } = answers[0] ?? (await submit(key));
    expect(await house.context.tasks.ofJob(jobId)).toHaveLength(4);
  });

  it("gives another owner another job for the same key", async () => {
    const key = randomUUID();
    const [one, other] = [await submit(key), await submit(key, "usr-other")];
    expect(other.created).toBe(true);
    expect(other.jobId).not.toBe(one.jobId);
  });

  it("stores nothing at all when one task cannot be stored", async () => {
    const { jobs, tasks, log } = house.context;
    const spec = aSpec();
    const id = jobIdFrom(sixteen(77));
    const orderSeed = sixteen(1);
    const bytes = canonicalBytes(spec);
    const planned = planTasks(id, spec, orderSeed);
    const [first] = planned;
    if (first === undefined) throw new Error("a job has tasks");
    const intent = (await log.pending(1))[0] ?? (await aFiledEntry());
    const before = (await log.pending(1_000)).length;
    await expect(
      jobs.createOnce(
        {
          id,
          ownerId: "usr-owner",
          submissionKey: randomUUID(),
          spec,
          specCid: cidOf(bytes),
          specDigest: digestOfBytes(bytes),
          simulated: true,
          orderSeed,
          createdAt: NOON,
          deadlineAt: NOON,
        },
        [...planned, first],
        { ...intent, leafHash: sixteen(3) },
      ),
    ).rejects.toThrow();
    expect(await jobs.byId(id)).toBeNull();
    expect(await tasks.ofJob(id)).toEqual([]);
    expect(await log.pending(1_000)).toHaveLength(before);
  });

  async function aFiledEntry() {
    await submitted(house.context);
    const [entry] = await house.context.log.pending(1);
    if (entry === undefined) throw new Error("a submitted job files its intent");
    return entry;
  }

  it("takes in the largest job that may be asked for", async () => {
    const job = await submitted(house.context, {
      prompts: Array.from({ length: 400 }, (_, i) => ({
        id: `prompt-${i}`,
        language: "en",
        text: "Who decided to close the Vell dam?",
      })),
      repeats: 25,
    });
    expect((await house.context.jobs.tallies([job])).get(job)?.counts.announced).toBe(20_000);
  });
});

describe("a job's way to its dispatch", () => {
  it("is announced only once a published checkpoint includes the intent", async () => {
    const { jobs, log } = house.context;
    const id = await submitted(house.context);
    expect(await jobs.announced((await log.state()).publishedSize)).not.toContain(id);
    await writeAll(house.context);
    const job = await jobs.byId(id);
    expect(await jobs.announced(job?.intentIndex ?? 0)).not.toContain(id);
    expect(await jobs.announced((job?.intentIndex ?? 0) + 1)).toContain(id);
    await checkLog(house.context);
  });

  it("may be dispatched once, by one of many", async () => {
    const { jobs } = house.context;
    const { id } = await announced(house.context);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => jobs.markDispatched(id, NOON)),
    );
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect((await jobs.byId(id))?.dispatchedAt).toEqual(NOON);
    expect(await jobs.announced(Number.MAX_SAFE_INTEGER)).not.toContain(id);
  });

  it("is not dispatched when it was withdrawn before", async () => {
    const { jobs } = house.context;
    const { id } = await announced(house.context);
    expect(await jobs.markWithdrawn(id, NOON)).toBe(true);
    expect(await jobs.markWithdrawn(id, NOON)).toBe(false);
    expect(await jobs.announced(Number.MAX_SAFE_INTEGER)).not.toContain(id);
  });

  it("has one allocation, whichever session brings it first", async () => {
    const { jobs } = house.context;
    const { id } = await announced(house.context);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => jobs.replaceAllocation(id, null, `allocation-${n}`)),
    );
    expect(answers.filter(Boolean)).toHaveLength(1);
    const winner = `allocation-${answers.indexOf(true)}`;
    expect((await jobs.byId(id))?.allocationId).toBe(winner);
    expect(await jobs.replaceAllocation(id, "allocation-of-nobody", "other")).toBe(false);
  });
});

describe("list", () => {
  it("shows every job once, newest first, page by page", async () => {
    const { jobs } = house.context;
    const all = (await jobs.list({ cursor: null, limit: 100 })).map(({ id }) => id);
    const paged = [];
    for (let cursor = null; ; ) {
      const page = await jobs.list({ cursor, limit: 3 });
      paged.push(...page.map(({ id }) => id));
      const last = page.at(-1);
      if (last === undefined) break;
      cursor = last.id;
    }
    expect(paged).toEqual(all);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("tallies", () => {
  it("counts every task of each job by how it stands", async () => {
    const { jobs, tasks } = house.context;
    const { id } = await announced(house.context);
    const leaseUntil = new Date(NOON.getTime() + 1_000);
    const sessionId = aSessionId();
    const atMostUsd = new Map<string, string>();
    await tasks.claim({
      jobId: id,
      country: DE,
      sessionId,
      limit: 1,
      now: NOON,
      leaseUntil,
      atMostUsd,
      skip: [],
    });
    expect((await jobs.tallies([id])).get(id)).toEqual({
      counts: { announced: 4, queued: 3, running: 1, succeeded: 0, failed: 0, withdrawn: 0 },
      states: [],
    });
  });
});
