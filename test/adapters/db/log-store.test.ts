import { afterAll, describe, expect, it } from "vitest";
import { createPrisma } from "@/server/adapters/db/client";
import type { LogStore } from "@/server/adapters/db/log-store";
import type { Context } from "@/server/context";
import { fileEntry } from "@/server/domain/log/filing";
import { tileWidth } from "@/server/domain/log/tile";
import { instantOf } from "@/server/domain/time";
import { sequenceLog } from "@/server/services/sequence-log";
import { aKeyEntry } from "@/test/domain/verify/a-log";
import { NOON, submitted, writeAll } from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { type OpenContext, openContext, ownContext } from "@/test/support/context";

const house = ownContext();
const opened: OpenContext[] = [];
afterAll(() => Promise.all(opened.map((open) => open.close())));
async function aNewLog(): Promise<Context> {
  const open = await openContext();
  opened.push(open);
  return open.context;
}

/** Everything that `sequence` needs for what waits now. */
async function batchFor({ log, tree }: Pick<Context, "log" | "tree">, limit = 1_000) {
  const { size } = await log.state();
  const entries = await log.pending(limit);
  const hashes = entries.map(({ leafHash }) => leafHash);
  const grown = await tree.append(size, hashes, log.tileReader(size));
  return { fromSize: size, entries, ...grown, at: NOON };
}

describe("sequence", () => {
  it("lets one of two writers at once through, without gap or double", async () => {
    const context = await aNewLog();
    for (let n = 0; n < 5; n++) await submitted(context);
    const batch = await batchFor(context);
    const done = await Promise.all([context.log.sequence(batch), context.log.sequence(batch)]);
    expect(done.filter(Boolean)).toHaveLength(1);
    expect((await context.log.state()).size).toBe(6);
    expect((await context.log.entries(0, 100)).map(({ index }) => index)).toEqual([
      0, 1, 2, 3, 4, 5,
    ]);
    await writeAll(context);
    await checkLog(context);
  });

  it("changes nothing for a writer that comes from another size", async () => {
    const context = await aNewLog();
    const stale = await batchFor(context);
    await writeAll(context);
    await submitted(context);
    const before = await context.log.state();
    expect(await context.log.sequence(stale)).toBe(false);
    expect(await context.log.state()).toEqual(before);
    expect(await context.log.pending(10)).toHaveLength(1);
  });

  it("stores nothing of a batch of which an entry has vanished", async () => {
    const context = await aNewLog();
    await submitted(context);
    const batch = await batchFor(context);
    await context.log.dropPending([batch.entries[1]?.id ?? 0n]);
    await expect(context.log.sequence(batch)).rejects.toThrow();
    expect((await context.log.state()).size).toBe(0);
    expect(await context.log.entries(0, 10)).toEqual([]);
  });

  it("many writers at once write one log", async () => {
    const context = await aNewLog();
    const filing = Array.from({ length: 30 }, () => submitted(context));
    const writing = Array.from({ length: 4 }, async () => {
      for (let n = 0; n < 15; n++) await sequenceLog(context);
    });
    await Promise.all([...filing, ...writing]);
    await writeAll(context);
    expect((await checkLog(context)).size).toBe(31);
  });
});

describe("a leaf stands in the log once", () => {
  it("when its bytes are filed again", async () => {
    const context = await aNewLog();
    const [entry] = await context.log.pending(1);
    if (entry === undefined) throw new Error("the runner key waits");
    await context.log.file([entry, entry]);
    expect(await context.log.pending(10)).toHaveLength(1);
    await writeAll(context);
    await context.log.file([entry]);
    expect(await context.log.pending(10)).toEqual([]);
    expect((await checkLog(context)).size).toBe(1);
  });

  it("when its bytes are filed again while they are being sequenced", async () => {
    const context = await aNewLog();
    const entries = await Promise.all(Array.from({ length: 20 }, () => submitted(context))).then(
      () => context.log.pending(100),
    );
    await Promise.all([
      ...entries.map((entry) => context.log.file([entry])),
      sequenceLog(context),
      ...entries.map((entry) => context.log.file([entry])),
    ]);
    await writeAll(context);
    expect(await context.log.pending(10)).toEqual([]);
    expect((await checkLog(context)).size).toBe(21);
  });
});

describe("what is in the log", () => {
  it.each([
    `UPDATE log_entries SET kind = 'x'`,
    `UPDATE log_entries SET kind = 'x' WHERE false`,
    `DELETE FROM log_entries`,
    `TRUNCATE log_entries`,
    `UPDATE log_checkpoints SET note = 'x'`,
    `DELETE FROM log_checkpoints`,
    `TRUNCATE log_checkpoints`,
  ])("the database refuses to change: %s", async (statement) => {
    const prisma = createPrisma(house.context.env.DATABASE_URL ?? "", 1);
    try {
      await expect(prisma.$executeRawUnsafe(statement)).rejects.toThrow(/insert-only/);
    } finally {
      await prisma.$disconnect();
    }
  });

  it("is never more published than it is long", async () => {
    const prisma = createPrisma(house.context.env.DATABASE_URL ?? "", 1);
    try {
      await expect(
        prisma.$executeRawUnsafe(`UPDATE log_state SET "publishedSize" = size + 1`),
      ).rejects.toThrow();
    } finally {
      await prisma.$disconnect();
    }
  });
});

describe("publish", () => {
  const checkpoint = (size: number) => ({
    size,
    root: new Uint8Array(32),
    note: `note of ${size}`,
    publishedAt: NOON,
  });

  it("publishes a size once, with many that publish it at once", async () => {
    const context = await aNewLog();
    await sequenceLog(context);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => context.log.publish(checkpoint(1))),
    );
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await context.log.published()).toMatchObject({ size: 1, note: "note of 1" });
  });

  it("refuses a size that the log has not, and one that is not larger", async () => {
    const context = await aNewLog();
    await submitted(context);
    await sequenceLog(context);
    expect(await context.log.publish(checkpoint(3))).toBe(false);
    expect(await context.log.publish(checkpoint(2))).toBe(true);
    expect(await context.log.publish(checkpoint(1))).toBe(false);
    expect((await context.log.state()).publishedSize).toBe(2);
  });
});

describe("tileReader", () => {
  it("shows the tree of its size, however far the log has grown", async () => {
    const context = await aNewLog();
    await writeAll(context);
    const { root: rootOf1 } = await context.log.state();
    await context.log.file(
      Array.from({ length: 299 }, (_, n) => {
        const at = instantOf(new Date(NOON.getTime() + n));
        return fileEntry(aKeyEntry({ at }), context.origin, context.runner);
      }),
    );
    await writeAll(context);
    const { log, tree } = context;
    const widths = (read: ReturnType<LogStore["tileReader"]>) =>
      Promise.all(
        [read(0, 0), read(0, 1), read(1, 0)].map(async (tile) => (await tile).length / 32),
      );
    expect(await tree.rootOf(1, log.tileReader(1))).toEqual(Uint8Array.from(rootOf1));
    expect(await widths(log.tileReader(300))).toEqual([256, 44, 1]);
    expect(await widths(log.tileReader(257))).toEqual([256, 1, 1]);
    expect(tileWidth(300, 0, 1)).toBe(44);
    await checkLog(context);
  });

  it("refuses a tile that it should have and has not", async () => {
    await expect(house.context.log.tileReader(1_000)(0, 3)).rejects.toMatchObject({
      code: "TILE_INCONSISTENT",
    });
  });
});
