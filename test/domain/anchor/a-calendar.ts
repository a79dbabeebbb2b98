import { createHash } from "node:crypto";

const sha256 = (...parts: readonly Uint8Array[]): Buffer =>
  createHash("sha256").update(Buffer.concat(parts)).digest();
const bytes = (hex: string) => Buffer.from(hex, "hex");
/** Lengths below 128 are one byte. */
const sized = (part: Uint8Array) => Buffer.concat([Buffer.of(part.length), part]);
const append = (part: Uint8Array) => Buffer.concat([Buffer.of(0xf0), sized(part)]);
const prepend = (part: Uint8Array) => Buffer.concat([Buffer.of(0xf1), sized(part)]);
const SHA256 = Buffer.of(0x08);

/** A pending attestation as a calendar writes it, spelled out by hand. */
export const pendingBytes = (uri: string): Buffer =>
  Buffer.concat([bytes("0083dfe30d2ef90c8e"), sized(sized(Buffer.from(uri)))]);

/** A Bitcoin attestation of a height below 2^14. */
export const bitcoinBytes = (height: number): Buffer => {
  const number = height < 128 ? [height] : [(height & 127) | 128, height >> 7];
  return Buffer.concat([bytes("000588960d73d71901"), sized(Buffer.of(...number))]);
};

/** Work as easy as on Bitcoin's regression-test network: every second hash will do. */
const EASY_BITS = 0x207fffff;
/** The target of that work. */
export const EASY_TARGET = 0x7fffffn << 232n;

/** When the block of every calendar here was mined. */
export const MINED_AT = new Date("2026-11-22T15:00:00.000Z");

/** A block header over `merkleRoot`, mined with next to no work. */
export function aBlockHeader(merkleRoot: Uint8Array): Uint8Array {
  const header = Buffer.alloc(80);
  header.writeUInt32LE(0x20000000, 0);
  header.set(merkleRoot, 36);
  header.writeUInt32LE(MINED_AT.getTime() / 1_000, 68);
  header.writeUInt32LE(EASY_BITS, 72);
  for (let nonce = 0; ; nonce++) {
    header.writeUInt32LE(nonce, 76);
    if ((sha256(sha256(header))[31] ?? 255) < 0x7f) return Uint8Array.from(header);
  }
}

/**
 * A calendar as the reference server is one: it adds a time and a secret to what it is sent, promises
 * the result, and, once `mine` was called, leads it through a tree and a transaction to a block.
 */
export function aCalendar(uri: () => string) {
  const promised = new Map<string, Uint8Array>();
  const height = 9_001;
  let isMined = false;

  /** What leads from a promised message to the Merkle root, and the root. */
  function commitmentOf(message: Uint8Array): { path: Buffer; root: Uint8Array } {
    const [neighbour, before, after, other] = [1, 2, 3, 4].map((n) => Buffer.alloc(20 + n, n)) as [
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ];
    const tip = sha256(sha256(message), neighbour);
    const transaction = sha256(sha256(before, tip, after));
    return {
      path: Buffer.concat([
        ...[SHA256, append(neighbour), SHA256, prepend(before), append(after), SHA256, SHA256],
        ...[prepend(other), SHA256, SHA256, bitcoinBytes(height)],
      ]),
      root: Uint8Array.from(sha256(sha256(other, transaction))),
    };
  }

  return {
    height,
    mine(): void {
      isMined = true;
    },
    /** The answer to `POST /digest`. */
    accept(digest: Uint8Array): Uint8Array {
      const time = Buffer.from([0x6a, 0, 0, promised.size]);
      const secret = sha256(digest).subarray(0, 8);
      const message = Buffer.concat([time, sha256(digest), secret]);
      promised.set(message.toString("hex"), message);
      return Buffer.concat([SHA256, prepend(time), append(secret), pendingBytes(uri())]);
    },
    /** The answer to `GET /timestamp/<hex>`; null: it has nothing (yet). */
    timestamp(hex: string): Uint8Array | null {
      const message = promised.get(hex);
      return message === undefined || !isMined ? null : commitmentOf(message).path;
    },
    /** The header of the block that has the only message promised so far. */
    header(): Uint8Array {
      const [message] = promised.values();
      if (message === undefined) throw new Error("nothing was promised");
      return aBlockHeader(commitmentOf(message).root);
    },
  };
}
