import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Cid } from "@/schemas/primitives";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import { cidOf, MAX_BLOCK_BYTES } from "@/server/domain/digest";
import { BeaconError } from "@/server/domain/errors";

/**
 * Blocks as files, one folder per two characters of the CID. A block is written beside its place,
 * synced, then renamed, so that a name never stands for half a block.
 */
export function createDiskStore(folder: string): ContentStore {
  const made = new Set<string>();
  const pathOf = (cid: Cid) => join(folder, cid.slice(-3, -1), cid);
  return {
    async put(bytes) {
      const cid = cidOf(bytes);
      const path = pathOf(cid);
      const parent = dirname(path);
      if (!made.has(parent)) {
        await mkdir(parent, { recursive: true });
        made.add(parent);
      }
      const draft = `${path}.${randomBytes(6).toString("hex")}.tmp`;
      try {
        await writeDurably(draft, bytes);
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
      await syncFolder(parent);
      return cid;
    },
    async get(cid) {
      let bytes: Uint8Array;
      try {
        bytes = await readFile(pathOf(cid));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
        throw error;
      }
      if (bytes.length > MAX_BLOCK_BYTES || cidOf(bytes) !== cid)
        throw new BeaconError("BLOCK_CID_MISMATCH", `the stored block ${cid} has changed on disk`);
      return bytes;
    },
  };
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx", 0o644);
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** A name is on disk for good only when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
