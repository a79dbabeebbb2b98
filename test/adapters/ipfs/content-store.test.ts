import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Cid } from "@/schemas/primitives";
import { createDiskStore } from "@/server/adapters/ipfs/disk-store";
import { utf8 } from "@/server/domain/bytes";
import { cidOf, MAX_BLOCK_BYTES } from "@/server/domain/digest";
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

describe.each([
  ["on disk", () => createDiskStore(aFolder())],
  ["in memory", memoryContent],
])("blocks %s", (_, make) => {
  it("come back byte for byte under the CID of their bytes", async () => {
    const store = make();
    const bytes = Uint8Array.from({ length: 300 }, (_, i) => i % 256);
    const cid = await store.put(bytes);
    expect(cid).toBe(cidOf(bytes));
    expect(Uint8Array.from((await store.get(cid)) ?? [])).toEqual(bytes);
  });

  it("may be empty, and as large as a block may be, and no larger", async () => {
    const store = make();
    const largest = new Uint8Array(MAX_BLOCK_BYTES);
    expect(await store.get(await store.put(new Uint8Array()))).toHaveLength(0);
    expect(await store.get(await store.put(largest))).toHaveLength(MAX_BLOCK_BYTES);
    await expect(store.put(new Uint8Array(MAX_BLOCK_BYTES + 1))).rejects.toMatchObject({
      code: "BLOCK_TOO_LARGE",
    });
  });

  it("that were never put are not there", async () => {
    expect(await make().get(cidOf(utf8("never put")))).toBeNull();
  });

  it("may be put twice, also at once", async () => {
    const store = make();
    const bytes = utf8("again");
    const cids = await Promise.all(Array.from({ length: 8 }, () => store.put(bytes)));
    expect(new Set(cids)).toEqual(new Set([cidOf(bytes)]));
    expect(await store.get(cidOf(bytes))).toHaveLength(5);
  });
});

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
    await expect(store.put(bytes)).rejects.toThrow();
    expect(filesIn(folder).map(({ name }) => name)).toEqual(["marker"]);
  });

  it("is found again by the next process", async () => {
    const folder = aFolder();
    const cid = await createDiskStore(folder).put(utf8("kept"));
    expect(await createDiskStore(folder).get(cid)).toHaveLength(4);
    expect(filesIn(folder).map(({ name }) => name)).toEqual([cid]);
  });
});
