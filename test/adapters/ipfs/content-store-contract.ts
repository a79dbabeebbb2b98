import { CID } from "multiformats/cid";
import * as raw from "multiformats/codecs/raw";
import { sha256 } from "multiformats/hashes/sha2";
import { expect, it, type TestContext } from "vitest";
import type { Cid } from "@/schemas/primitives";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import { utf8 } from "@/server/domain/bytes";
import { cidOf, MAX_BLOCK_BYTES } from "@/server/domain/digest";

/** Answers a store to put blocks into, or skips the running test with the reason why there is none. */
export type MakeStore = (context: TestContext) => Promise<ContentStore>;

const LONG = new AbortController().signal;
let count = 0;
const aBlock = () => utf8(`contract ${++count} ${process.pid} ${performance.now()}`);
const bytesIn = async (store: ContentStore, cid: Cid) =>
  Uint8Array.from((await store.get(cid)) ?? utf8("nothing came back"));

/** All that a store lists. */
export async function listed(store: Pick<ContentStore, "list">): Promise<readonly Cid[]> {
  const cids: Cid[] = [];
  for await (const cid of store.list()) cids.push(cid);
  return cids;
}

/** What every content store promises. Called inside a `describe`. */
export function contentStoreContract(make: MakeStore): void {
  it("gives blocks back byte for byte, under the CID that multiformats computes", async (context) => {
    const store = await make(context);
    const bytes = Uint8Array.from({ length: 300 }, (_, i) => i % 256);
    const cid = await store.put(bytes);
    expect(cid).toBe(String(CID.createV1(raw.code, await sha256.digest(bytes))));
    expect(await bytesIn(store, cid)).toEqual(bytes);
    expect(await store.probe(cid, LONG)).toEqual({ isAvailable: true });
  });

  it("takes an empty block, and one as large as may be, and refuses one byte more", async (context) => {
    const store = await make(context);
    const largest = new Uint8Array(MAX_BLOCK_BYTES).map((_, i) => (i * 31) % 251);
    expect(await store.get(await store.put(new Uint8Array()))).toHaveLength(0);
    const back = await bytesIn(store, await store.put(largest));
    expect(Buffer.compare(back, largest)).toBe(0);
    await expect(store.put(new Uint8Array(MAX_BLOCK_BYTES + 1))).rejects.toMatchObject({
      code: "BLOCK_TOO_LARGE",
    });
  });

  it("has nothing that was never put, does not pin it and says so", async (context) => {
    const store = await make(context);
    const cid = cidOf(aBlock());
    expect(await store.get(cid)).toBeNull();
    expect(await store.pin(cid)).toBe(false);
    expect(await store.probe(cid, LONG)).toMatchObject({
      isAvailable: false,
      code: "BLOCK_NOT_FOUND",
    });
  });

  it("takes the same block many times, also at once, and lists it once", async (context) => {
    const store = await make(context);
    const bytes = aBlock();
    const cids = await Promise.all(Array.from({ length: 8 }, () => store.put(bytes)));
    expect(new Set(cids)).toEqual(new Set([cidOf(bytes)]));
    expect(await bytesIn(store, cidOf(bytes))).toEqual(bytes);
    const found = await listed(store);
    expect(found.filter((cid) => cid === cidOf(bytes))).toHaveLength(1);
  });

  it("lists every block that was put, and what was put is pinned", async (context) => {
    const store = await make(context);
    const cids = await Promise.all(Array.from({ length: 20 }, () => store.put(aBlock())));
    const found = new Set(await listed(store));
    expect(cids.filter((cid) => !found.has(cid))).toEqual([]);
    for (const cid of cids.slice(0, 3)) expect(await store.pin(cid)).toBe(true);
  });

  it("answers a look that may not go on", async (context) => {
    const store = await make(context);
    const cid = await store.put(aBlock());
    expect(await store.probe(cid, AbortSignal.abort(new Error("stopped")))).toMatchObject({
      isAvailable: false,
      code: "CONTENT_STORE_UNAVAILABLE",
    });
  });
}
