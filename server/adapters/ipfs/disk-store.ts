import { randomBytes } from "node:crypto";
import { mkdir, open, opendir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Cid } from "@/schemas/primitives";
import type { ContentStore, Look } from "@/server/adapters/ipfs/content-store";
import { lookOf } from "@/server/adapters/ipfs/look";
import { cidOf, MAX_BLOCK_BYTES } from "@/server/domain/digest";
import { BeaconError } from "@/server/domain/errors";

/**
 * Blocks as files, one folder per two characters of the CID. A block is written beside its place,
 * synced, then renamed, so that a name never stands for half a block. Nothing here is ever tidied
 * away: what is stored is pinned.
 */
export function createDiskStore(folder: string): ContentStore {
  const made = new Set<string>();
  const pathOf = (cid: Cid) => join(folder, cid.slice(-3, -1), cid);
  const get = (cid: Cid, signal?: AbortSignal) => readBlock(pathOf(cid), cid, signal);
  return {
    name: "disk",
    async put(bytes) {
      const cid = cidOf(bytes);
      const path = pathOf(cid);
      const parent = dirname(path);
      try {
        if (!made.has(parent)) await makeFolder(folder, parent);
        made.add(parent);
        if (!(await isStored(path, cid))) await writeBlock(path, bytes);
        await syncFolder(parent);
      } catch (error) {
        throw failed(error, `take the block ${cid}`);
      }
      return cid;
    },
    get: (cid) => get(cid),
    pin: async (cid) => (await get(cid)) !== null,
    list: () => listBlocks(folder),
    probe: (cid, signal): Promise<Look> => lookOf(cid, () => get(cid, signal)),
  };
}

/** The block's bytes, hashed; null when there is no such file. @throws BeaconError BLOCK_CID_MISMATCH */
async function readBlock(
  path: string,
  cid: Cid,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | null> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path, { signal });
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw failed(error, `give the block ${cid}`);
  }
  if (bytes.length > MAX_BLOCK_BYTES || cidOf(bytes) !== cid)
    throw new BeaconError("BLOCK_CID_MISMATCH", `the stored block ${cid} has changed on disk`);
  return bytes;
}

/** Whether the right bytes are in place already; a file that cannot be read or has rotted is written anew. */
const isStored = (path: string, cid: Cid): Promise<boolean> =>
  readBlock(path, cid, undefined).then(
    (bytes) => bytes !== null,
    () => false,
  );

async function writeBlock(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await writeDurably(draft, bytes);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function* listBlocks(folder: string): AsyncGenerator<Cid> {
  for await (const shelf of entriesOf(folder)) {
    if (!shelf.isDirectory()) continue;
    for await (const entry of entriesOf(join(folder, shelf.name))) {
      const cid = Cid.safeParse(entry.name);
      if (entry.isFile() && cid.success) yield cid.data;
    }
  }
}

/** The entries of a folder; none when nothing was stored yet. */
async function* entriesOf(folder: string) {
  try {
    yield* await opendir(folder);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw failed(error, "list its blocks");
  }
}

/** Makes `parent` inside `folder`, both on disk for good. */
async function makeFolder(folder: string, parent: string): Promise<void> {
  await mkdir(parent, { recursive: true });
  await syncFolder(folder);
  await syncFolder(dirname(folder));
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

const failed = (cause: unknown, what: string): BeaconError =>
  new BeaconError(
    "CONTENT_STORE_UNAVAILABLE",
    `the disk did not ${what} (${String(codeOf(cause) ?? "no code")})`,
    { cause },
  );

const codeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;
