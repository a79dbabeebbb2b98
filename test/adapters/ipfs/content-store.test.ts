import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Cid } from "@/schemas/primitives";
import { createDiskStore } from "@/server/adapters/ipfs/disk-store";
import { utf8 } from "@/server/domain/bytes";
import { cidOf, MAX_BLOCK_BYTES } from "@/server/domain/digest";
import { contentStoreContract, listed } from "@/test/adapters/ipfs/content-store-contract";
import { memoryContent } from "@/test/support/fakes";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "beacon-blocks-"));
  folders.push(folder);
  return folder;
}
const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
const pathIn = (folder: string, cid: Cid) => join(folder, cid.slice(-3, -1), cid);

describe("blocks on disk", () => contentStoreContract(async () => createDiskStore(aFolder())));
describe("blocks in memory", () => contentStoreContract(async () => memoryContent()));

describe("the disk store", () => {
  it.each([
    ["changed", (path: string) => writeFileSync(path, "another text")],
    ["cut", (path: string) => truncateSync(path, 3)],
    ["emptied", (path: string) => truncateSync(path, 0)],
    ["blown up", (path: string) => writeFileSync(path, new Uint8Array(MAX_BLOCK_BYTES + 1))],
  ])(
    "never gives out a block that was %s on disk, and heals it when it is put again",
    async (_, rot) => {
      const folder = aFolder();
      const store = createDiskStore(folder);
      const bytes = utf8("evidence");
      const cid = await store.put(bytes);
      rot(pathIn(folder, cid));
      await expect(store.get(cid)).rejects.toMatchObject({ code: "BLOCK_CID_MISMATCH" });
      const look = await store.probe(cid, new AbortController().signal);
      expect(look).toMatchObject({ isAvailable: false, code: "BLOCK_CID_MISMATCH" });
      await store.put(bytes);
      expect(Uint8Array.from((await store.get(cid)) ?? [])).toEqual(bytes);
    },
  );

  it("leaves no half file and no draft behind when a block cannot be put in its place", async () => {
    const folder = aFolder();
    const store = createDiskStore(folder);
    const bytes = utf8("in the way");
    const path = pathIn(folder, cidOf(bytes));
    await store.put(bytes);
    rmSync(path);
    // A folder of that name refuses the rename, for every user.
    writeFileSync(join(folder, "marker"), "");
    mkdirSync(join(path, "x"), { recursive: true });
    await expect(store.put(bytes)).rejects.toMatchObject({ code: "CONTENT_STORE_UNAVAILABLE" });
    await expect(store.get(cidOf(bytes))).rejects.toMatchObject({
      code: "CONTENT_STORE_UNAVAILABLE",
    });
    expect(filesIn(folder).map(({ name }) => name)).toEqual(["marker"]);
  });

  it("shows nothing of a block that was half written when the machine went down", async () => {
    const folder = aFolder();
    const store = createDiskStore(folder);
    const cid = cidOf(utf8("a whole block"));
    const path = pathIn(folder, cid);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.0123456789ab.tmp`, "a who");
    expect(await store.get(cid)).toBeNull();
    expect(await listed(store)).toEqual([]);
    await store.put(utf8("a whole block"));
    expect(await listed(store)).toEqual([cid]);
  });

  it("is found again by the next process", async () => {
    const folder = aFolder();
    const cid = await createDiskStore(folder).put(utf8("kept"));
    expect(await createDiskStore(folder).get(cid)).toHaveLength(4);
    expect(filesIn(folder).map(({ name }) => name)).toEqual([cid]);
  });
});
