import { describe, expect, it } from "vitest";
import type { Cid } from "@/schemas/primitives";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import { utf8 } from "@/server/domain/bytes";
import { cidOf, MAX_BLOCK_BYTES } from "@/server/domain/digest";
import { moveBlocks } from "@/server/services/move-blocks";
import { ownContext } from "@/test/support/context";
import { Crash, crashPointsOf, dyingAt, traced } from "@/test/support/crash-points";

const house = ownContext();
let count = 0;
const aBlock = () => utf8(`block ${++count}`);
const moveAll = async () => {
  while ((await moveBlocks(house.context)).moved > 0);
};

describe("a block", () => {
  it("is readable from the moment that it was accepted, and after it has moved", async () => {
    const { content, outbox, blocks } = house.context;
    const bytes = aBlock();
    const cid = await content.put(bytes);
    expect(cid).toBe(cidOf(bytes));
    expect(await blocks.get(cid)).toBeNull();
    expect(Uint8Array.from((await content.get(cid)) ?? [])).toEqual(bytes);
    await moveAll();
    expect(await outbox.get(cid)).toBeNull();
    expect(Uint8Array.from((await content.get(cid)) ?? [])).toEqual(bytes);
  });

  it("is found while it moves between two looks", async () => {
    const { content } = house.context;
    for (let n = 0; n < 10; n++) {
      const cid = await content.put(aBlock());
      const looks = Array.from({ length: 5 }, () => content.get(cid));
      const [, ...found] = await Promise.all([moveBlocks(house.context), ...looks]);
      expect(found).not.toContain(null);
    }
  });

  it("waits once however often it is put", async () => {
    const { outbox } = house.context;
    await moveAll();
    const bytes = aBlock();
    await Promise.all(Array.from({ length: 8 }, () => outbox.put(bytes)));
    await outbox.put(bytes);
    expect(await outbox.oldest(10)).toHaveLength(1);
  });

  it("that is too large is refused, and the others that came with it are not", async () => {
    const { outbox } = house.context;
    const large = outbox.put(new Uint8Array(MAX_BLOCK_BYTES + 1));
    const small = outbox.put(aBlock());
    await expect(large).rejects.toMatchObject({ code: "BLOCK_TOO_LARGE" });
    expect(await outbox.get(await small)).not.toBeNull();
  });

  it("as large as may be is accepted beside many others of its size", async () => {
    const { outbox } = house.context;
    const many = Array.from({ length: 24 }, (_, n) => new Uint8Array(MAX_BLOCK_BYTES).fill(n));
    const cids = await Promise.all(many.map((bytes) => outbox.put(bytes)));
    expect(new Set(cids).size).toBe(24);
    expect(await outbox.get(cids[23] ?? cidOf(utf8("none")))).toHaveLength(MAX_BLOCK_BYTES);
    await outbox.drop(cids);
  });
});

describe("moveBlocks", () => {
  it("that dies at any step has lost nothing when it is run again", async () => {
    const { content, outbox, blocks } = house.context;
    await moveAll();
    await content.put(aBlock());
    const trace = { outbox: traced(outbox), blocks: traced(blocks) };
    await moveBlocks({ outbox: trace.outbox.target, blocks: trace.blocks.target, copies: [] });
    const points = [
      ...crashPointsOf(trace.outbox.calls).map((point) => ({ on: "outbox" as const, point })),
      ...crashPointsOf(trace.blocks.calls).map((point) => ({ on: "blocks" as const, point })),
    ];
    const found = (cids: readonly Cid[], where: Pick<ContentStore, "get">) =>
      Promise.all(cids.map(async (cid) => (await where.get(cid)) !== null));
    for (const { on, point } of points) {
      const cids = await Promise.all([content.put(aBlock()), content.put(aBlock())]);
      const dying = {
        outbox,
        blocks,
        copies: [],
        [on]: dyingAt<object>({ outbox, blocks }[on], point),
      };
      await expect(moveBlocks(dying)).rejects.toThrow(Crash);
      expect(await found(cids, content)).toEqual([true, true]);
      await moveAll();
      expect(await found(cids, blocks)).toEqual([true, true]);
      expect(await outbox.oldest(10)).toEqual([]);
    }
  });

  it("keeps what the content store does not take", async () => {
    const { content, outbox } = house.context;
    const cid = await content.put(aBlock());
    const away = {
      put: async () => {
        throw new Error("it is away");
      },
    };
    await expect(moveBlocks({ outbox, blocks: away, copies: [] })).rejects.toThrow();
    expect(await content.get(cid)).not.toBeNull();
  });
});
