import { hash } from "node:crypto";

/**
 * The domain's leaf and node hashes (RFC 9162, section 2.1.1) by Node's own SHA-256, in one call and
 * without a copy for each: several times as fast for entries of usual length, and the writer's time
 * is mostly hashing. A test holds them against the domain's.
 */

/** Prefix and bytes lie in one place; a hash is done before the next one starts. */
const leaf = Buffer.alloc(1 + 65_535, 0x00);
const node = Buffer.alloc(1 + 64, 0x01);

/** @param bytes at most 65,535. */
export function hashLeaf(bytes: Uint8Array): Uint8Array {
  if (bytes.length >= leaf.length) throw new RangeError("a leaf has at most 65,535 bytes");
  leaf.set(bytes, 1);
  return hash("sha256", leaf.subarray(0, 1 + bytes.length), "buffer");
}

/** @param pair two hashes of 32 bytes in one buffer, as merkletreejs hands them over. */
export function hashPair(pair: Buffer): Buffer {
  if (pair.length !== 64) throw new RangeError("a node has two hashes of 32 bytes");
  node.set(pair, 1);
  return hash("sha256", node, "buffer");
}
