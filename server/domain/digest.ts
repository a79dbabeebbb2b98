import type { Cid, Digest } from "@/schemas/primitives";
import { base32, concat, fromBase32, hex, utf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { sha256 } from "@/server/domain/sha256";

/** What a canonical document may hold. No `undefined`, bigint, Date or class instance. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/**
 * RFC 8785 (JCS) canonical JSON as UTF-8 bytes. Hashing and signing start here and nowhere else.
 *
 * Keys are ordered by UTF-16 code units, as the RFC asks. JavaScript's own number and string
 * serialization is the one that the RFC prescribes.
 *
 * @throws BeaconError CANONICAL_UNSUPPORTED_VALUE for NaN, an infinity, `undefined` or a lone surrogate.
 */
export function canonicalBytes(value: Json): Uint8Array {
  return utf8(canonical(value));
}

function canonical(value: Json): string {
  if (isArray(value)) return `[${value.map(canonical)}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.keys(value)
      .sort()
      .map((key) => `${canonical(key)}:${canonical(value[key] as Json)}`)}}`;
  const isSupported =
    typeof value === "string"
      ? !/\p{Surrogate}/u.test(value)
      : value === null || typeof value === "boolean" || Number.isFinite(value);
  if (!isSupported)
    throw new BeaconError("CANONICAL_UNSUPPORTED_VALUE", `a ${typeof value} without a JSON form`);
  return JSON.stringify(value);
}

const isArray: (value: Json) => value is readonly Json[] = Array.isArray;

/** Digest of bytes as they are. */
export const digestOfBytes = (bytes: Uint8Array): Digest =>
  `sha256:${hex(sha256(bytes))}` as Digest;

/** Digest of a document: sha256 over its canonical bytes. */
export const digestOf = (value: Json): Digest => digestOfBytes(canonicalBytes(value));

/** The largest block: what every IPFS implementation passes on whole. */
export const MAX_BLOCK_BYTES = 1_048_576;

/** CIDv1 (0x01), raw (0x55), sha2-256 (0x12), 32 bytes (0x20): multiformats' table. */
const CID_PREFIX = /* @__PURE__ */ Uint8Array.of(0x01, 0x55, 0x12, 0x20);

/**
 * The address of one raw block.
 *
 * @throws BeaconError BLOCK_TOO_LARGE above 1 MiB: such bytes would need a tree of blocks.
 */
export function cidOf(bytes: Uint8Array): Cid {
  if (bytes.length > MAX_BLOCK_BYTES)
    throw new BeaconError("BLOCK_TOO_LARGE", `a block holds at most ${MAX_BLOCK_BYTES} bytes`, {
      details: { sizeBytes: bytes.length },
    });
  return `b${base32(concat(CID_PREFIX, sha256(bytes)))}` as Cid;
}

/** The sha256 that a raw CIDv1 commits to; null when `cid` is not one. */
export function sha256OfCid(cid: string): Uint8Array | null {
  // The four bytes of the prefix in base32; the last of these symbols holds three bits of the hash.
  if (!/^bafkrei[a-h].{51}$/.test(cid)) return null;
  return fromBase32(cid.slice(1))?.subarray(4) ?? null;
}
