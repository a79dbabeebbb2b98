import type { SignedMessage } from "@/server/domain/signature";

/** ML-DSA-44: the bytes of a raw public key and of a signature (FIPS 204, table 2). */
export const ML_DSA_KEY_BYTES = 1_312;
export const ML_DSA_SIGNATURE_BYTES = 2_420;

/** Checks ML-DSA-44 signatures (FIPS 204, empty context) and says what it checks them with. */
export type MlDsaVerifier = {
  readonly engine: "webcrypto" | "noble";
  /** False for anything that is not a valid signature, keys and signatures of a wrong length included. */
  verify(signed: SignedMessage): Promise<boolean>;
};

/**
 * The best verifier that this place has: WebCrypto where it knows ML-DSA-44 (Chromium, Node from
 * 24.7), else noble, which is loaded only then.
 */
export async function mlDsaVerifier(): Promise<MlDsaVerifier> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  try {
    // Every 1,312 bytes are a key, so that this asks for nothing but the algorithm.
    await importKey(subtle, new Uint8Array(ML_DSA_KEY_BYTES));
  } catch {
    const { ml_dsa44 } = await import("@noble/post-quantum/ml-dsa.js");
    return verifierOf("noble", async ({ publicKey, message, signature }) =>
      ml_dsa44.verify(signature, message, publicKey),
    );
  }
  return verifierOf("webcrypto", async ({ publicKey, message, signature }) =>
    subtle.verify(
      "ML-DSA-44",
      await importKey(subtle, publicKey),
      signature.slice(),
      message.slice(),
    ),
  );
}

/** The format's name is newer than TypeScript's list of them (WICG, Modern Algorithms in WebCrypto). */
const importKey = (subtle: SubtleCrypto, publicKey: Uint8Array): Promise<CryptoKey> =>
  subtle.importKey("raw-public" as "raw", publicKey.slice(), "ML-DSA-44", false, ["verify"]);

const verifierOf = (
  engine: MlDsaVerifier["engine"],
  check: MlDsaVerifier["verify"],
): MlDsaVerifier => ({
  engine,
  async verify(signed) {
    const hasLengths =
      signed.publicKey.length === ML_DSA_KEY_BYTES &&
      signed.signature.length === ML_DSA_SIGNATURE_BYTES;
    return hasLengths && check(signed);
  },
});
