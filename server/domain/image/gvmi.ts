import { concat, fromUtf8, utf8 } from "@/server/domain/bytes";
import { canonicalBytes, type Json } from "@/server/domain/digest";
import { BeaconError } from "@/server/domain/errors";
import { ContainerConfig, userOf } from "@/server/domain/image/container-config";
import { crc32 } from "@/server/domain/image/crc32";
import { readSuperblock, type Superblock } from "@/server/domain/image/superblock";

// A GVMI, as gvmkit-build writes and ya-runtime-vm reads it: a squashfs image, then the CRC-32 of the
// configuration (4 bytes, little-endian), the configuration (Docker's ContainerConfig as JSON), and the
// configuration's length in eight decimal digits.

/** The digits at a GVMI's very end. */
export const LENGTH_DIGITS = 8;
const CRC_BYTES = 4;
/** Ours has some 200 bytes; eight digits could say 100 MB. */
const MAX_CONFIG_BYTES = 1_048_576;
/** mksquashfs fills up to a multiple of this. */
const PAD_BYTES = 4_096;

/** What a GVMI holds, apart from its files. */
export type Gvmi = {
  readonly squashfs: Superblock;
  readonly config: ContainerConfig;
};

/**
 * The trailer of a new image. One configuration has one trailer: its JSON is RFC 8785's.
 *
 * @throws BeaconError IMAGE_INVALID for a configuration whose programs would run as root, or without a volume.
 */
export function writeTrailer(config: ContainerConfig): Uint8Array {
  const checked = parseConfig(config);
  if (userOf(checked) === null)
    throw invalid("User must be uid:gid in numbers and not root: the runtime takes nothing else");
  if (Object.keys(checked.Volumes ?? {}).length === 0)
    throw invalid("without Volumes nothing can be handed in or out");
  const json = canonicalBytes(checked as Json);
  if (json.length > MAX_CONFIG_BYTES) throw invalid("the configuration is too large");
  const crc = new Uint8Array(CRC_BYTES);
  new DataView(crc.buffer).setUint32(0, crc32(json), true);
  return concat(crc, json, utf8(String(json.length).padStart(LENGTH_DIGITS, "0")));
}

/**
 * How many bytes the trailer has in all.
 *
 * @param digits the file's last 8 bytes.
 * @throws BeaconError IMAGE_INVALID
 */
export function trailerLength(digits: Uint8Array): number {
  const text = fromUtf8(digits);
  if (text === null || !/^\d{8}$/.test(text)) throw invalid("the file does not end in 8 digits");
  const length = Number(text);
  if (length < 2 || length > MAX_CONFIG_BYTES)
    throw invalid(`a configuration of ${length} bytes is not taken`);
  return CRC_BYTES + length + LENGTH_DIGITS;
}

/**
 * Reads a trailer.
 *
 * @param trailer exactly its bytes, as many as `trailerLength` says.
 * @throws BeaconError IMAGE_INVALID
 */
export function readTrailer(trailer: Uint8Array): ContainerConfig {
  if (trailerLength(trailer.subarray(-LENGTH_DIGITS)) !== trailer.length)
    throw invalid("the file is too short for its trailer");
  const json = trailer.subarray(CRC_BYTES, -LENGTH_DIGITS);
  const told = new DataView(trailer.buffer, trailer.byteOffset, CRC_BYTES).getUint32(0, true);
  if (told !== crc32(json)) throw invalid("the checksum of the configuration does not hold");
  return parseConfig(parseJson(json));
}

/**
 * Puts the parts of a GVMI together and checks that they leave nothing over.
 *
 * @param parts.head the file's first 96 bytes or more.
 * @param parts.fill what stands between the squashfs image, as long as it says it is, and the trailer.
 * @throws BeaconError IMAGE_INVALID
 */
export function readGvmi(parts: {
  readonly head: Uint8Array;
  readonly fill: Uint8Array;
  readonly trailer: Uint8Array;
}): Gvmi {
  const squashfs = readSuperblock(parts.head);
  const config = readTrailer(parts.trailer);
  const end = squashfs.sizeBytes + parts.fill.length;
  if (parts.fill.some((byte) => byte !== 0)) throw invalid("bytes that belong to nothing");
  if (parts.fill.length > 0 && (parts.fill.length >= PAD_BYTES || end % PAD_BYTES !== 0))
    throw invalid("the squashfs image is filled up with too much");
  return { squashfs, config };
}

/**
 * How many bytes stand between the squashfs image and the trailer.
 *
 * @throws BeaconError IMAGE_INVALID when the file is cut, or when they are more than mksquashfs adds.
 */
export function fillLength(squashfs: Superblock, fileBytes: number, trailerBytes: number): number {
  const fill = fileBytes - trailerBytes - squashfs.sizeBytes;
  if (fill < 0) throw invalid("the squashfs image is cut short");
  if (fill >= PAD_BYTES) throw invalid("bytes that belong to nothing");
  return fill;
}

function parseConfig(value: unknown): ContainerConfig {
  const parsed = ContainerConfig.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`not Docker's ContainerConfig: ${issue?.path.join(".")} ${issue?.message}`);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes) ?? "");
  } catch (cause) {
    throw new BeaconError("IMAGE_INVALID", "the configuration is not JSON", { cause });
  }
}

const invalid = (message: string) => new BeaconError("IMAGE_INVALID", message);
