import { createHash } from "node:crypto";
import { sha256 as noble } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hex, utf8 } from "@/server/domain/bytes";
import { sha256 } from "@/server/domain/sha256";

describe("SHA-256", () => {
  it("is that of FIPS 180-4's examples", () => {
    const examples: readonly (readonly [string, string])[] = [
      ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
      ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
      [
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
      ],
    ];
    for (const [text, digest] of examples) expect(hex(sha256(utf8(text)))).toBe(digest);
  });

  it("is that of two other libraries, for every length around the edges of blocks", () => {
    for (let length = 0; length <= 600; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 167 + length * 31) & 0xff);
      const expected = hex(noble(bytes));
      expect(hex(sha256(bytes)), `${length} bytes`).toBe(expected);
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(expected);
    }
  });

  it("is that of another library for any bytes, also for a part of a larger buffer", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), fc.nat(70), (bytes, from) => {
        expect(sha256(bytes)).toEqual(noble(bytes));
        expect(sha256(bytes.subarray(from))).toEqual(noble(bytes.slice(from)));
      }),
      { numRuns: 4_000 },
    );
  });

  it("hashes a whole block, and leaves what it was given as it was", () => {
    const bytes = new Uint8Array(1_048_576).fill(7);
    const before = Uint8Array.from(bytes);
    expect(hex(sha256(bytes))).toBe(createHash("sha256").update(bytes).digest("hex"));
    expect(Buffer.from(bytes).equals(before)).toBe(true);
  });

  it("takes its constants from roots that are far enough from the next number", () => {
    // A root may be off by its last bit; the 32 bits that are taken must not depend on that one.
    const primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73];
    primes.push(79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163);
    primes.push(167, 173, 179, 181, 191, 193, 197, 199, 211, 223, 227, 229, 233, 239, 241, 251);
    primes.push(257, 263, 269, 271, 277, 281, 283, 293, 307, 311);
    expect(primes).toHaveLength(64);
    for (const root of [...primes.map(Math.cbrt), ...primes.slice(0, 8).map(Math.sqrt)]) {
      const behind = ((root % 1) * 2 ** 32) % 1;
      expect(Math.min(behind, 1 - behind)).toBeGreaterThan(1e-4);
    }
  });
});
