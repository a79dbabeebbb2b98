import { BeaconError } from "@/server/domain/errors";

/** A squashfs 4.0 superblock is so long. */
export const SUPERBLOCK_BYTES = 96;

/** The compressors by their numbers in the superblock. LZMA, number 2, is one that no kernel reads. */
const COMPRESSORS: Readonly<Record<number, Compressor>> = {
  1: "gzip",
  3: "lzo",
  4: "xz",
  5: "lz4",
  6: "zstd",
};

/** The compressors that Golem's own image builder offers. */
export type Compressor = "gzip" | "lzo" | "xz" | "lz4" | "zstd";

/** What a squashfs image says of itself. */
export type Superblock = {
  readonly compressor: Compressor;
  readonly inodes: number;
  readonly blockSizeBytes: number;
  /** Without the zeroes that fill the last 4 KiB. */
  readonly sizeBytes: number;
  /** Seconds since 1970; 0 in what is built reproducibly. */
  readonly madeAtSeconds: number;
};

/** "hsqs", little-endian. */
const MAGIC = 0x73717368;
/** Tables that are absent have this position. */
const ABSENT = 0xffff_ffff_ffff_ffffn;
/** Where the positions of the tables stand: ids, extended attributes, inodes, directories, fragments, exports. */
const TABLES = [48, 56, 64, 72, 80, 88] as const;

/**
 * The superblock at a squashfs image's start (Linux, Documentation/filesystems/squashfs.rst, and
 * fs/squashfs/squashfs_fs.h).
 *
 * @param head at least 96 bytes.
 * @throws BeaconError IMAGE_INVALID
 */
export function readSuperblock(head: Uint8Array): Superblock {
  if (head.length < SUPERBLOCK_BYTES) throw invalid("the file is too short for a squashfs image");
  const view = new DataView(head.buffer, head.byteOffset, SUPERBLOCK_BYTES);
  const u16 = (at: number) => view.getUint16(at, true);
  const u32 = (at: number) => view.getUint32(at, true);
  if (u32(0) !== MAGIC) throw invalid("the file does not begin with a squashfs image");
  if (u16(28) !== 4 || u16(30) !== 0) throw invalid(`squashfs ${u16(28)}.${u16(30)} is not 4.0`);
  const compressor = COMPRESSORS[u16(20)];
  if (compressor === undefined) throw invalid(`squashfs compressor ${u16(20)} is unknown`);
  const blockSizeBytes = u32(12);
  if (u16(22) < 12 || u16(22) > 20 || blockSizeBytes !== 2 ** u16(22))
    throw invalid("the squashfs block size is not a power of two from 4 KiB to 1 MiB");
  const sizeBytes = view.getBigUint64(40, true);
  if (sizeBytes < SUPERBLOCK_BYTES || sizeBytes > Number.MAX_SAFE_INTEGER)
    throw invalid("the squashfs size makes no sense");
  for (const at of TABLES) {
    const position = view.getBigUint64(at, true);
    if (position !== ABSENT && (position < SUPERBLOCK_BYTES || position >= sizeBytes))
      throw invalid("a squashfs table lies outside of the image");
  }
  return {
    compressor,
    inodes: u32(4),
    blockSizeBytes,
    sizeBytes: Number(sizeBytes),
    madeAtSeconds: u32(8),
  };
}

const invalid = (message: string) => new BeaconError("IMAGE_INVALID", message);
