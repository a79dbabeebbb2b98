import { ed25519 } from "@noble/curves/ed25519.js";

/**
 * Whether a raw Ed25519 public key is a point of the prime-order group, in its one spelling. Under any
 * other key, libraries disagree on what a valid signature is, and some accept one of anything.
 */
export function isSoundKey(publicKey: Uint8Array): boolean {
  try {
    const point = ed25519.Point.fromBytes(publicKey, false);
    return !point.isSmallOrder() && point.isTorsionFree();
  } catch {
    return false;
  }
}
