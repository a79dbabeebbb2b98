import { readKeyFile } from "@/server/adapters/keys/key-file";
import { readMlDsaKeyFile } from "@/server/adapters/keys/mldsa-key-file";
import { mustBePrivate } from "@/server/adapters/keys/new-file";
import { BeaconError } from "@/server/domain/errors";

/** A witness's key, of either kind: the length of the public half says which. */
export type CosignerKey = {
  /** Raw: 32 bytes (Ed25519) or 1,312 (ML-DSA-44). */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
};

/**
 * The Ed25519 or ML-DSA-44 key in a PKCS#8 PEM file that its owner alone can read.
 *
 * @throws BeaconError KEY_FILE_INVALID
 */
export function readCosignerKey(path: string): CosignerKey {
  mustBePrivate(path);
  const key = readMlDsaKeyFile(path) ?? readKeyFile(path);
  if (key === null) throw new BeaconError("KEY_FILE_INVALID", `${path} is gone`);
  return { publicKey: key.publicKey, sign: key.sign };
}
