import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";
import { writeNewFile } from "@/server/adapters/keys/new-file";
import { concat, equalBytes, fromHex } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";

/** Signs with an ML-DSA-44 key (FIPS 204, empty context): 2,420-byte signatures. */
export type MlDsaSigner = {
  /** 1,312 bytes, raw. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
};

/** The fixed start of an ML-DSA-44 private key in PKCS#8 that is kept as its seed (RFC 9881, section 6). */
const PKCS8_START = fromHex("3034020100300b060960864801650304031104228020");
const SEED_BYTES = 32;

const PEM = /^-----BEGIN PRIVATE KEY-----\n([A-Za-z0-9+/=\n]+)-----END PRIVATE KEY-----\n?$/;

/**
 * The key in a PKCS#8 PEM file that holds the seed of an ML-DSA-44 key; null when it holds a key of
 * another kind, or none.
 *
 * @throws BeaconError KEY_FILE_INVALID when the file cannot be read.
 */
export function readMlDsaKeyFile(path: string): MlDsaSigner | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new BeaconError("KEY_FILE_INVALID", `${path} cannot be read`, {
      cause,
      details: { path },
    });
  }
  const der = Uint8Array.from(Buffer.from(PEM.exec(text)?.[1] ?? "", "base64"));
  const isSeed =
    der.length === PKCS8_START.length + SEED_BYTES &&
    equalBytes(der.subarray(0, PKCS8_START.length), PKCS8_START);
  return isSeed ? signerOf(der.subarray(PKCS8_START.length)) : null;
}

/**
 * Makes a new ML-DSA-44 key and writes it, readable by its owner only (`writeNewFile`).
 *
 * @returns null when `path` exists already.
 * @throws BeaconError KEY_FILE_INVALID when the file cannot be written.
 */
export function createMlDsaKeyFile(path: string): MlDsaSigner | null {
  const seed = Uint8Array.from(randomBytes(SEED_BYTES));
  const lines = Buffer.from(concat(PKCS8_START, seed))
    .toString("base64")
    .replace(/.{64}(?=.)/g, "$&\n");
  const pem = `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`;
  return writeNewFile(path, pem) ? signerOf(seed) : null;
}

function signerOf(seed: Uint8Array): MlDsaSigner {
  const { publicKey, secretKey } = ml_dsa44.keygen(seed);
  return { publicKey, sign: (message) => ml_dsa44.sign(message, secretKey) };
}
