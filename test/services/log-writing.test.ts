import { afterAll, describe, expect, it } from "vitest";
import { createPrisma } from "@/server/adapters/db/client";
import type { Witness } from "@/server/adapters/witness/witness";
import { type Context, contextFor } from "@/server/context";
import { utf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { cosign } from "@/server/domain/log/cosignature";
import { parseNote } from "@/server/domain/log/note";
import { appendLeaves } from "@/server/services/append-leaves";
import { publishCheckpoint } from "@/server/services/publish-checkpoint";
import { sequenceLog } from "@/server/services/sequence-log";
import { aSigner } from "@/test/domain/log/a-signer";
import { submitted, writeAll } from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { type OpenContext, openContext, ownContext } from "@/test/support/context";
import { Crash, dyingAt } from "@/test/support/crash-points";
import { type Cut, type CuttingProxy, startCuttingProxy } from "@/test/support/cutting-proxy";

const house = ownContext();
const opened: OpenContext[] = [];
afterAll(() => Promise.all(opened.map((open) => open.close())));
async function aNewLog(): Promise<Context> {
  const open = await openContext();
  opened.push(open);
  return open.context;
}
const withLog = (context: Context, log: Context["log"]): Context => ({ ...context, log });
const withWitness = (context: Context, answer: Witness["addCheckpoint"]): Context => ({
  ...context,
  witnesses: context.witnesses.map((witness) => ({ ...witness, addCheckpoint: answer })),
});
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no error",
    (error: unknown) => (error instanceof BeaconError ? error.code : error),
  );

/** A way of writing: what must be there before, what is written, and by how much the log then grows. */
type Way = {
  prepare(context: Context): Promise<unknown>;
  write(context: Context, round: number): Promise<unknown>;
  readonly grows: 0 | 1;
};
const WAYS: Readonly<Record<string, Way>> = {
  sequencing: { prepare: submitted, write: (context) => sequenceLog(context), grows: 1 },
  appending: {
    prepare: async () => {},
    write: (context, round) => appendLeaves(context, [utf8(`leaf ${round}`), utf8("known")]),
    grows: 1,
  },
  publishing: {
    prepare: async (context) => {
      await submitted(context);
      await sequenceLog(context);
    },
    write: (context) => publishCheckpoint(context),
    grows: 0,
  },
};

/** Writes once in a process that dies at `cut`, and again in one that lives. @returns whether the first died. */
async function writeTwice(
  context: Context,
  proxy: CuttingProxy,
  { prepare, write, grows }: Way,
  { cut, round }: { readonly cut: Cut; readonly round: number },
): Promise<boolean> {
  await prepare(context);
  const { size } = await context.log.state();
  const dying = contextFor({ ...context.env, DATABASE_URL: proxy.url });
  proxy.cutAt(cut);
  const isDone = await write(dying, round).then(
    () => true,
    () => false,
  );
  const hasDied = proxy.isCut();
  proxy.mend();
  await dying.close();
  // It may have done all before it died; it never says so when it has not.
  if (isDone) expect((await context.log.state()).size).toBe(size + grows);
  await write(context, round);
  await writeAll(context);
  expect(await context.log.state()).toMatchObject({
    size: size + grows,
    publishedSize: size + grows,
  });
  expect(await context.log.pending(10)).toEqual([]);
  await checkLog(context);
  return hasDied;
}

describe("a writer that dies", () => {
  it.each(Object.entries(WAYS))(
    "before or after any statement of %s leaves a log that the next one goes on with",
    async (name, way) => {
      const context = await aNewLog();
      await appendLeaves(context, [utf8("known")]);
      await writeAll(context);
      const proxy = await startCuttingProxy(context.env.DATABASE_URL ?? "");
      let round = 0;
      const deaths = { before: 0, after: 0 };
      try {
        for (const when of ["before", "after"] as const)
          for (let statement = 1; ; statement++) {
            const cut = { statement, when };
            if (!(await writeTwice(context, proxy, way, { cut, round: round++ }))) break;
            deaths[when] += 1;
          }
      } finally {
        await proxy.close();
      }
      expect(deaths.before).toBeGreaterThan(6);
      expect(deaths.after).toBe(deaths.before);
      process.stdout.write(
        `${name}: died before and after each of ${deaths.before} statements; nothing lost, nothing doubled\n`,
      );
    },
    120_000,
  );

  it.each(["before", "after"] as const)(
    "%s the witness has cosigned leaves a log that the next one publishes, grown or not",
    async (when) => {
      const { context } = house;
      for (const grows of [false, true]) {
        await submitted(context);
        await sequenceLog(context);
        const point = { method: "addCheckpoint", call: 1, when };
        const witnesses = context.witnesses.map((witness) => dyingAt(witness, point));
        await expect(publishCheckpoint({ ...context, witnesses })).rejects.toThrow(Crash);
        expect((await context.log.published())?.size).not.toBe((await context.log.state()).size);
        if (grows) await submitted(context);
        await writeAll(context);
        expect((await context.log.published())?.size).toBe((await context.log.state()).size);
        await checkLog(context);
      }
    },
  );

  it("after publishing but before telling of it has published all the same", async () => {
    const { context } = house;
    await submitted(context);
    await sequenceLog(context);
    const bus = dyingAt(context.bus, { method: "announce", call: 1, when: "before" });
    await expect(publishCheckpoint({ ...context, bus })).rejects.toThrow(Crash);
    expect(await publishCheckpoint(context)).toBeNull();
    await checkLog(context);
  });
});

