import { afterAll, describe, expect, it } from "vitest";
import { createPrisma } from "@/server/adapters/db/client";
import type { LogStore } from "@/server/adapters/db/log-store";
import type { Context } from "@/server/context";
import { fileEntry } from "@/server/domain/log/filing";
import { leafHashOf } from "@/server/domain/log/merkle";
import { tileWidth } from "@/server/domain/log/tile";
import { instantOf } from "@/server/domain/time";
import { appendLeaves } from "@/server/services/append-leaves";
import { sequenceLog } from "@/server/services/sequence-log";
import { aKeyEntry } from "@/test/domain/verify/a-log";
import { NOON, submitted, writeAll } from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { type OpenContext, openContext, ownContext } from "@/test/support/context";

const house = ownContext();
const NAUGHT = Uint8Array.of(0);
const opened: OpenContext[] = [];
afterAll(() => Promise.all(opened.map((open) => open.close())));
async function aNewLog(): Promise<Context> {
  const open = await openContext();
  opened.push(open);
  return open.context;
}

/** Appends leaves of third parties as `appendLeaves` does, without its look at what is known. */
const appended = (context: Context, leaves: readonly Uint8Array[]) =>
  context.log.write(async (log) => {
    const hashed = leaves.map((bytes) => ({ bytes, leafHash: leafHashOf(bytes) }));
    const hashes = hashed.map(({ leafHash }) => leafHash);
    const grown = await context.tree.append(log.size, hashes, log.readTile);
    await log.append(hashed, { ...grown, at: NOON });
    return log.size;
  });

describe("write", () => {
  it("lets one writer in at a time: the next one sees what it did", async () => {
    const context = await aNewLog();
    const sizes = await Promise.all(
      Array.from({ length: 8 }, (_, n) => appended(context, [Uint8Array.of(n)])),
    );
    expect([...sizes].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await writeAll(context);
    expect((await checkLog(context)).size).toBe(9);
  });

  it("does nothing of what a writer did that failed", async () => {
    const context = await aNewLog();
    const before = await context.log.state();
    const failing = context.log.write(async (log) => {
      const grown = await context.tree.append(0, [leafHashOf(NAUGHT)], log.readTile);
      await log.append([{ bytes: NAUGHT, leafHash: leafHashOf(NAUGHT) }], { ...grown, at: NOON });
      throw new RangeError("no");
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect(await context.log.state()).toEqual(before);
    expect(await context.log.entries(0, 10)).toEqual([]);
    expect(await appended(context, [NAUGHT])).toBe(0);
  });

  it("moves the size by compare-and-set although it holds the lock", async () => {
    const context = await aNewLog();
    const twice = context.log.write(async (log) => {
      const leaf = { bytes: NAUGHT, leafHash: leafHashOf(NAUGHT) };
      const grown = await context.tree.append(0, [leaf.leafHash], log.readTile);
      await log.append([leaf], { ...grown, at: NOON });
      await log.append([leaf], { ...grown, at: NOON });
    });
    await expect(twice).rejects.toMatchObject({ code: "LOG_WRITER_BUSY" });
    expect((await context.log.state()).size).toBe(0);
  });

  it("stores nothing of a batch of which an entry has vanished", async () => {
    const context = await aNewLog();
    await submitted(context);
    const vanished = context.log.write(async (log) => {
      const entries = await log.pending(10);
      const hashes = entries.map(({ leafHash }) => leafHash);
      const grown = await context.tree.append(0, hashes, log.readTile);
      await log.dropPending([entries[1]?.id ?? 0n]);
      await log.sequence(entries, { ...grown, at: NOON });
    });
    await expect(vanished).rejects.toThrow();
    expect((await context.log.state()).size).toBe(0);
    expect(await context.log.entries(0, 10)).toEqual([]);
    expect(await context.log.pending(10)).toHaveLength(2);
  });

  it("writes nothing into a log that is halted, and publishes nothing of it", async () => {
    const context = await aNewLog();
    await sequenceLog(context);
    await context.logHalt.halt("a witness holds a larger tree", NOON);
    await expect(appended(context, [NAUGHT])).rejects.toMatchObject({ code: "LOG_WRITER_BUSY" });
    await submitted(context);
    await expect(sequenceLog(context)).rejects.toMatchObject({ code: "LOG_HALTED" });
    const checkpoint = { size: 1, root: new Uint8Array(32), note: "a note", publishedAt: NOON };
    expect(await context.log.publish(checkpoint)).toBe(false);
  });

  it("many writers at once write one log, on both paths", async () => {
    const context = await aNewLog();
    const filing = Array.from({ length: 30 }, () => submitted(context));
    const writing = Array.from({ length: 4 }, async (_, writer) => {
      for (let n = 0; n < 15; n++) {
        await sequenceLog(context);
        await appendLeaves(context, [Uint8Array.of(writer, n), NAUGHT]);
      }
    });
    await Promise.all([...filing, ...writing]);
    await writeAll(context);
    expect((await checkLog(context)).size).toBe(31 + 61);
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
