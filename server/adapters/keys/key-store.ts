import type { KeyId } from "@/schemas/primitives";

/** Signs with a private key that never leaves its store. Ed25519 (RFC 8032): 64-byte signatures. */
export type Signer = {
  readonly keyId: KeyId;
  /** 32 bytes, raw. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
};
