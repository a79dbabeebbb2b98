import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromBase64, hex, utf8 } from "@/server/domain/bytes";
import { MAX_POSITION } from "@/server/domain/log/decimal";
import {
  EMPTY_ROOT,
  leafHashOf,
  nodeHash,
  type Position,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from "@/server/domain/log/merkle";
import { oracleConsistency, oracleInclusion, oracleRoot } from "@/test/domain/log/oracle";
import { golden, goldenLeafHashes, type MerkleGolden } from "@/test/vectors/golden";

const vectors = golden<MerkleGolden>("rfc6962-golden.json");
const leaves = goldenLeafHashes(300);
const bytesOf = (text: string) => fromBase64(text) ?? expect.fail("not base64");
const leafAt = (index: number) => leaves[index] ?? expect.fail("no such leaf");

/** A copy with one bit flipped. */
function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const at = Math.floor(bit / 8) % copy.length;
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit % 8));
  return copy;
}

const included = (index: Position, size: number) => ({
  index,
  size,
  leafHash: leafAt(Number(index)),
  proof: oracleInclusion(Number(index), leaves.slice(0, size)),
  root: rootOf(leaves.slice(0, size)),
});
const consistent = (oldSize: number, newSize: number) => ({
  oldSize,
  newSize,
  oldRoot: rootOf(leaves.slice(0, oldSize)),
  newRoot: rootOf(leaves.slice(0, newSize)),
  proof: oracleConsistency(oldSize, leaves.slice(0, newSize)),
});
const aLeaf = fc
  .tuple(fc.integer({ min: 1, max: 300 }), fc.nat())
  .map(([size, n]) => ({ size, index: n % size }));
const aPair = fc
  .tuple(fc.integer({ min: 1, max: 300 }), fc.nat())
  .map(([newSize, n]) => ({ newSize, oldSize: 1 + (n % newSize) }));
const anyRefusal = expect.objectContaining({ code: expect.stringMatching(/^LOG_/) });
const refused = (code: string) => expect.objectContaining({ code });

describe("roots", () => {
  it("are those of the golden vectors, for 0 to 300 leaves", () => {
    expect(vectors.roots).toHaveLength(301);
    for (const [size, root] of vectors.roots.entries())
      expect(hex(rootOf(leaves.slice(0, size)))).toBe(root);
  });

  it("are those of the recursive definition", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 90 }),
        (hashes) => {
          expect(rootOf(hashes)).toEqual(oracleRoot(hashes));
        },
      ),
    );
  });

  it("of an empty tree is the hash of nothing", () => {
    expect(rootOf([])).toBe(EMPTY_ROOT);
    expect(hex(EMPTY_ROOT)).toMatch(/^e3b0c442.*b855$/);
  });

  it("never take a node for a leaf", () => {
    const [a, b] = [leafAt(0), leafAt(1)];
    expect(nodeHash(a, b)).not.toEqual(leafHashOf(Uint8Array.from([...a, ...b])));
  });
});

