import { base64, concat, fromBase64, utf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { ML_DSA_KEY_BYTES } from "@/server/domain/ml-dsa";
import { sha256 } from "@/server/domain/sha256";

/**
 * What a key signs: `note` the text of a note (C2SP signed-note, type 0x01, Ed25519), `cosignature`
 * and `mldsa-cosignature` a checkpoint with a time (C2SP tlog-cosignature, type 0x04, Ed25519, and
 * type 0x06, ML-DSA-44).
 */
export type KeyUse = "note" | "cosignature" | "mldsa-cosignature";

/** C2SP's type byte, and how long a raw public key of that type is. */
const KEY_TYPES: Readonly<Record<KeyUse, readonly [type: number, keyBytes: number]>> = {
  note: [0x01, 32],
  cosignature: [0x04, 32],
  "mldsa-cosignature": [0x06, ML_DSA_KEY_BYTES],
};

const KEY_USES = Object.keys(KEY_TYPES) as readonly KeyUse[];

/** A public key as C2SP notes know it. `name` and `id` together stand on the lines that it signs. */
export type VerifierKey = {
  readonly name: string;
  readonly use: KeyUse;
  /** Raw: 32 bytes, or 1,312 for ML-DSA-44. */
  readonly publicKey: Uint8Array;
  /** The C2SP key ID, a uint32: follows from the three others. */
  readonly id: number;
};

/** A key that signs notes or cosignatures, whose private half stays where it is. */
export type NamedSigner = {
  readonly name: string;
  /** Raw: 32 bytes of an Ed25519 key, or 1,312 of an ML-DSA-44 key. */
  readonly publicKey: Uint8Array;
  /** Makes the key's signature of a message: 64 bytes, or 2,420. */
  sign(message: Uint8Array): Uint8Array;
};

/** Whether a note may call a key so: not empty, no Unicode space, no control character, no plus. */
export const isKeyName = (name: string): boolean => /^[^\p{White_Space}\p{Cc}+]+$/u.test(name);

/**
 * The verifier key of a raw public key.
 *
 * @throws BeaconError NOTE_KEY_MALFORMED for a name or a key that a note cannot carry.
 */
export function verifierKeyOf(name: string, use: KeyUse, publicKey: Uint8Array): VerifierKey {
  const [type, keyBytes] = KEY_TYPES[use];
  if (!isKeyName(name) || publicKey.length !== keyBytes)
    throw new BeaconError("NOTE_KEY_MALFORMED", `a key has ${keyBytes} bytes and a name`);
  const hashed = concat(utf8(`${name}\n`), Uint8Array.of(type), publicKey);
  return { name, use, publicKey, id: uint32(sha256(hashed)) };
}

/** The first four bytes as a big-endian uint32. */
export const uint32 = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);

const hexOf = (id: number): string => (id + 2 ** 32).toString(16).slice(1);

/** `<name>+<key ID in hex>+<base64 of type and public key>` (C2SP signed-note, verifier keys). */
export const formatVerifierKey = ({ name, use, publicKey, id }: VerifierKey): string =>
  `${name}+${hexOf(id)}+${base64(concat(Uint8Array.of(KEY_TYPES[use][0]), publicKey))}`;

/**
 * Reads a verifier key of type 0x01, 0x04 or 0x06 whose key ID fits its name and key.
 *
 * @throws BeaconError NOTE_KEY_MALFORMED
 */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name = "", encoded = ""] = /^([^+]+)\+.{8}\+(.+)$/.exec(text) ?? [];
  const typed = fromBase64(encoded);
  const use = KEY_USES.find((candidate) => KEY_TYPES[candidate][0] === typed?.[0]);
  const key = typed && use && verifierKeyOf(name, use, typed.subarray(1));
  if (!key || formatVerifierKey(key) !== text)
    throw new BeaconError("NOTE_KEY_MALFORMED", "not a verifier key of a known type");
  return key;
}
