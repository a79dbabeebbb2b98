import { concat } from "@/server/domain/bytes";
import { EXIT_CONFIG } from "@/server/domain/image/container-config";
import { writeTrailer } from "@/server/domain/image/gvmi";

/** The superblock of an image that would be so long, with any 16, 32 or 64 bits of it changed. */
export function aSuperblock(
  sizeBytes = 300,
  changes: readonly (readonly [at: number, bits: 16 | 32 | 64, value: number])[] = [],
): Uint8Array {
  const bytes = new Uint8Array(96);
  const view = new DataView(bytes.buffer);
  const set = (at: number, bits: 16 | 32 | 64, value: number) =>
    bits === 64
      ? view.setBigUint64(at, BigInt(value), true)
      : bits === 32
        ? view.setUint32(at, value, true)
        : view.setUint16(at, value, true);
  bytes.set([0x68, 0x73, 0x71, 0x73]); // hsqs
  set(4, 32, 7);
  set(12, 32, 131_072);
  set(20, 16, 6);
  set(22, 16, 17);
  set(28, 16, 4);
  set(40, 64, sizeBytes);
  for (const at of [48, 64, 72]) set(at, 64, 200);
  for (const at of [56, 80, 88]) view.setBigUint64(at, 0xffff_ffff_ffff_ffffn, true);
  for (const [at, bits, value] of changes) set(at, bits, value);
  return bytes;
}

/** A whole GVMI file without files in it: superblock, 204 bytes, fill up to 4 KiB, trailer. */
export const aGvmi = (trailer: Uint8Array = writeTrailer(EXIT_CONFIG)): Uint8Array =>
  concat(aSuperblock(300), new Uint8Array(204).fill(1), new Uint8Array(4_096 - 300), trailer);