describe("inclusion", () => {
  it("holds for the golden examples", () => {
    for (const { index, size, proof } of vectors.examples)
      verifyInclusion({ ...included(index, size), proof: proof.map(bytesOf) });
    expect(vectors.examples).toHaveLength(6);
  });

  it("holds for every leaf of every tree of up to 66 leaves, and for no other leaf", () => {
    for (let size = 1; size <= 66; size++)
      for (let index = 0; index < size; index++) {
        const claim = included(index, size);
        verifyInclusion(claim);
        const stranger = { ...claim, leafHash: leafAt((index + 1) % 300) };
        expect(() => verifyInclusion(stranger)).toThrow(refused("LOG_PROOF_ROOT_MISMATCH"));
      }
  });

  it("leads to the root that the recursive definition gives", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { minLength: 1, maxLength: 90 }),
        fc.nat(),
        (hashes, n) => {
          const index = n % hashes.length;
          const leafHash = hashes[index] ?? expect.fail("no leaf");
          verifyInclusion({
            index,
            size: hashes.length,
            leafHash,
            proof: oracleInclusion(index, hashes),
            root: oracleRoot(hashes),
          });
        },
      ),
    );
  });

  it("is exact at the last leaf of the largest log", () => {
    // 2^63 - 1 leaves: 63 ones, so that the last leaf is the ragged edge at every level above it.
    const size = MAX_POSITION;
    const index = size - 1n;
    const proof = Array.from({ length: 62 }, (_, i) => leafAt(i));
    const root = proof.reduce((hash, sibling) => nodeHash(sibling, hash), leafAt(99));
    const claim = { index, size, leafHash: leafAt(99), proof, root };
    expect(() => verifyInclusion(claim)).not.toThrow();
    for (const other of [index - 1n, index - 2n ** 53n, 0n])
      expect(() => verifyInclusion({ ...claim, index: other })).toThrow(anyRefusal);
    for (const other of [size - 1n, 2n ** 53n])
      expect(() => verifyInclusion({ ...claim, size: other })).toThrow(anyRefusal);
  });

  it("holds for any leaf of any tree, by number and by bigint", () => {
    fc.assert(
      fc.property(aLeaf, ({ index, size }) => {
        expect(() => verifyInclusion(included(index, size))).not.toThrow();
        expect(() => verifyInclusion(included(BigInt(index), size))).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });

  it("fails for one flipped bit in leaf, proof or root", () => {
    fc.assert(
      fc.property(aLeaf, fc.nat(255), fc.nat(), ({ index, size }, bit, n) => {
        const claim = included(index, size);
        const { leafHash, root, proof } = claim;
        const at = n % Math.max(1, proof.length);
        const wrong = refused("LOG_PROOF_ROOT_MISMATCH");
        expect(() => verifyInclusion({ ...claim, leafHash: flipped(leafHash, bit) })).toThrow(
          wrong,
        );
        expect(() => verifyInclusion({ ...claim, root: flipped(root, bit) })).toThrow(wrong);
        if (proof.length === 0) return;
        const other = proof.map((hash, i) => (i === at ? flipped(hash, bit) : hash));
        expect(() => verifyInclusion({ ...claim, proof: other })).toThrow(wrong);
      }),
    );
  });

  it("fails at any other place", () => {
    fc.assert(
      fc.property(aLeaf, fc.nat(400), ({ index, size }, other) => {
        fc.pre(other !== index);
        expect(() => verifyInclusion({ ...included(index, size), index: other })).toThrow(
          anyRefusal,
        );
      }),
    );
  });

  it("fails for proofs that are too long or too short", () => {
    const claim = included(41, 257);
    const wrong = refused("LOG_PROOF_LENGTH");
    expect(() => verifyInclusion({ ...claim, proof: claim.proof.slice(1) })).toThrow(wrong);
    expect(() => verifyInclusion({ ...claim, proof: [...claim.proof, claim.root] })).toThrow(wrong);
    expect(() => verifyInclusion({ ...included(0, 1), proof: [leafAt(0)] })).toThrow(wrong);
  });

  it("knows positions that cannot be", () => {
    const claim = included(4, 5);
    const wrong = refused("LOG_POSITION_INVALID");
    for (const index of [5, 2 ** 53, -1, 0.5, Number.NaN, -1n, 2n ** 63n])
      expect(() => verifyInclusion({ ...claim, index })).toThrow(wrong);
    for (const size of [0, 4, 2 ** 53, 2n ** 63n, -5n])
      expect(() => verifyInclusion({ ...claim, size })).toThrow(wrong);
  });

  it("is not thrown off by sizes above 2^32", () => {
    const [leafHash, sibling] = [leafAt(0), leafAt(1)];
    const proof = Array.from({ length: 40 }, () => sibling);
    const root = proof.reduce((hash, other) => nodeHash(hash, other), leafHash);
    for (const size of [2 ** 40, 2n ** 40n])
      expect(() => verifyInclusion({ index: 0, size, leafHash, proof, root })).not.toThrow();
    expect(() => verifyInclusion({ index: 2 ** 32, size: 2 ** 40, leafHash, proof, root })).toThrow(
      refused("LOG_PROOF_ROOT_MISMATCH"),
    );
  });

  it("takes hashes of 32 bytes only", () => {
    const claim = included(41, 257);
    const short = utf8("short");
    const wrong = refused("LOG_HASH_LENGTH");
    expect(() => verifyInclusion({ ...claim, leafHash: short })).toThrow(wrong);
    expect(() => verifyInclusion({ ...claim, root: short })).toThrow(wrong);
    expect(() => verifyInclusion({ ...claim, proof: [short, ...claim.proof] })).toThrow(wrong);
  });
});

describe("consistency", () => {
  it("holds for the golden examples", () => {
    for (const { from, to, proof } of vectors.consistencyExamples)
      verifyConsistency({ ...consistent(from, to), proof: proof.map(bytesOf) });
    expect(vectors.consistencyExamples).toHaveLength(8);
  });

  it("holds between every two sizes of one tree up to 66, and for no other root", () => {
    for (let newSize = 1; newSize <= 66; newSize++)
      for (let oldSize = 1; oldSize <= newSize; oldSize++) {
        const claim = consistent(oldSize, newSize);
        verifyConsistency(claim);
        const stranger = { ...claim, oldRoot: rootOf(leaves.slice(1, oldSize + 1)) };
        expect(() => verifyConsistency(stranger)).toThrow(refused("LOG_PROOF_ROOT_MISMATCH"));
      }
  });

  it("leads from root to root as the recursive definition gives them", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { minLength: 1, maxLength: 90 }),
        fc.nat(),
        (hashes, n) => {
          const oldSize = 1 + (n % hashes.length);
          verifyConsistency({
            oldSize,
            newSize: hashes.length,
            oldRoot: oracleRoot(hashes.slice(0, oldSize)),
            newRoot: oracleRoot(hashes),
            proof: oracleConsistency(oldSize, hashes),
          });
        },
      ),
    );
  });

  it("holds between any two sizes of one tree", () => {
    fc.assert(
      fc.property(aPair, ({ oldSize, newSize }) => {
        expect(() => verifyConsistency(consistent(oldSize, newSize))).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });

  it("fails for one flipped bit in proof or roots", () => {
    fc.assert(
      fc.property(aPair, fc.nat(255), fc.nat(), ({ oldSize, newSize }, bit, n) => {
        const claim = consistent(oldSize, newSize);
        const { oldRoot, newRoot, proof } = claim;
        const wrong = refused("LOG_PROOF_ROOT_MISMATCH");
        expect(() => verifyConsistency({ ...claim, oldRoot: flipped(oldRoot, bit) })).toThrow(
          wrong,
        );
        expect(() => verifyConsistency({ ...claim, newRoot: flipped(newRoot, bit) })).toThrow(
          wrong,
        );
        if (proof.length === 0) return;
        const at = n % proof.length;
        const other = proof.map((hash, i) => (i === at ? flipped(hash, bit) : hash));
        expect(() => verifyConsistency({ ...claim, proof: other })).toThrow(wrong);
      }),
    );
  });

  it("fails for other sizes than the ones proved", () => {
    fc.assert(
      fc.property(aPair, fc.integer({ min: 1, max: 300 }), ({ oldSize, newSize }, other) => {
        fc.pre(other !== oldSize);
        const claim = { ...consistent(oldSize, newSize), oldSize: other };
        expect(() => verifyConsistency(claim)).toThrow(anyRefusal);
      }),
    );
  });

  it("fails for proofs that are too long or too short", () => {
    const wrong = refused("LOG_PROOF_LENGTH");
    for (const claim of [consistent(3, 7), consistent(4, 7), consistent(5, 5)])
      expect(() => verifyConsistency({ ...claim, proof: [...claim.proof, leafAt(0)] })).toThrow(
        wrong,
      );
    for (const claim of [consistent(3, 7), consistent(4, 7)])
      expect(() => verifyConsistency({ ...claim, proof: [] })).toThrow(wrong);
  });

  it("never starts from an empty tree and never goes back", () => {
    const wrong = refused("LOG_POSITION_INVALID");
    const from = (oldSize: Position, newSize: Position) => () =>
      verifyConsistency({ ...consistent(1, 2), oldSize, newSize });
    for (const [oldSize, newSize] of [
      [0, 1],
      [2, 1],
      [1, 2 ** 53],
      [1, 2n ** 63n],
      [-1, 1],
    ] as const)
      expect(from(oldSize, newSize)).toThrow(wrong);
  });

  it("compares the roots of equal sizes", () => {
    verifyConsistency({
      oldSize: 0,
      newSize: 0,
      oldRoot: EMPTY_ROOT,
      newRoot: EMPTY_ROOT,
      proof: [],
    });
    expect(() => verifyConsistency({ ...consistent(9, 9), newRoot: leafAt(0) })).toThrow(
      refused("LOG_PROOF_ROOT_MISMATCH"),
    );
  });

  it("takes hashes of 32 bytes only", () => {
    const claim = { ...consistent(3, 7), oldRoot: utf8("short") };
    expect(() => verifyConsistency(claim)).toThrow(refused("LOG_HASH_LENGTH"));
  });
});
