import { describe, expect, it } from "vitest";
import { contextFor } from "@/server/context";
import { utf8 } from "@/server/domain/bytes";
import { leafHashOf } from "@/server/domain/log/merkle";
import { appendLeaves } from "@/server/services/append-leaves";
import { groupLeaves } from "@/server/services/group-leaves";
import { sequenceLog } from "@/server/services/sequence-log";
import { submitted, writeAll } from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const leaf = (n: number) => utf8(`leaf ${n}`);

describe("appending leaves", () => {
  it("answers the index of each, and the same index whenever the same bytes come again", async () => {
    const { context } = house;
    await writeAll(context);
    expect(await appendLeaves(context, [leaf(1), leaf(2), leaf(1)])).toEqual([1, 2, 1]);
    expect(await appendLeaves(context, [leaf(3), leaf(2)])).toEqual([3, 2]);
    expect((await context.log.entry(2))?.bytes).toEqual(leaf(2));
    expect(await context.log.entry(3)).toMatchObject({ kind: "raw", dsse: null, jobId: null });
    await writeAll(context);
    expect(await checkLog(context)).toMatchObject({ size: 4, thirdParty: 3 });
  });

  it("keeps one index in a storm of duplicates from several processes", async () => {
    const { context } = house;
    const other = contextFor(context.env);
    try {
      for (let round = 10; round < 15; round++) {
        const storm = Array.from({ length: 10 }, (_, n) =>
          appendLeaves(n % 2 === 0 ? context : other, [leaf(round)]),
        );
        expect(new Set((await Promise.all(storm)).flat()).size).toBe(1);
      }
    } finally {
      await other.close();
    }
    await writeAll(context);
    await checkLog(context);
  });

  it("knows bytes that came in on the other path", async () => {
    const { context } = house;
    await submitted(context);
    const [intent] = await context.log.pending(1);
    if (intent === undefined) throw new Error("an intent waits");
    const bytes = utf8("on both paths");
    const entry = { ...intent, bytes, leafHash: leafHashOf(bytes) };
    await context.log.file([entry]);
    const [[appended]] = await Promise.all([appendLeaves(context, [bytes]), sequenceLog(context)]);
    expect((await context.log.entry(appended ?? -1))?.leafHash).toEqual(entry.leafHash);
    await sequenceLog(context);
    expect(await context.log.pending(10)).toEqual([]);
    await writeAll(context);
    expect(await context.log.known([entry.leafHash])).toHaveLength(1);
  });

  it("refuses what would be taken for an entry of this log, and adds nothing of its batch", async () => {
    const { context } = house;
    const { size } = await context.log.state();
    const planted = utf8(` {"type":"beacon.result/v1"}`);
    await expect(appendLeaves(context, [leaf(50), planted])).rejects.toMatchObject({
      code: "LOG_ADD_REFUSED",
    });
    expect((await context.log.state()).size).toBe(size);
  });

  it("is refused by a log that is halted", async () => {
    const halted = {
      ...house.context,
      log: {
        ...house.context.log,
        write: <T>(work: Parameters<typeof house.context.log.write<T>>[0]) =>
          house.context.log.write<T>((log) =>
            work({ ...log, haltedReason: "restored from a copy" }),
          ),
      },
    };
    await expect(appendLeaves(halted, [leaf(99)])).rejects.toMatchObject({ code: "LOG_HALTED" });
    await expect(sequenceLog(halted)).resolves.toBe(0);
  });
});

describe("committing in groups", () => {
  /** An append that answers when it is told to. */
  function heldAppend() {
    const groups: { leaves: readonly Uint8Array[]; answer(): void; fail(error: Error): void }[] =
      [];
    let next = 0;
    const append = (leaves: readonly Uint8Array[]) =>
      new Promise<readonly number[]>((resolve, reject) => {
        groups.push({
          leaves,
          answer: () => resolve(leaves.map(() => next++)),
          fail: reject,
        });
      });
    return { groups, append };
  }
  const limits = { batchLeaves: 4, batches: 2, waitingLeaves: 6, waitingBytes: 100 };
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it("lets those that arrive meanwhile share the next transaction", async () => {
    const { groups, append } = heldAppend();
    const add = groupLeaves({ append }, limits);
    const first = add(leaf(0));
    await turn();
    const rest = [1, 2, 3].map((n) => add(leaf(n)));
    await turn();
    expect(groups.map(({ leaves }) => leaves.length)).toEqual([1]);
    groups[0]?.answer();
    expect(await first).toBe(0);
    await turn();
    expect(groups.map(({ leaves }) => leaves.length)).toEqual([1, 3]);
    groups[1]?.answer();
    expect(await Promise.all(rest)).toEqual([1, 2, 3]);
  });

  it("starts a second transaction when it is full, and no third", async () => {
    const { groups, append } = heldAppend();
    const add = groupLeaves({ append }, { ...limits, waitingLeaves: 100, waitingBytes: 10_000 });
    for (let n = 0; n < 20; n++) void add(leaf(n));
    await turn();
    await turn();
    for (let n = 20; n < 40; n++) void add(leaf(n));
    await turn();
    expect(groups.length).toBeLessThanOrEqual(2);
    expect(groups.every(({ leaves }) => leaves.length === 4)).toBe(true);
  });

  it("refuses above its limits, in leaves and in bytes, and takes in again when there is room", async () => {
    const { groups, append } = heldAppend();
    const add = groupLeaves({ append }, { ...limits, batchLeaves: 100 });
    const first = add(leaf(0));
    await turn();
    const waiting = Array.from({ length: 6 }, (_, n) => add(leaf(n)));
    await expect(add(leaf(9))).rejects.toMatchObject({ code: "LOG_BUSY" });
    groups[0]?.answer();
    await first;
    await turn();
    groups[1]?.answer();
    await Promise.all(waiting);
    const large = add(new Uint8Array(60));
    const larger = add(new Uint8Array(60));
    await expect(larger).rejects.toMatchObject({ code: "LOG_BUSY" });
    await turn();
    groups[2]?.answer();
    expect(await large).toBe(7);
  });

  it("tells everybody in a group that it failed, and goes on", async () => {
    const { groups, append } = heldAppend();
    const add = groupLeaves({ append }, limits);
    const both = Promise.allSettled([add(leaf(0)), add(leaf(1))]);
    await turn();
    groups[0]?.fail(new Error("gone"));
    expect((await both).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    const next = add(leaf(2));
    await turn();
    groups[1]?.answer();
    expect(await next).toBe(0);
  });
});