describe("two writers at once", () => {
  it("do no harm: one that comes late finds nothing left to do", async () => {
    const context = await aNewLog();
    await submitted(context);
    const slow = withLog(context, {
      ...context.log,
      // The other writer comes in between this one's look at what waits and its writing.
      pending: async (limit) => {
        const pending = await context.log.pending(limit);
        await sequenceLog(context);
        return pending;
      },
    });
    expect(await sequenceLog(slow)).toBe(0);
    await writeAll(context);
    expect((await checkLog(context)).size).toBe(2);
  });

  it("are not mistaken for a log that was rolled back", async () => {
    const context = await aNewLog();
    await sequenceLog(context);
    const stale = await context.log.state();
    await submitted(context);
    await writeAll(context);
    let isFirst = true;
    const late = withLog(context, {
      ...context.log,
      state: async () => {
        if (!isFirst) return context.log.state();
        isFirst = false;
        return stale;
      },
    });
    expect(await codeOf(publishCheckpoint(late))).toBe("LOG_WRITER_BUSY");
    await checkLog(context);
  });
});

describe("what waits for the log", () => {
  it("never becomes a leaf when its bytes have changed", async () => {
    const context = await aNewLog();
    await submitted(context);
    const prisma = createPrisma(context.env.DATABASE_URL ?? "", 1);
    await prisma.$executeRaw`UPDATE log_pending SET bytes = set_byte(bytes, 20, 33) WHERE kind = 'beacon.intent/v1'`;
    await prisma.$disconnect();
    expect(await codeOf(sequenceLog(context))).toBe("LOG_ENTRY_CORRUPT");
    expect((await context.log.state()).size).toBe(0);
    expect(await context.log.pending(10)).toHaveLength(2);
  });

  it("is nothing: nothing is sequenced and nothing published", async () => {
    const context = await aNewLog();
    await writeAll(context);
    expect(await sequenceLog(context)).toBe(0);
    expect(await publishCheckpoint(context)).toBeNull();
  });
});

describe("nothing is published", () => {
  it.each(["WITNESS_REFUSED", "WITNESS_UNAVAILABLE"] as const)(
    "while a witness that the quorum needs answers %s",
    async (code) => {
      const context = await aNewLog();
      await sequenceLog(context);
      const alone = withWitness(context, async () => {
        throw new BeaconError(code, "no");
      });
      expect(await codeOf(publishCheckpoint(alone))).toBe("QUORUM_NOT_MET");
      expect(await context.log.published()).toBeNull();
      await writeAll(context);
      await checkLog(context);
    },
  );

  it("when a witness signs with another key, or signs something else", async () => {
    const context = await aNewLog();
    await sequenceLog(context);
    const stranger = { ...aSigner(0x55), name: `${context.origin}/witness` };
    const lines = [
      (text: string) => cosign(text, stranger, 1_790_000_000),
      () => "\u2014 nobody AAAAAAA=\n",
      () => "",
      () => "not a line at all\n",
    ];
    for (const line of lines) {
      const lying = withWitness(context, async ({ checkpoint }) => ({
        kind: "cosigned",
        lines: line(parseNote(checkpoint).text),
      }));
      expect(await codeOf(publishCheckpoint(lying))).toBe("QUORUM_NOT_MET");
    }
    expect(await context.log.published()).toBeNull();
  });

  it("of a log that has fewer entries than a witness has seen", async () => {
    const context = await aNewLog();
    await sequenceLog(context);
    const ahead = withWitness(context, async () => ({ kind: "stale", size: 5n }));
    expect(await codeOf(publishCheckpoint(ahead))).toBe("LOG_ROLLED_BACK");
    expect(await context.log.published()).toBeNull();
  });

  it("when a witness keeps changing its size", async () => {
    const context = await aNewLog();
    await submitted(context);
    await sequenceLog(context);
    let size = 0n;
    const fickle = withWitness(context, async () => ({ kind: "stale", size: ++size % 2n }));
    expect(await codeOf(publishCheckpoint(fickle))).toBe("QUORUM_NOT_MET");
  });

  it("of an entry of which a stored bit has flipped, and it is named", async () => {
    const context = await aNewLog();
    await writeAll(context);
    await appendLeaves(
      context,
      Array.from({ length: 600 }, (_, n) => utf8(`leaf ${n}`)),
    );
    const prisma = createPrisma(context.env.DATABASE_URL ?? "", 1);
    await prisma.$transaction([
      prisma.$executeRaw`SET LOCAL session_replication_role = replica`,
      prisma.$executeRaw`UPDATE log_entries SET bytes = set_byte(bytes, 0, get_byte(bytes, 0) # 1) WHERE index = 300`,
    ]);
    await prisma.$disconnect();
    await expect(publishCheckpoint(context)).rejects.toMatchObject({
      code: "LOG_ENTRY_CORRUPT",
      details: { leafIndex: 300 },
    });
    expect((await context.log.published())?.size).toBe(1);
  });

  it("when the stored tiles do not lead to the stored root", async () => {
    const context = await aNewLog();
    await sequenceLog(context);
    const prisma = createPrisma(context.env.DATABASE_URL ?? "", 1);
    await prisma.$executeRaw`UPDATE log_tiles SET hashes = set_byte(hashes, 0, (get_byte(hashes, 0) + 1) % 256)`;
    await prisma.$disconnect();
    expect(await codeOf(publishCheckpoint(context))).toBe("TILE_INCONSISTENT");
    expect(await context.log.published()).toBeNull();
  });
});
