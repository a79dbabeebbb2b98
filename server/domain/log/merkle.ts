import { concat, equalBytes } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { MAX_POSITION } from "@/server/domain/log/decimal";
import { sha256 } from "@/server/domain/sha256";

/** SHA-256, the one hash of the log. */
export const HASH_BYTES = 32;

/** The root of the tree without leaves: SHA-256 of nothing (RFC 9162, section 2.1.1). */
export const EMPTY_ROOT: Uint8Array = /* @__PURE__ */ sha256(/* @__PURE__ */ new Uint8Array());

const LEAF_PREFIX = /* @__PURE__ */ Uint8Array.of(0x00);
const NODE_PREFIX = /* @__PURE__ */ Uint8Array.of(0x01);

/** The hash of a leaf's bytes (RFC 9162, section 2.1.1): the prefix keeps leaves and nodes apart. */
export const leafHashOf = (leafBytes: Uint8Array): Uint8Array =>
  sha256(concat(LEAF_PREFIX, leafBytes));

/** The hash of an inner node from its two children, 32 bytes each. */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  sha256(concat(NODE_PREFIX, left, right));

/** A tree's two hashes. */
export type TreeHashes = {
  readonly leafHashOf: (leafBytes: Uint8Array) => Uint8Array;
  readonly nodeHash: (left: Uint8Array, right: Uint8Array) => Uint8Array;
};

/** The same two by another SHA-256: one that is faster where it runs. */
export const treeHashesBy = (hash: (bytes: Uint8Array) => Uint8Array): TreeHashes => ({
  leafHashOf: (leafBytes) => hash(concat(LEAF_PREFIX, leafBytes)),
  nodeHash: (left, right) => hash(concat(NODE_PREFIX, left, right)),
});

/**
 * The root over leaf hashes, 32 bytes each (RFC 9162, section 2.1.1). Layer by layer: a node
 * without a sibling moves up as it is, which is the same tree as the RFC's recursive one.
 */
export function rootOf(leafHashes: readonly Uint8Array[], node = nodeHash): Uint8Array {
  let layer = leafHashes;
  while (layer.length > 1) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < layer.length; i += 2) {
      const [left, right] = [layer[i], layer[i + 1]];
      if (left === undefined) throw new Error("a layer has no holes");
      above.push(right === undefined ? left : node(left, right));
    }
    layer = above;
  }
  return layer[0] ?? EMPTY_ROOT;
}

/** A leaf's position or a number of leaves, 0 to 2^63 - 1: a bigint, or a number that is a safe integer. */
export type Position = bigint | number;

/**
 * Verifies that `leafHash` is the leaf at `index` of the tree with `root` and `size`
 * (RFC 9162, section 2.1.3.2).
 *
 * @param claim `proof` holds the sibling hashes, 32 bytes each, from leaf to root.
 * @throws BeaconError LOG_POSITION_INVALID, LOG_HASH_LENGTH, LOG_PROOF_LENGTH, LOG_PROOF_ROOT_MISMATCH
 */
export function verifyInclusion(claim: {
  readonly index: Position;
  readonly size: Position;
  readonly leafHash: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}): void {
  const index = positionOf(claim.index);
  const size = positionOf(claim.size);
  if (index >= size)
    throw new BeaconError("LOG_POSITION_INVALID", `a tree of ${size} has no leaf ${index}`);
  mustBeHashes([claim.leafHash, claim.root, ...claim.proof]);

  const isLeft = sidesOf(index, size - 1n, claim.proof.length);
  const root = claim.proof.reduce(
    (hash, sibling, i) => (isLeft[i] ? nodeHash(sibling, hash) : nodeHash(hash, sibling)),
    claim.leafHash,
  );
  mustBeRoot(root, claim.root);
}

