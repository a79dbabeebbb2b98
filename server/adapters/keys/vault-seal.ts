import { createCipheriv, randomBytes } from "node:crypto";
import type { MasterKey } from "@/server/adapters/keys/vault-key";
import { utf8 } from "@/server/domain/bytes";
import type { ServiceAddress } from "@/server/domain/service/address";

/** A service's key as it lies in the database. */
export type SealedKey = {
  /** AES-256-GCM (NIST SP 800-38D): 12 bytes nonce, the ciphertext, 16 bytes tag. */
  readonly bytes: Uint8Array;
  /** Which master key opens it. */
  readonly masterKeyId: string;
};

export const CIPHER = "aes-256-gcm";
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

/**
 * What a sealed key is bound to besides its bytes: in another service's row, for another address than it
 * was entered for, or said to be sealed by another master key, it does not open. No part can hold a line feed.
 */
export const boundTo = (
  { id, dialect, door, base_url }: ServiceAddress,
  masterKeyId: string,
): Uint8Array => utf8(["beacon.vault/v1", masterKeyId, id, dialect, door, base_url].join("\n"));

/** Seals under a nonce drawn at random: a master key seals some thousand times in its life, of 2^32 that are safe. */
export function sealWith(master: MasterKey, address: ServiceAddress, key: string): SealedKey {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, master.bytes, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo(address, master.id));
  const sealed = Buffer.concat([nonce, cipher.update(key, "utf8"), cipher.final()]);
  return {
    bytes: Uint8Array.from(Buffer.concat([sealed, cipher.getAuthTag()])),
    masterKeyId: master.id,
  };
}
