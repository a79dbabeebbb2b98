import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";
import { fromHex } from "@/server/domain/bytes";
import { keyIdOf } from "@/server/domain/identity";

/** A post-quantum signer whose key is made of one seed byte: the same every time. */
export function anMlDsaSigner(seed: number) {
  const { publicKey, secretKey } = ml_dsa44.keygen(new Uint8Array(32).fill(seed));
  return {
    publicKey,
    sign: (message: Uint8Array): Uint8Array =>
      ml_dsa44.sign(message, secretKey, { extraEntropy: false }),
  };
}

/** The fixed start of an Ed25519 private key in PKCS#8 (RFC 8410, section 7). */
const PKCS8_START = "302e020100300506032b657004220420";

/** A signer whose key is made of one seed byte, or of 32 bytes in hex: the same every time. */
export function aSigner(seed: number | string) {
  const seedHex = typeof seed === "string" ? seed : seed.toString(16).padStart(2, "0").repeat(32);
  const der = Buffer.from(fromHex(`${PKCS8_START}${seedHex}`));
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const publicKey = Uint8Array.from(
    createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32),
  );
  return {
    keyId: keyIdOf(publicKey),
    publicKey,
    sign: (message: Uint8Array): Uint8Array => Uint8Array.from(sign(null, message, key)),
  };
}
