import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import { readFileSync } from "node:fs";
import type { Signer } from "@/server/adapters/keys/key-store";
import { isCode, writeNewFile } from "@/server/adapters/keys/new-file";
import { BeaconError } from "@/server/domain/errors";
import { keyIdOf } from "@/server/domain/identity";

/**
 * The key in a PKCS#8 PEM file; null when there is no such file.
 *
 * @throws BeaconError KEY_FILE_INVALID when the file is there but holds no Ed25519 key that can be read.
 */
export function readKeyFile(path: string): Signer | null {
  try {
    const key = createPrivateKey({ key: readFileSync(path), format: "pem" });
    if (key.asymmetricKeyType !== "ed25519") throw new Error(`it is ${key.asymmetricKeyType}`);
    return signerOf(key);
  } catch (cause) {
    if (isCode(cause, "ENOENT")) return null;
    throw new BeaconError("KEY_FILE_INVALID", `${path} holds no Ed25519 key that can be read`, {
      cause,
      details: { path },
    });
  }
}

/**
 * Makes a new Ed25519 key and writes it, readable by its owner only (`writeNewFile`).
 *
 * @returns null when `path` exists already.
 * @throws BeaconError KEY_FILE_INVALID when the file cannot be written.
 */
export function createKeyFile(path: string): Signer | null {
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return writeNewFile(path, pem) ? signerOf(privateKey) : null;
}

function signerOf(key: KeyObject): Signer {
  // The last 32 bytes of an Ed25519 SubjectPublicKeyInfo are the raw key (RFC 8410, section 4).
  const publicKey = Uint8Array.from(
    createPublicKey(key).export({ type: "spki", format: "der" }).subarray(-32),
  );
  return {
    keyId: keyIdOf(publicKey),
    publicKey,
    sign: (message) => Uint8Array.from(sign(null, message, key)),
  };
}
