import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import type { Signer } from "@/server/adapters/keys/key-store";
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
 * Makes a new Ed25519 key and writes it, readable by its owner only. The file is there whole or not
 * at all, and never in the place of another: a key that is overwritten is lost for ever.
 *
 * @returns null when `path` exists already.
 * @throws BeaconError KEY_FILE_INVALID when the file cannot be written.
 */
export function createKeyFile(path: string): Signer | null {
  const { privateKey } = generateKeyPairSync("ed25519");
  const draft = `${path}.${randomBytes(8).toString("hex")}.tmp`;
  try {
    writeDurably(draft, privateKey.export({ type: "pkcs8", format: "pem" }).toString());
    linkSync(draft, path); // unlike rename, this refuses to replace a file
    syncFolder(dirname(path));
    return signerOf(privateKey);
  } catch (cause) {
    if (isCode(cause, "EEXIST")) return null;
    throw new BeaconError("KEY_FILE_INVALID", `${path} cannot be written`, {
      cause,
      details: { path },
    });
  } finally {
    removeIfThere(draft);
  }
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

function writeDurably(path: string, text: string): void {
  const file = openSync(path, "wx", 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
  }
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;
