import { afterAll, describe, expect, it } from "vitest";
import { createPrisma } from "@/server/adapters/db/client";
import type { Witness } from "@/server/adapters/witness/witness";
import type { Context } from "@/server/context";
import { BeaconError } from "@/server/domain/errors";
import { cosign } from "@/server/domain/log/cosignature";
import { parseNote } from "@/server/domain/log/note";
import { publishCheckpoint } from "@/server/services/publish-checkpoint";
import { sequenceLog } from "@/server/services/sequence-log";
import { aSigner } from "@/test/domain/log/a-signer";
import { submitted, writeAll } from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { type OpenContext, openContext, ownContext } from "@/test/support/context";
import { Crash, crashPointsOf, dyingAt, traced } from "@/test/support/crash-points";

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

describe("a writer that dies", () => {
  it("at any call of sequencing leaves a log that the next one goes on with", async () => {
    const { context } = house;
    await submitted(context);
    const { target, calls } = traced(context.log);
    await sequenceLog(withLog(context, target));
    expect(calls).toContain("sequence");
    for (const point of crashPointsOf(calls)) {
      const { size } = await context.log.state();
      await submitted(context);
      const dying = withLog(context, dyingAt(context.log, point));
      await expect(sequenceLog(dying)).rejects.toThrow(Crash);
      await writeAll(context);
      expect((await context.log.state()).size).toBe(size + 1);
      expect(await context.log.pending(10)).toEqual([]);
    }
    const { size, root } = await context.log.state();
    expect((await context.log.entries(0, size)).map(({ index }) => index)).toEqual(
      Array.from({ length: size }, (_, index) => index),
    );
    expect(await context.tree.rootOf(size, context.log.tileReader(size))).toEqual(
      Uint8Array.from(root),
    );
    await checkLog(context);
  });

  it("at any call of publishing leaves a log that the next one publishes", async () => {
    const { context } = house;
    await submitted(context);
    await sequenceLog(context);
    const log = traced(context.log);
    await publishCheckpoint(withLog(context, log.target));
    expect(log.calls).toContain("publish");
    for (const point of crashPointsOf(log.calls)) {
      await submitted(context);
      await sequenceLog(context);
      const dying = withLog(context, dyingAt(context.log, point));
      await expect(publishCheckpoint(dying)).rejects.toThrow(Crash);
      await publishCheckpoint(context);
      const { size, publishedSize } = await context.log.state();
      expect(publishedSize).toBe(size);
    }
    await checkLog(context);
  });

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
  it("do no harm: one that comes late finds the size moved and stops", async () => {
    const context = await aNewLog();
    await submitted(context);
    const slow = withLog(context, {
      ...context.log,
      // The other writer comes in between this one's look at what waits and its writing.
      known: async (hashes) => {
        const known = await context.log.known(hashes);
        await sequenceLog(context);
        return known;
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
        line: line(parseNote(checkpoint).text),
      }));
      expect(await codeOf(publishCheckpoint(lying))).toBe("QUORUM_NOT_MET");
    }
    expect(await context.log.published()).toBeNull();
  });

  it("of a log that has fewer entries than a witness has seen", async () => {
    const context = await aNewLog();
    await sequenceLog(context);
    const ahead = withWitness(context, async () => ({ kind: "stale", size: 5 }));
    expect(await codeOf(publishCheckpoint(ahead))).toBe("LOG_ROLLED_BACK");
    expect(await context.log.published()).toBeNull();
  });

  it("when a witness keeps changing its size", async () => {
    const context = await aNewLog();
    await submitted(context);
    await sequenceLog(context);
    let size = 0;
    const fickle = withWitness(context, async () => ({ kind: "stale", size: ++size % 2 }));
    expect(await codeOf(publishCheckpoint(fickle))).toBe("QUORUM_NOT_MET");
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
