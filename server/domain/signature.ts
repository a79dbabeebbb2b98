import { fromHex } from "@/server/domain/bytes";

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

/** RFC 8032, section 7.1, test 1: a key that every implementation of Ed25519 imports. */
const PROBE_KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

/**
 * The best verifier that this place has: WebCrypto, or noble where WebCrypto is missing (a page
 * without https) or does not know Ed25519. Noble is loaded only then, and told to be as strict:
 * its default (ZIP 215) accepts encodings that WebCrypto refuses.
 */
export async function ed25519Verifier(): Promise<Ed25519Verifier> {
  const subtle = await capableSubtle();
  return subtle === null ? nobleVerifier() : webCryptoVerifier(subtle);
}

async function capableSubtle(): Promise<SubtleCrypto | null> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (subtle === undefined) return null;
  try {
    await importKey(subtle, fromHex(PROBE_KEY));
    return subtle;
  } catch {
    return null;
  }
}

const importKey = (subtle: SubtleCrypto, publicKey: Uint8Array): Promise<CryptoKey> =>
  subtle.importKey("raw", publicKey.slice(), "Ed25519", false, ["verify"]);

const hasLengths = ({ publicKey, signature }: SignedMessage): boolean =>
  publicKey.length === 32 && signature.length === 64;

function webCryptoVerifier(subtle: SubtleCrypto): Ed25519Verifier {
  return {
    engine: "webcrypto",
    async verify(signed) {
      if (!hasLengths(signed)) return false;
      try {
        const key = await importKey(subtle, signed.publicKey);
        return await subtle.verify(
          "Ed25519",
          key,
          signed.signature.slice(),
          signed.message.slice(),
        );
      } catch {
        return false; // a key that is not a point of the curve
      }
    },
  };
}

async function nobleVerifier(): Promise<Ed25519Verifier> {
  const { ed25519 } = await import("@noble/curves/ed25519.js");
  return {
    engine: "noble",
    async verify(signed) {
      if (!hasLengths(signed)) return false;
      try {
        return ed25519.verify(signed.signature, signed.message, signed.publicKey, {
          zip215: false,
        });
      } catch {
        return false; // a key that is not a point of the curve
      }
    },
  };
}
