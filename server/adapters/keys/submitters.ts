import { createPublicKey, hash, type KeyObject, timingSafeEqual, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { BeaconError } from "@/server/domain/errors";
import { submissionMessage } from "@/server/domain/log/submission";
import { parseVerifierKey } from "@/server/domain/log/verifier-key";

/** Who may add leaves to the log from outside. */
export type Submitters = {
  isToken(token: string): boolean;
  /**
   * Whether the key with this ID, 8 hexadecimal digits, signed the submission of `body`. Computed on
   * another thread: a signature costs more than all else that a request needs.
   */
  isSigned(keyId: string, body: Uint8Array, signature: Uint8Array): Promise<boolean>;
};

/** The first bytes of an Ed25519 public key in DER (RFC 8410), before the 32 of the key. */
const SPKI_HEADER = Buffer.from("302a300506032b6570032100", "hex");

/**
 * @param options a bearer token, a file of C2SP verifier keys of type 0x01 (one on a line; empty lines
 *   and lines that start with # are passed over), or both.
 * @returns null when neither is given: nobody may add.
 * @throws BeaconError KEY_FILE_INVALID, naming the line.
 */
export function openSubmitters(options: {
  readonly token: string | undefined;
  readonly keyFile: string | undefined;
}): Submitters | null {
  const { token, keyFile } = options;
  if (token === undefined && keyFile === undefined) return null;
  const keys = keyFile === undefined ? new Map<string, KeyObject>() : readKeys(keyFile);
  const digest = token === undefined ? null : hash("sha256", token, "buffer");
  return {
    // Digests have one length, so that comparing them tells nothing about the token's.
    isToken: (given) => digest !== null && timingSafeEqual(hash("sha256", given, "buffer"), digest),
    isSigned(keyId, body, signature) {
      const key = keys.get(keyId);
      if (key === undefined || signature.length !== 64) return Promise.resolve(false);
      const message = hash("sha256", submissionMessage(body), "buffer");
      return new Promise((resolve) => {
        verify(null, message, key, signature, (error, isRight) => resolve(!error && isRight));
      });
    },
  };
}

function readKeys(path: string): ReadonlyMap<string, KeyObject> {
  const keys = new Map<string, KeyObject>();
  for (const [i, line] of read(path).split("\n").entries()) {
    const text = line.trim();
    if (text === "" || text.startsWith("#")) continue;
    const place = `${path}, line ${i + 1}`;
    const [id, key] = readKey(text, place);
    if (keys.has(id)) throw invalid(`${place}: another key has the ID ${id}`);
    keys.set(id, key);
  }
  return keys;
}

function readKey(text: string, place: string): [id: string, key: KeyObject] {
  try {
    const { id, use, publicKey } = parseVerifierKey(text);
    if (use !== "note") throw invalid(`${place}: only keys of type 0x01 submit`);
    const der = Buffer.concat([SPKI_HEADER, publicKey]);
    const key = createPublicKey({ key: der, format: "der", type: "spki" });
    return [id.toString(16).padStart(8, "0"), key];
  } catch (cause) {
    throw invalid(`${place} is not an Ed25519 verifier key`, cause);
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw invalid(`${path} cannot be read`, cause);
  }
}

const invalid = (message: string, cause?: unknown): BeaconError =>
  new BeaconError("KEY_FILE_INVALID", message, { cause });
