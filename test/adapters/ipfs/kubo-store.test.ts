import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { withDeadline } from "@/server/adapters/clock/deadline";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import { createKuboStore } from "@/server/adapters/ipfs/kubo-store";
import { utf8 } from "@/server/domain/bytes";
import { cidOf } from "@/server/domain/digest";
import { contentStoreContract } from "@/test/adapters/ipfs/content-store-contract";
import { findKubo, KUBO_BUILD_MS, type KuboNode, startKubo } from "@/test/support/kubo";
import { skipBecause } from "@/test/support/skip";

const NO_END = new AbortController().signal;

let node: KuboNode | undefined;
let reason = "Kubo was not started";
beforeAll(async () => {
  const found = await findKubo();
  if ("path" in found) node = await startKubo(found.path);
  else reason = found.missing;
}, KUBO_BUILD_MS);
afterAll(() => node?.remove());

const running = (context: TestContext): KuboNode => node ?? skipBecause(context, reason);
const storeOn = (url: string, limitMs?: number): ContentStore =>
  createKuboStore({ url, withDeadline, ...(limitMs === undefined ? {} : { limitMs }) });

describe("blocks in a Kubo node", () => {
  contentStoreContract(async (context) => storeOn(running(context).url));

  it("are pinned there, and Kubo's own command reads them", async (context) => {
    const { url, command } = running(context);
    const cid = await storeOn(url).put(utf8("read by the command"));
    expect(await command("pin", "ls", "--type=recursive", cid)).toContain(cid);
    expect(await command("block", "get", cid)).toBe("read by the command");
    await command("repo", "gc");
    expect(await storeOn(url).probe(cid, NO_END)).toEqual({ isAvailable: true });
  });

  it("that lost their pin are told apart from those that are kept, and are kept when put again", async (context) => {
    const { url, command } = running(context);
    const store = storeOn(url);
    const bytes = utf8("unpinned");
    const cid = await store.put(bytes);
    await command("pin", "rm", cid);
    expect(await store.probe(cid, NO_END)).toMatchObject({
      isAvailable: false,
      code: "CONTENT_STORE_REFUSED",
    });
    await store.put(bytes);
    expect(await store.probe(cid, NO_END)).toEqual({ isAvailable: true });
  });

  it("that were removed there are not found", async (context) => {
    const { url, command } = running(context);
    const store = storeOn(url);
    const cid = await store.put(utf8("removed"));
    await command("pin", "rm", cid);
    await command("block", "rm", cid);
    expect(await store.get(cid)).toBeNull();
    expect(await store.probe(cid, NO_END)).toMatchObject({ code: "BLOCK_NOT_FOUND" });
  });

  it("are listed without what is pinned there and is no block of ours", async (context) => {
    const { url, command } = running(context);
    const store = storeOn(url);
    const cid = await store.put(utf8("ours"));
    const before = (await command("pin", "ls", "--type=recursive", "--quiet")).trim().split("\n");
    const listed: string[] = [];
    for await (const one of store.list()) listed.push(one);
    expect(listed).toContain(cid);
    expect(new Set(listed)).toEqual(new Set(before.filter((pin) => pin.startsWith("bafkrei"))));
  });
});

describe("a Kubo node that is killed", () => {
  it("takes nothing and loses nothing, and goes on when it is back", async (context) => {
    const own = running(context);
    const store = storeOn(own.url, 2_000);
    const kept = await store.put(utf8("put before"));
    await own.kill();
    const away = { code: "CONTENT_STORE_UNAVAILABLE" };
    await expect(store.put(utf8("put meanwhile"))).rejects.toMatchObject(away);
    await expect(store.get(kept)).rejects.toMatchObject(away);
    await expect(store.pin(kept)).rejects.toMatchObject(away);
    await expect(store.list()[Symbol.asyncIterator]().next()).rejects.toMatchObject(away);
    expect(await store.probe(kept, NO_END)).toMatchObject({ isAvailable: false, ...away });
    await own.start();
    expect(await store.probe(kept, NO_END)).toEqual({ isAvailable: true });
    expect(await store.put(utf8("put meanwhile"))).toBe(cidOf(utf8("put meanwhile")));
  });
});
