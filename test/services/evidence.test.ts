import { beforeAll, describe, expect, it } from "vitest";
import { CountryCode } from "@/schemas/country";
import type { LogEntry } from "@/schemas/log-entry";
import type { StoredJob } from "@/server/adapters/db/job-store";
import type { Context } from "@/server/context";
import { base64, fromBase64, hex, utf8 } from "@/server/domain/bytes";
import { parseCheckpoint } from "@/server/domain/log/checkpoint";
import { verifyConsistency } from "@/server/domain/log/merkle";
import { parseNote } from "@/server/domain/log/note";
import { verifyReceipt } from "@/server/domain/verify/verify-receipt";
import { buildReceipt } from "@/server/services/build-receipt";
import { closeTasks } from "@/server/services/close-tasks";
import { compareJob } from "@/server/services/compare-job";
import { publishCheckpoint } from "@/server/services/publish-checkpoint";
import { readTile } from "@/server/services/read-tile";
import { sequenceLog } from "@/server/services/sequence-log";
import {
  latestComparisons,
  listJobs,
  showComparison,
  showExcerpts,
  showJob,
} from "@/server/services/show-jobs";
import { listLeaves, proveGrowth, showLeaf, showLogHead } from "@/server/services/show-log";
import { showResponse } from "@/server/services/show-response";
import {
  aFailedOutcome,
  aJobId,
  announced,
  anOutcome,
  aSessionId,
  aTaskRow,
  aWithdrawnOutcome,
  NOBODY_ASKS,
  submitted,
  SOME_VANTAGE as vantage,
  writeAll,
} from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { ownContext } from "@/test/support/context";

const house = ownContext();
let job: StoredJob;
/** The position of one leaf of every kind. */
const at = new Map<string, number>();

/** One answered, one failed and two withdrawn tasks, with their blocks. */
async function closeAll(context: Context, of: StoredJob): Promise<void> {
  const tasks = await context.tasks.unclosed(of.id, 100, NOBODY_ASKS);
  const bytes = utf8("an answer");
  const cid = await context.content.put(bytes);
  const finished = tasks.map((task, n) => ({
    task,
    vantage,
    outcome:
      [
        anOutcome(task, { cid, sizeBytes: bytes.length }),
        aFailedOutcome(task),
        aWithdrawnOutcome(task),
        aWithdrawnOutcome(task, { reason: "withdrawn-by-admin" }),
      ][n] ?? aWithdrawnOutcome(task),
  }));
  await closeTasks(context, of, null, finished);
}

beforeAll(async () => {
  const { context } = house;
  job = await announced(context);
  await closeAll(context, job);
  await compareJob(context, job.id);
  await writeAll(context);
  const { size } = await context.log.state();
  for (const { kind, index } of await context.log.entries(0, size)) at.set(kind, index);
});

const indexOf = (kind: LogEntry["type"]): number => at.get(kind) ?? -1;
const receiptOf = async (index: number) => (await buildReceipt(house.context, index)).text;
async function judge(receipt: Uint8Array, index: number) {
  const { context } = house;
  const entry = await context.log.entry(index);
  const { cid } = JSON.parse(new TextDecoder().decode(entry?.bytes)) as { cid?: never };
  const block = cid === undefined ? null : await context.content.get(cid);
  const { policy } = context;
  return verifyReceipt({ receipt, block, policy, lastSeen: null, consistency: null });
}

describe("a receipt", () => {
  it.each([
    "beacon.key/v1",
    "beacon.intent/v1",
    "beacon.result/v1",
    "beacon.failure/v1",
    "beacon.withdrawal/v1",
    "beacon.comparison/v1",
  ] as const)("of a %s leaf is sound", async (kind) => {
    const index = indexOf(kind);
    const report = await judge(utf8(await receiptOf(index)), index);
    expect(report.verdict).toBe("sound");
    expect(report.facts).toMatchObject({ index: BigInt(index), entry: { type: kind } });
    expect(report.checks.filter(({ outcome }) => outcome === "fails")).toEqual([]);
  });

  it.each(["beacon.result/v1", "beacon.key/v1", "beacon.comparison/v1"] as const)(
    "of a %s leaf is not sound with one flipped bit anywhere",
    async (kind) => {
      const index = indexOf(kind);
      const receipt = utf8(await receiptOf(index));
      // Every byte is tried in test/domain/verify; here, some of each that the portal really serves.
      const stride = Math.ceil(receipt.length / 120);
      const accepted: number[] = [];
      for (let place = 0; place < receipt.length; place += stride) {
        const flipped = Uint8Array.from(receipt);
        flipped[place] = (flipped[place] ?? 0) ^ (1 << (place % 8));
        if ((await judge(flipped, index)).verdict === "sound") accepted.push(place);
      }
      expect(accepted).toEqual([]);
    },
  );

  it("is not given for a leaf that no published checkpoint includes", async () => {
    const { context } = house;
    await submitted(context);
    await sequenceLog(context);
    const { size } = await context.log.state();
    for (const index of [size - 1, size, size + 1_000])
      await expect(receiptOf(index)).rejects.toMatchObject({ code: "LEAF_NOT_FOUND" });
    await publishCheckpoint(context);
    expect((await judge(utf8(await receiptOf(size - 1)), size - 1)).verdict).toBe("sound");
  });

  it("of an old leaf is still sound when the log has grown", async () => {
    const { context } = house;
    await Promise.all(Array.from({ length: 20 }, () => submitted(context)));
    await writeAll(context);
    const index = indexOf("beacon.result/v1");
    expect((await judge(utf8(await receiptOf(index)), index)).verdict).toBe("sound");
  });
});

