import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { BeaconError } from "@/server/domain/errors";
import {
  fillLength,
  type Gvmi,
  LENGTH_DIGITS,
  readGvmi,
  trailerLength,
} from "@/server/domain/image/gvmi";
import { readSuperblock, SUPERBLOCK_BYTES } from "@/server/domain/image/superblock";

/** A GVMI file, checked from its first byte to its last. */
export type ImageFile = Gvmi & {
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA3-224 over the whole file, hex: what a provider compares with the pin. */
  readonly sha3_224: string;
};

/**
 * Reads a GVMI of any size without holding it.
 *
 * @throws BeaconError IMAGE_INVALID also when the file cannot be read.
 */
export async function readImageFile(path: string): Promise<ImageFile> {
  const file = await open(path).catch((cause) => {
    throw new BeaconError("IMAGE_INVALID", `${path} cannot be read.`, { cause });
  });
  try {
    const { size: sizeBytes } = await file.stat();
    const parts = await readParts(file, sizeBytes);
    return { ...readGvmi(parts), path, sizeBytes, sha3_224: await hashOf(file) };
  } finally {
    await file.close();
  }
}

async function readParts(file: FileHandle, sizeBytes: number) {
  const head = await readAt(file, 0, SUPERBLOCK_BYTES);
  const squashfs = readSuperblock(head);
  const trailerBytes = trailerLength(await readAt(file, sizeBytes - LENGTH_DIGITS, LENGTH_DIGITS));
  const fillBytes = fillLength(squashfs, sizeBytes, trailerBytes);
  const fill = await readAt(file, squashfs.sizeBytes, fillBytes);
  const trailer = await readAt(file, sizeBytes - trailerBytes, trailerBytes);
  return { head, fill, trailer };
}

/** Fewer bytes than were asked for where the file ends; the domain judges that. */
async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(length);
  const { bytesRead } = await file.read(buffer, 0, length, Math.max(0, position));
  return buffer.subarray(0, bytesRead);
}

async function hashOf(file: FileHandle): Promise<string> {
  const hash = createHash("sha3-224");
  for await (const chunk of file.createReadStream({ start: 0, autoClose: false }))
    hash.update(chunk);
  return hash.digest("hex");
}
