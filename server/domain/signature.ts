/** One signature over one message: 32-byte raw public key, 64-byte signature. */
export type SignedMessage = {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
};

/** Checks Ed25519 signatures (RFC 8032) and says what it checks them with. */
export type Ed25519Verifier = {
  readonly engine: "webcrypto" | "noble";
  /** False for anything that is not a valid signature, keys and signatures of a wrong length included. */
  verify(signed: SignedMessage): Promise<boolean>;
};

/** A key that every implementation of Ed25519 imports: the curve's base point (RFC 8032, section 5.1). */
const BASE_POINT = /* @__PURE__ */ Uint8Array.of(
  0x58,
  .../* @__PURE__ */ new Uint8Array(31).fill(0x66),
);

/**
 * The best verifier that this place has: WebCrypto, or noble where WebCrypto is missing (a page
 * without https) or does not know Ed25519. Noble is loaded only then, and told to be as strict:
 * its default (ZIP 215) accepts encodings that WebCrypto refuses.
 */
export async function ed25519Verifier(): Promise<Ed25519Verifier> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  try {
    await importKey(subtle, BASE_POINT);
  } catch {
    const { ed25519 } = await import("@noble/curves/ed25519.js");
    return verifierOf("noble", async (publicKey, message, signature) =>
      ed25519.verify(signature, message, publicKey, { zip215: false }),
    );
  }
  return verifierOf("webcrypto", async (publicKey, message, signature) =>
    subtle.verify(
      "Ed25519",
      await importKey(subtle, publicKey),
      signature as BufferSource,
      message as BufferSource,
    ),
  );
}

const importKey = (subtle: SubtleCrypto, publicKey: Uint8Array): Promise<CryptoKey> =>
  subtle.importKey("raw", publicKey as BufferSource, "Ed25519", false, ["verify"]);

const verifierOf = (
  engine: Ed25519Verifier["engine"],
  check: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => Promise<boolean>,
): Ed25519Verifier => ({
  engine,
  verify: async ({ publicKey, message, signature }) =>
    publicKey.length === 32 &&
    signature.length === 64 &&
    // It rejects for a key that is not a point of the curve.
    check(publicKey, message, signature).catch(() => false),
});
