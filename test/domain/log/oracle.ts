import { createHash } from "node:crypto";

const sha256 = (...parts: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return Uint8Array.from(hash.digest());
};
const split = (size: number): number => 2 ** Math.ceil(Math.log2(size) - 1);

/** The root as RFC 9162, section 2.1.1, defines it: by recursion, with another hash library. */
export function oracleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return sha256();
  if (leaves.length === 1) return first;
  const k = split(leaves.length);
  return sha256(Uint8Array.of(1), oracleRoot(leaves.slice(0, k)), oracleRoot(leaves.slice(k)));
}

/** The inclusion proof as RFC 9162, section 2.1.3.1, defines it. */
export function oracleInclusion(index: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length <= 1) return [];
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return index < k
    ? [...oracleInclusion(index, left), oracleRoot(right)]
    : [...oracleInclusion(index - k, right), oracleRoot(left)];
}

/** The consistency proof as RFC 9162, section 2.1.4.1, defines it. */
export function oracleConsistency(oldSize: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  return subproof(oldSize, leaves, true);
}

function subproof(m: number, leaves: readonly Uint8Array[], isWhole: boolean): Uint8Array[] {
  if (m === leaves.length) return isWhole ? [] : [oracleRoot(leaves)];
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return m <= k
    ? [...subproof(m, left, isWhole), oracleRoot(right)]
    : [...subproof(m - k, right, false), oracleRoot(left)];
}