describe("readTile", () => {
  it("serves a partial tile also when it has grown, and none beyond what is published", async () => {
    const { context } = house;
    const { publishedSize } = await context.log.state();
    const read = (path: string) => readTile(context, path);
    expect(await read("tile/0/000.p/1")).toHaveLength(32);
    expect(await read(`tile/0/000.p/${publishedSize}`)).toHaveLength(publishedSize * 32);
    await submitted(context);
    await sequenceLog(context);
    for (const path of [
      `tile/0/000.p/${publishedSize + 1}`,
      `tile/entries/000.p/${publishedSize + 1}`,
      "tile/0/000",
      "tile/1/000.p/1",
      "tile/0/001.p/1",
      "tile/63/000.p/1",
    ])
      await expect(read(path)).rejects.toMatchObject({ code: "TILE_NOT_FOUND" });
    for (const path of [
      "tile/0/0",
      "tile/0/000.p/0",
      "tile/0/000.p/256",
      "tile/64/000",
      "checkpoint",
    ])
      await expect(read(path)).rejects.toMatchObject({ code: "TILE_PATH_INVALID" });
    await publishCheckpoint(context);
    await checkLog(context);
  });
});

describe("what pages are shown", () => {
  it("has no position in the log before a checkpoint includes it", async () => {
    const { context } = house;
    const id = await submitted(context);
    await sequenceLog(context);
    expect(await showJob(context, id)).toMatchObject({ status: "ANNOUNCING", intentIndex: null });
    await publishCheckpoint(context);
    const other = await context.jobs.byId(id);
    if (other === null) throw new Error("there is the job");
    expect(await showJob(context, id)).toMatchObject({
      status: "RUNNING",
      intentIndex: other.intentIndex,
    });
    await closeAll(context, other);
    await compareJob(context, id);
    while ((await sequenceLog(context)) > 0);
    const want = { jobId: id, prompt: "vell-dam", service: "control-regional" };
    const [task] = await context.tasks.ofJob(id);
    if (task === undefined) throw new Error("a job has tasks");
    const indices = async () => {
      const shown = await showJob(context, id);
      return [
        shown.comparisonIndex,
        (await showComparison(context, id))?.leafIndex,
        ...shown.tasks.map(({ leafIndex }) => leafIndex),
        ...(await showExcerpts(context, want)).map(({ leafIndex }) => leafIndex),
        (await showResponse(context, task.id)).task.leafIndex,
      ];
    };
    const before = await indices();
    expect(new Set(before)).toEqual(new Set([null]));
    await publishCheckpoint(context);
    const after = await indices();
    expect(after).toHaveLength(before.length);
    expect(after.every((index) => typeof index === "number")).toBe(true);
    await checkLog(context);
  });

  it("counts every task of a job, and what it cost as far as that is known", async () => {
    const { context } = house;
    const startedAt = new Date();
    for (const [n, costGlm] of [
      ["1", "0.25"],
      ["2", null],
      ["3", "0.125"],
    ] as const) {
      const id = aSessionId(160 + Number(n));
      const country = CountryCode.parse("DE");
      await context.sessions.begin(
        { id, jobId: job.id, country, slot: Number(n), startedAt },
        startedAt,
      );
      await context.sessions.end(id, { status: "SETTLED", at: startedAt, costGlm, reason: null });
      if (costGlm === null) continue;
      const agreementId = `agreement-${n}`;
      await context.rentals.record(
        {
          agreementId,
          jobId: job.id,
          allocationId: "allocation",
          providerId: "0xa",
          providerName: "linden",
          country,
          asn: null,
          activityId: null,
        },
        startedAt,
      );
      await context.rentals.recordBill({
        document: "invoice",
        documentId: `invoice-${n}`,
        agreementId,
        amountGlm: costGlm,
        decision: "accepted",
        reason: "fair",
        at: startedAt,
      });
    }
    const shown = await showJob(context, job.id);
    expect(shown).toMatchObject({
      status: "COMPLETED",
      money: [
        { currency: "GLM", cap: "0.5", reserved: "0", spent: "0.375", remaining: "0.125" },
        { currency: "USD", cap: "0", reserved: "0", spent: "0", remaining: "0" },
      ],
      ledger: [{ acceptedGlm: "0.25" }, { acceptedGlm: "0.125" }],
      counts: { announced: 4, queued: 0, running: 0, succeeded: 1, failed: 1, withdrawn: 2 },
    });
    expect(shown.sessions.map(({ costGlm }) => costGlm)).toEqual(["0.25", null, "0.125"]);
  });

  it("says of a task that was never asked that nothing was measured", async () => {
    const { context } = house;
    const withdrawn = (await context.tasks.ofJob(job.id)).find(
      ({ status }) => status === "WITHDRAWN",
    );
    if (withdrawn === undefined) throw new Error("two were withdrawn");
    expect(await showResponse(context, withdrawn.id)).toMatchObject({
      outcome: { kind: "withdrawal" },
      attempts: [],
      startedAt: null,
      latencyMs: null,
      session: null,
    });
  });

  it("pages through all jobs and all leaves, each once", async () => {
    const { context } = house;
    const jobs: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const page = await listJobs(context, { cursor, limit: 7 });
      jobs.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
    const all = await context.jobs.list({ cursor: null, limit: 100 });
    expect(jobs).toEqual(all.map(({ id }) => id));
    const leaves: number[] = [];
    for (let cursor: string | null = null; ; ) {
      const page = await listLeaves(context, { cursor, limit: 7 });
      leaves.push(...page.items.map(({ index }) => index));
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
    const { publishedSize } = await context.log.state();
    expect(leaves).toEqual(Array.from({ length: publishedSize }, (_, n) => publishedSize - 1 - n));
  });

  it("shows the newest comparison first", async () => {
    const { context } = house;
    const [first, second] = await latestComparisons(context, 2);
    expect(first?.job.comparedAt && second?.job.comparedAt).toBeTruthy();
    expect((first?.job.comparedAt ?? "") >= (second?.job.comparedAt ?? "")).toBe(true);
  });

  it("refuses what is not there", async () => {
    const { context } = house;
    const none = aJobId(222);
    await expect(showJob(context, none)).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
    await expect(showComparison(context, none)).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
    const task = aTaskRow({ jobId: none }).id;
    await expect(showResponse(context, task)).rejects.toMatchObject({ code: "TASK_NOT_FOUND" });
  });
});

describe("the log's head", () => {
  it("is the published checkpoint, not what is merely sequenced", async () => {
    const { context } = house;
    await submitted(context);
    await sequenceLog(context);
    const { size, publishedSize } = await context.log.state();
    const head = await showLogHead(context);
    expect(size).toBe(publishedSize + 1);
    const checkpoint = parseCheckpoint(parseNote(head.note ?? "").text);
    expect(head).toMatchObject({
      size: publishedSize,
      root: base64(checkpoint.root),
      quorum: 1,
      witnesses: [{ operator: "local", cosignedAt: expect.any(String) }],
    });
    await expect(showLeaf(context, size - 1)).rejects.toMatchObject({ code: "LEAF_NOT_FOUND" });
    expect(await showLeaf(context, 0)).toMatchObject({ index: 0, size: publishedSize });
    expect(hex((await context.log.entry(0))?.leafHash ?? new Uint8Array())).toBe(
      (await showLeaf(context, 0)).leafHash,
    );
    await publishCheckpoint(context);
  });

  it("proves that it grew out of every earlier one, and out of none that was not published", async () => {
    const { context } = house;
    const newest = await context.log.published();
    if (newest === null) throw new Error("something is published");
    const from = 3;
    const { proof } = await proveGrowth(context, { from, to: newest.size });
    const oldRoot = await context.tree.rootOf(from, context.log.tileReader(from));
    verifyConsistency({
      oldSize: from,
      newSize: newest.size,
      oldRoot,
      newRoot: newest.root,
      proof: proof.map((hash) => fromBase64(hash) ?? new Uint8Array()),
    });
    for (const sizes of [
      { from: 1, to: newest.size + 1 },
      { from: 4, to: 3 },
    ])
      await expect(proveGrowth(context, sizes)).rejects.toMatchObject({
        code: "LOG_POSITION_INVALID",
      });
  });
});
