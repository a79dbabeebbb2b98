import { utf8 } from "@/server/domain/bytes";
import { leafHashOf, nodeHash } from "@/server/domain/log/merkle";

/**
 * A tree too large to be laid down: only the leaves that matter are known, and every whole subtree
 * without one is a hash that nobody looks into. By the RFC's own recursion (RFC 9162, section 2.1).
 *
 * @param leaves leaf hashes by their position.
 * @param cuts sizes of earlier states, so that no hidden subtree stands on both sides of one.
 */
export function sparseTree(
  leaves: ReadonlyMap<bigint, Uint8Array>,
  size: bigint,
  cuts: readonly bigint[] = [],
) {
  const isOpen = (start: bigint, end: bigint): boolean =>
    split(end - start + 1n) !== end - start || // not a whole subtree
    [...leaves.keys()].some((at) => start <= at && at < end) ||
    cuts.some((cut) => start < cut && cut < end);

  const rootOf = (start: bigint, end: bigint): Uint8Array => {
    const leaf = end - start === 1n ? leaves.get(start) : undefined;
    if (leaf !== undefined) return leaf;
    if (!isOpen(start, end)) return leafHashOf(utf8(`${start} to ${end}`));
    const middle = start + split(end - start);
    return nodeHash(rootOf(start, middle), rootOf(middle, end));
  };

  const inclusion = (index: bigint, start = 0n, end = size): Uint8Array[] => {
    if (end - start === 1n) return [];
    const middle = start + split(end - start);
    return index < middle
      ? [...inclusion(index, start, middle), rootOf(middle, end)]
      : [...inclusion(index, middle, end), rootOf(start, middle)];
  };

  const subproof = (cut: bigint, start: bigint, end: bigint, isWhole: boolean): Uint8Array[] => {
    if (cut === end) return isWhole ? [] : [rootOf(start, end)];
    const middle = start + split(end - start);
    return cut <= middle
      ? [...subproof(cut, start, middle, isWhole), rootOf(middle, end)]
      : [...subproof(cut, middle, end, false), rootOf(start, middle)];
  };

  return {
    size,
    rootAt: (at: bigint): Uint8Array => rootOf(0n, at),
    inclusion: (index: bigint): Uint8Array[] => inclusion(index),
    consistency: (oldSize: bigint): Uint8Array[] => subproof(oldSize, 0n, size, true),
  };
}

/** The largest power of two below `size`. */
const split = (size: bigint): bigint => 1n << BigInt((size - 1n).toString(2).length - 1);
