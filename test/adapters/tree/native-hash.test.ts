import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hashLeaf, hashPair } from "@/server/adapters/tree/native-hash";
import { leafHashOf, nodeHash } from "@/server/domain/log/merkle";

describe("hashing by Node's own SHA-256", () => {
  it("is the domain's for leaves of every length, and keeps nothing of the one before", () => {
    for (const length of [65_535, 0, 1, 31, 32, 33, 55, 56, 64, 600, 4_096, 65_534, 2]) {
      const bytes = randomBytes(length);
      expect(new Uint8Array(hashLeaf(bytes))).toEqual(leafHashOf(bytes));
    }
  });

  it("is the domain's for nodes", () => {
    for (let n = 0; n < 50; n++) {
      const [left, right] = [randomBytes(32), randomBytes(32)];
      const pair = hashPair(Buffer.concat([left, right]));
      expect(new Uint8Array(pair)).toEqual(nodeHash(left, right));
    }
  });

  it("gives hashes that stay what they are when the next one is made", () => {
    const first = hashLeaf(Uint8Array.of(1));
    const kept = Uint8Array.from(first);
    hashLeaf(Uint8Array.of(2));
    hashPair(Buffer.alloc(64));
    expect(new Uint8Array(first)).toEqual(kept);
  });

  it("refuses what no leaf and no node is", () => {
    expect(() => hashLeaf(new Uint8Array(65_536))).toThrow(RangeError);
    expect(() => hashPair(Buffer.alloc(63))).toThrow(RangeError);
  });
});
