import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Cid, JobId } from "@/schemas/primitives";
import { withDeadline } from "@/server/adapters/clock/deadline";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import { createKuboStore } from "@/server/adapters/ipfs/kubo-store";
import { cidOf } from "@/server/domain/digest";
import { closeTasks } from "@/server/services/close-tasks";
import { compareJob } from "@/server/services/compare-job";
import { moveBlocks } from "@/server/services/move-blocks";
import { probeBlocks } from "@/server/services/probe-blocks";
import { showBlocks } from "@/server/services/show-blocks";
import {
  announced,
  anOutcome,
  aSessionId,
  DE,
  KE,
  SOME_VANTAGE,
  submitted,
} from "@/test/support/builders";
import { ownContext } from "@/test/support/context";
import { aClock, memoryContent } from "@/test/support/fakes";
import { findKubo, KUBO_BUILD_MS, type KuboNode, startKubo } from "@/test/support/kubo";
import { skipBecause } from "@/test/support/skip";

const house = ownContext();
const NO_END = new AbortController().signal;
const HOUR_MS = 3_600_000;
const clock = aClock();
let title = 0;

/** A job whose spec is a block of its own. */
async function aJobWithBlock(): Promise<{ readonly jobId: JobId; readonly cid: Cid }> {
  const jobId = await submitted(house.context, { title: `probed ${++title}` });
  const job = await house.context.jobs.byId(jobId);
  if (job === null) throw new Error("a submitted job is stored");
  return { jobId, cid: job.specCid };
}
/** Moves everything, and looks for everything an hour later. */
async function sweep(copies: readonly ContentStore[], signal = NO_END, blocks?: ContentStore) {
  while ((await moveBlocks({ ...house.context, copies })).moved > 0);
  return sweepOnly(copies, signal, blocks);
}
function sweepOnly(
  copies: readonly ContentStore[],
  signal = NO_END,
  blocks: ContentStore = house.context.blocks,
) {
  clock.pass(HOUR_MS);
  const { probes } = house.context;
  return probeBlocks({ probes, blocks, copies, withDeadline, now: clock.now }, signal);
}
const pathOf = (cid: Cid) => join(house.context.env.BEACON_HOME, "blocks", cid.slice(-3, -1), cid);
const shown = (jobId: JobId | null) => showBlocks(house.context, jobId);
const named = (store: ContentStore, name: string): ContentStore => ({ ...store, name });

describe("looking for blocks", () => {
  const copy = memoryContent();
  beforeAll(async () => {
    while ((await moveBlocks(house.context)).moved > 0);
  });

  it("tells apart: on the way, not looked for, available and missing", async () => {
    const { jobId, cid } = await aJobWithBlock();
    const nothing = { blocks: 1, available: 0, missing: 0, waiting: 0, notProbed: 0 };
    expect(await shown(jobId)).toEqual({
      ...nothing,
      waiting: 1,
      firstLookAt: null,
      lastLookAt: null,
      missingBlocks: [],
    });
    expect(await house.context.probes.due(10, clock.now())).not.toContain(cid);
    await moveBlocks(house.context);
    expect(await shown(jobId)).toMatchObject({ ...nothing, notProbed: 1, lastLookAt: null });
    expect(await sweepOnly([])).toMatchObject({ looked: 1, restored: [], missing: [] });
    const at = clock.now().toISOString();
    expect(await shown(jobId)).toMatchObject({ ...nothing, available: 1, lastLookAt: at });
    rmSync(pathOf(cid));
    expect(await sweepOnly([])).toMatchObject({ missing: [cid] });
    expect(await shown(jobId)).toMatchObject({
      ...nothing,
      missing: 1,
      missingBlocks: [{ cid, lookedAt: clock.now().toISOString() }],
    });
  });

  it("counts the spec, the answers and the report of a job, and those of all jobs", async () => {
    const { context } = house;
    const job = await announced(context, { title: `probed ${++title}` });
    for (const country of [DE, KE]) {
      const sessionId = aSessionId(country === DE ? 1 : 2);
      const leaseUntil = new Date(Date.now() + 60_000);
      const claim = {
        jobId: job.id,
        country,
        sessionId,
        limit: 64,
        now: context.now(),
        leaseUntil,
        atMostUsd: new Map(),
        skip: [],
      };
      const { tasks } = await context.tasks.claim(claim);
      const bytes = new TextEncoder().encode(`the answer in ${country}`);
      await context.content.put(bytes);
      const fields = { sessionId, cid: cidOf(bytes), sizeBytes: bytes.length };
      const finished = tasks.map((task) => ({
        task,
        outcome: anOutcome(task, fields),
        vantage: SOME_VANTAGE,
      }));
      await closeTasks(context, job, sessionId, finished);
    }
    await compareJob(context, job.id);
    await sweep([]);
    // One spec, one report, and one answer in each of two countries: the same bytes are one block.
    expect(await shown(job.id)).toMatchObject({ blocks: 4, available: 4, missing: 0 });
    expect((await shown(null)).blocks).toBeGreaterThan(4);
  });

  it("puts a block again that a node has lost, from the disk", async () => {
    const { jobId, cid } = await aJobWithBlock();
    await sweep([copy]);
    expect(copy.blocks.has(cid)).toBe(true);
    copy.blocks.delete(cid);
    const { restored, missing } = await sweep([copy]);
    expect(restored).toEqual([cid]);
    expect(missing).not.toContain(cid);
    expect(copy.blocks.has(cid)).toBe(true);
    expect(await shown(jobId)).toMatchObject({ available: 1, missing: 0 });
  });

  it.each([
    ["lost", (path: string) => rmSync(path)],
    ["let rot", (path: string) => writeFileSync(path, "rotten")],
  ])("puts a block again that the disk has %s, from a node", async (_, harm) => {
    const { cid } = await aJobWithBlock();
    await sweep([copy]);
    harm(pathOf(cid));
    expect((await sweep([copy])).restored).toEqual([cid]);
    expect(cidOf((await house.context.blocks.get(cid)) ?? new Uint8Array())).toBe(cid);
  });

  it("says which block is missing when nobody has it any more, and again each time", async () => {
    const { jobId, cid } = await aJobWithBlock();
    await sweep([copy]);
    copy.blocks.delete(cid);
    rmSync(pathOf(cid));
    for (let n = 0; n < 2; n++) expect((await sweep([copy])).missing).toContain(cid);
    expect(await shown(jobId)).toMatchObject({ available: 0, missing: 1 });
  });

  it("does not believe a node that says it took what it lost", async () => {
    const { cid } = await aJobWithBlock();
    await sweep([copy]);
    const liar = named({ ...memoryContent(), put: async () => cid }, "liar");
    const { restored, missing } = await sweepOnly([liar]);
    expect(restored).toEqual([]);
    expect(missing).toContain(cid);
  });

  it("says that a block is missing while a node is away, and that it is there when it is back", async () => {
    const { jobId } = await aJobWithBlock();
    await sweep([copy]);
    const away: ContentStore = {
      ...copy,
      probe: async () => ({
        isAvailable: false,
        code: "CONTENT_STORE_UNAVAILABLE",
        message: "away",
      }),
      put: async () => expect.unreachable("nothing is sent to a node that is away"),
    };
    expect((await sweepOnly([away])).restored).toEqual([]);
    expect(await shown(jobId)).toMatchObject({ available: 0, missing: 1 });
    await sweepOnly([copy]);
    expect(await shown(jobId)).toMatchObject({ available: 1, missing: 0 });
  });
});