/**
 * Verifies that the tree of `newSize` leaves begins with the tree of `oldSize` leaves
 * (RFC 9162, section 2.1.4.2). For equal sizes the roots are compared and nothing is hashed. An
 * empty tree is the beginning of every tree, so that a proof from it would say nothing: refused.
 *
 * @throws BeaconError LOG_POSITION_INVALID, LOG_HASH_LENGTH, LOG_PROOF_LENGTH, LOG_PROOF_ROOT_MISMATCH
 */
export function verifyConsistency(claim: {
  readonly oldSize: Position;
  readonly newSize: Position;
  readonly oldRoot: Uint8Array;
  readonly newRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}): void {
  const oldSize = positionOf(claim.oldSize);
  const newSize = positionOf(claim.newSize);
  if (oldSize > newSize || (oldSize === 0n && newSize > 0n))
    throw new BeaconError("LOG_POSITION_INVALID", `nothing leads from ${oldSize} to ${newSize}`);
  if (oldSize === newSize) {
    if (claim.proof.length > 0) throw wrongLength();
    mustBeRoot(claim.oldRoot, claim.newRoot);
    return;
  }
  mustBeHashes([claim.oldRoot, claim.newRoot, ...claim.proof]);

  // The proof starts at the largest whole subtree at the right edge of the old tree. When that is
  // the old tree itself, its hash is known and left out.
  const levels = trailingZeros(oldSize);
  const isWholeTree = oldSize === 1n << levels;
  const [start, ...siblings] = isWholeTree ? [claim.oldRoot, ...claim.proof] : claim.proof;
  if (start === undefined) throw wrongLength();

  const isLeft = sidesOf((oldSize - 1n) >> levels, (newSize - 1n) >> levels, siblings.length);
  let oldHash = start;
  let newHash = start;
  for (const [i, sibling] of siblings.entries()) {
    if (isLeft[i]) oldHash = nodeHash(sibling, oldHash);
    newHash = isLeft[i] ? nodeHash(sibling, newHash) : nodeHash(newHash, sibling);
  }
  mustBeRoot(oldHash, claim.oldRoot);
  mustBeRoot(newHash, claim.newRoot);
}

/**
 * On the way from node `from` of a layer whose last node is `last` up to the root: whether each
 * sibling stands to the left. A node without a sibling moves up without one.
 *
 * @param siblings how many the proof has.
 * @throws BeaconError LOG_PROOF_LENGTH when the way has more siblings, or fewer.
 */
function sidesOf(from: bigint, last: bigint, siblings: number): readonly boolean[] {
  const isLeft: boolean[] = [];
  for (let node = from, edge = last; edge > 0n; node >>= 1n, edge >>= 1n) {
    const isRightNode = (node & 1n) === 1n;
    if (isRightNode || node < edge) isLeft.push(isRightNode);
  }
  if (isLeft.length !== siblings) throw wrongLength();
  return isLeft;
}

function trailingZeros(value: bigint): bigint {
  let zeros = 0n;
  while (((value >> zeros) & 1n) === 0n) zeros++;
  return zeros;
}

function positionOf(value: Position): bigint {
  const isExact = typeof value === "bigint" || Number.isSafeInteger(value);
  if (!isExact || value < 0 || value > MAX_POSITION)
    throw new BeaconError("LOG_POSITION_INVALID", `${value} is no position`);
  return BigInt(value);
}

function mustBeHashes(hashes: readonly Uint8Array[]): void {
  if (hashes.some((hash) => hash.length !== HASH_BYTES))
    throw new BeaconError("LOG_HASH_LENGTH", `a hash has ${HASH_BYTES} bytes`);
}

function mustBeRoot(computed: Uint8Array, root: Uint8Array): void {
  if (!equalBytes(computed, root))
    throw new BeaconError("LOG_PROOF_ROOT_MISMATCH", "the proof leads to another root");
}

const wrongLength = (): BeaconError =>
  new BeaconError("LOG_PROOF_LENGTH", "the proof has too many hashes or too few");
