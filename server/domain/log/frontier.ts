import { EMPTY_ROOT, nodeHash } from "@/server/domain/log/merkle";

/** A whole subtree of 2^height leaves. */
type Subtree = { readonly height: number; readonly hash: Uint8Array };

/** A tree that is only ever added to, as its right edge: one hash for each bit of its size. */
export type Frontier = {
  readonly size: number;
  /** Adds one leaf hash. Tells of every subtree of 2^height leaves that it completes, from the leaf up. */
  add(leafHash: Uint8Array, onSubtree?: (height: number, hash: Uint8Array) => void): void;
  /** The root of the tree of `size` leaves (RFC 9162, section 2.1.1). */
  root(): Uint8Array;
};

/** The tree of no leaves. It needs no more memory for a long log than for a short one. */
export function createFrontier(): Frontier {
  const edge: Subtree[] = [];
  let size = 0;
  return {
    get size() {
      return size;
    },
    add(leafHash, onSubtree = () => {}) {
      let subtree: Subtree = { height: 0, hash: leafHash };
      onSubtree(0, leafHash);
      for (let left = edge.at(-1); left?.height === subtree.height; left = edge.at(-1)) {
        edge.pop();
        const height = subtree.height + 1;
        subtree = { height, hash: nodeHash(left.hash, subtree.hash) };
        onSubtree(height, subtree.hash);
      }
      edge.push(subtree);
      size += 1;
    },
    root: () => edge.map(({ hash }) => hash).reduceRight(join, undefined) ?? EMPTY_ROOT,
  };
}

/** From the right: the smallest subtree joins the next larger one on its left. */
const join = (right: Uint8Array | undefined, left: Uint8Array): Uint8Array =>
  right === undefined ? left : nodeHash(left, right);
