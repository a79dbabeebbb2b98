import { hex } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { sha256 } from "@/server/domain/sha256";

/** What is read of a Bitcoin block's header. */
export type BitcoinHeader = {
  /** 32 bytes, in the order in which the header has them; explorers show them reversed. */
  readonly merkleRoot: Uint8Array;
  readonly minedAt: Date;
  /** The block's hash as explorers show it: hex, bytes reversed. */
  readonly hash: string;
};

const HEADER_BYTES = 80;

/**
 * The easiest work that Bitcoin's main chain has ever asked for: 2^224 - 1, compactly 0x1d00ffff. What
 * was mined with less was not mined there.
 */
export const MAIN_CHAIN_TARGET = 0xffffn << 208n;

/**
 * Reads the 80 bytes of a block header and checks the work in it: whoever makes up a header has to do
 * that work. Whether the block is in the chain, only somebody who has the chain can say.
 *
 * @param easiestTarget the easiest work that is believed.
 * @throws BeaconError ANCHOR_INVALID
 */
export function readBitcoinHeader(
  bytes: Uint8Array,
  easiestTarget: bigint = MAIN_CHAIN_TARGET,
): BitcoinHeader {
  if (bytes.length !== HEADER_BYTES)
    throw invalid(`a block header has ${HEADER_BYTES} bytes, not ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const hash = shownHash(sha256(sha256(bytes)));
  const target = targetOf(view.getUint32(72, true));
  if (target > easiestTarget || BigInt(`0x${hash}`) > target)
    throw invalid("the header has less work in it than Bitcoin asks for");
  return {
    merkleRoot: bytes.slice(36, 68),
    minedAt: new Date(view.getUint32(68, true) * 1_000),
    hash,
  };
}

/** A hash as Bitcoin's tools and explorers show it: hex, the last byte first. */
export const shownHash = (bytes: Uint8Array): string => hex(bytes.toReversed());

/** The compact form of a target: an exponent to the base 256 and 23 bits of mantissa. */
function targetOf(compact: number): bigint {
  const exponent = compact >>> 24;
  const mantissa = BigInt(compact & 0x7fffff);
  return exponent <= 3
    ? mantissa >> BigInt(8 * (3 - exponent))
    : mantissa << BigInt(8 * (exponent - 3));
}

const invalid = (message: string): BeaconError => new BeaconError("ANCHOR_INVALID", message);