describe("a sweep", () => {
  it("takes those first that nobody has looked for, then the oldest looks, and none too soon", async () => {
    await sweep([]);
    const { jobId: newest } = await aJobWithBlock();
    await moveBlocks(house.context);
    const { probes } = house.context;
    clock.pass(1);
    const due = await probes.due(1_000, clock.now());
    expect(due[0]).toBe((await house.context.jobs.byId(newest))?.specCid);
    const [, second] = due;
    if (second === undefined) throw new Error("there are older blocks");
    clock.pass(HOUR_MS);
    const look = { store: "disk", isAvailable: true, detail: null };
    await probes.record(
      due.filter((cid) => cid !== second).map((cid) => ({ ...look, cid, at: clock.now() })),
    );
    expect(await probes.due(1_000, clock.now())).toEqual([second]);
    // An older look does not replace a newer one.
    await probes.record(due.map((cid) => ({ ...look, cid, isAvailable: false, at: new Date(0) })));
    expect((await shown(newest)).available).toBe(1);
  });

  it("takes a bounded number, says when there are more, and comes to all in turn", async () => {
    for (let n = 0; n < 70; n++) await aJobWithBlock();
    while ((await moveBlocks(house.context)).moved > 0);
    expect(await sweepOnly([])).toMatchObject({ looked: 64, isBehind: true });
    for (let n = 0; n < 3; n++) await sweepOnly([]);
    expect(await shown(null)).toMatchObject({ notProbed: 0, waiting: 0 });
  });

  it("writes nothing down of a look that it broke off", async () => {
    const { jobId } = await aJobWithBlock();
    while ((await moveBlocks(house.context)).moved > 0);
    const stop = new AbortController();
    const hanging = named(memoryContent(), "hanging");
    const probe: ContentStore["probe"] = (_, signal) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () =>
          resolve({ isAvailable: false, code: "CONTENT_STORE_UNAVAILABLE", message: "stopped" }),
        );
        stop.abort(new Error("the process ends"));
      });
    expect(await sweepOnly([{ ...hanging, probe }], stop.signal)).toMatchObject({ looked: 0 });
    expect(await shown(jobId)).toMatchObject({ notProbed: 1, missing: 0 });
  });
});

describe("looking for blocks in a Kubo node", () => {
  let node: KuboNode | undefined;
  let reason = "Kubo was not started";
  beforeAll(async () => {
    const found = await findKubo();
    if ("path" in found) node = await startKubo(found.path);
    else reason = found.missing;
  }, KUBO_BUILD_MS);
  afterAll(() => node?.remove());

  it("finds what it has lost or unpinned since, and puts it there again from the disk", async (context) => {
    const { url, command } = node ?? skipBecause(context, reason);
    const kubo = createKuboStore({ url, withDeadline });
    const lost = await aJobWithBlock();
    const loose = await aJobWithBlock();
    // Two sweeps come to all blocks here; to those from before the node was there, too.
    for (let n = 0; n < 2; n++) await sweep([kubo]);
    expect(await shown(loose.jobId)).toMatchObject({ available: 1, missing: 0 });
    await command("pin", "rm", lost.cid, loose.cid);
    await command("block", "rm", lost.cid);
    const sweeps = [await sweep([kubo]), await sweep([kubo])];
    expect(new Set(sweeps.flatMap(({ restored }) => restored))).toEqual(
      new Set([lost.cid, loose.cid]),
    );
    await command("repo", "gc");
    expect(await command("pin", "ls", "--type=recursive", lost.cid)).toContain(lost.cid);
    expect(await command("block", "stat", loose.cid)).toContain(loose.cid);
    expect(await shown(lost.jobId)).toMatchObject({ available: 1, missing: 0 });
  });
});
