import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import type { Cid } from "@/schemas/primitives";
import { withDeadline } from "@/server/adapters/clock/deadline";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import { createKuboStore } from "@/server/adapters/ipfs/kubo-store";
import { utf8 } from "@/server/domain/bytes";
import { cidOf } from "@/server/domain/digest";
import { BeaconError } from "@/server/domain/errors";
import { moveBlocks } from "@/server/services/move-blocks";
import { ownContext } from "@/test/support/context";
import { eventually, memoryContent } from "@/test/support/fakes";
import { findKubo, KUBO_BUILD_MS, type KuboNode, startKubo } from "@/test/support/kubo";
import { skipBecause } from "@/test/support/skip";
import { backOffMs, moveAllBlocks } from "@/workers/block-mover";

const house = ownContext();
let count = 0;
const aBlock = () => utf8(`moving ${++count}`);
const putMany = (n: number): Promise<readonly Cid[]> =>
  Promise.all(Array.from({ length: n }, () => house.context.content.put(aBlock())));
const waiting = async () => (await house.context.outbox.oldest(1_000)).map(({ cid }) => cid);
const over = (...copies: readonly Pick<ContentStore, "put">[]) => ({ ...house.context, copies });
const moveAll = async (deps = over()) => {
  while ((await moveBlocks(deps)).moved > 0);
};
const here = async (store: Pick<ContentStore, "get">, cids: readonly Cid[]) => {
  const found = await Promise.all(cids.map((cid) => store.get(cid)));
  return found.filter((bytes) => bytes !== null).length;
};

/** A store that fails as told for the blocks in `cids`, and takes all others. */
const failingFor = (
  cids: ReadonlySet<Cid>,
  code: "CONTENT_STORE_REFUSED" | "CONTENT_STORE_UNAVAILABLE",
) => {
  const store = memoryContent();
  return {
    ...store,
    put: async (bytes: Uint8Array) => {
      if (cids.has(cidOf(bytes))) throw new BeaconError(code, "as it was told");
      return store.put(bytes);
    },
  };
};

describe("blocks that are published on other nodes", () => {
  it("leave the outbox when every one of them has them", async () => {
    await moveAll();
    const [first, second] = [memoryContent(), memoryContent()];
    const cids = await putMany(10);
    expect(await moveBlocks(over(first, second))).toEqual({ moved: 10, refused: [] });
    expect(await waiting()).toEqual([]);
    for (const store of [first, second, house.context.blocks])
      expect(await here(store, cids)).toBe(10);
  });

  it("stay in the outbox while one node is away, are on the disk and are read", async () => {
    const cids = await putMany(5);
    const away = failingFor(new Set(cids), "CONTENT_STORE_UNAVAILABLE");
    const present = memoryContent();
    await expect(moveBlocks(over(present, away))).rejects.toMatchObject({
      code: "CONTENT_STORE_UNAVAILABLE",
    });
    expect(new Set(await waiting())).toEqual(new Set(cids));
    expect(await here(house.context.blocks, cids)).toBe(5);
    expect(await here(house.context.content, cids)).toBe(5);
    await moveAll(over(present, memoryContent()));
    expect(await waiting()).toEqual([]);
  });

  it("are not held up by blocks that a node refuses, and those are kept", async () => {
    const bad = new Set(await putMany(70));
    const good = await putMany(70);
    const picky = failingFor(bad, "CONTENT_STORE_REFUSED");
    const refused: Cid[] = [];
    for (;;) {
      const pass = await moveBlocks(over(picky), refused.length);
      refused.push(...pass.refused);
      if (pass.moved + pass.refused.length === 0) break;
    }
    expect(new Set(refused)).toEqual(bad);
    expect(refused).toHaveLength(70);
    expect(await here(picky, good)).toBe(70);
    expect(new Set(await waiting())).toEqual(bad);
    await moveAll();
  });

  it("that moved before a node went away are not moved again", async () => {
    const cids = await putMany(64);
    const order = await waiting();
    const late = new Set(order.slice(40));
    const store = failingFor(late, "CONTENT_STORE_UNAVAILABLE");
    await expect(moveBlocks(over(store))).rejects.toMatchObject({
      code: "CONTENT_STORE_UNAVAILABLE",
    });
    expect(await waiting()).toEqual(order.slice(40));
    expect(cids).toHaveLength(64);
    await moveAll();
  });
});

describe("the mover", () => {
  it("moves what comes until its process ends, and then ends at once", async () => {
    const copy = memoryContent();
    const stop = new AbortController();
    const moving = moveAllBlocks({ ...house.context, copies: [copy] }, stop.signal);
    const cids = await putMany(3);
    await eventually(() => cids.every((cid) => copy.blocks.has(cid)));
    stop.abort();
    await moving;
    expect(await waiting()).toEqual([]);
  });

  it("waits twice as long after every failure in a row, up to a minute", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 40].map(backOffMs)).toEqual([
      2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ]);
  });
});

describe("blocks on the way to a Kubo node that is killed", () => {
  let node: KuboNode | undefined;
  let reason = "Kubo was not started";
  beforeAll(async () => {
    const found = await findKubo();
    if ("path" in found) node = await startKubo(found.path);
    else reason = found.missing;
  }, KUBO_BUILD_MS);
  afterAll(() => node?.remove());
  const running = (context: TestContext): KuboNode => node ?? skipBecause(context, reason);

  it("wait, and are all there once and pinned when it is back", async (context) => {
    const { url, kill, start, command } = running(context);
    await moveAll();
    const kubo = createKuboStore({ url, withDeadline, limitMs: 5_000 });
    const cids = await putMany(200);
    const dying = {
      put: async (bytes: Uint8Array) => {
        if (++calls === 90) void kill();
        return kubo.put(bytes);
      },
    };
    let calls = 0;
    await expect(moveAll(over(dying))).rejects.toMatchObject({ code: "CONTENT_STORE_UNAVAILABLE" });
    await kill();
    const left = await waiting();
    expect(left.length).toBeGreaterThan(0);
    expect(left.length).toBeLessThan(200);
    expect(await here(house.context.content, cids)).toBe(200);
    await expect(moveAll(over(kubo))).rejects.toMatchObject({ code: "CONTENT_STORE_UNAVAILABLE" });
    expect(await waiting()).toEqual(left);
    await start();
    await moveAll(over(kubo));
    expect(await waiting()).toEqual([]);
    expect(await here(kubo, cids)).toBe(200);
    const pins = (await command("pin", "ls", "--type=recursive", "--quiet")).trim().split("\n");
    const ours = pins.filter((pin) => cids.includes(pin as Cid));
    expect(ours).toHaveLength(200);
  });
});
