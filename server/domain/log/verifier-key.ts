import { sha256 } from "@noble/hashes/sha2.js";
import { base64, concat, fromBase64, utf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";

/**
 * What a key signs: `note` the text of a note (C2SP signed-note, type 0x01), `cosignature` a
 * checkpoint with a time (C2SP tlog-cosignature v1, type 0x04). Both are Ed25519.
 */
export type KeyUse = "note" | "cosignature";

const TYPE_BYTES: Readonly<Record<KeyUse, number>> = { note: 0x01, cosignature: 0x04 };

/** A public key as C2SP notes know it. `name` and `id` together stand on the lines that it signs. */
export type VerifierKey = {
  readonly name: string;
  readonly use: KeyUse;
  /** 32 bytes, raw. */
  readonly publicKey: Uint8Array;
  /** The C2SP key ID, a uint32: follows from the three others. */
  readonly id: number;
};

/** A key that signs notes or cosignatures, whose private half stays where it is. */
export type NamedSigner = {
  readonly name: string;
  /** 32 bytes, raw. */
  readonly publicKey: Uint8Array;
  /** Makes the 64-byte Ed25519 signature of a message. */
  sign(message: Uint8Array): Uint8Array;
};

/** Whether a note may call a key so: not empty, no Unicode space, no control character, no plus. */
export const isKeyName = (name: string): boolean => /^[^\p{White_Space}\p{Cc}+]+$/u.test(name);

/**
 * The verifier key of a raw 32-byte Ed25519 public key.
 *
 * @throws BeaconError NOTE_KEY_MALFORMED for a name or a key that a note cannot carry.
 */
export function verifierKeyOf(name: string, use: KeyUse, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name) || publicKey.length !== 32)
    throw new BeaconError("NOTE_KEY_MALFORMED", "a key has a name without spaces and 32 bytes");
  const hashed = concat(utf8(`${name}\n`), Uint8Array.of(TYPE_BYTES[use]), publicKey);
  return { name, use, publicKey, id: uint32(sha256(hashed)) };
}

/** The first four bytes as a big-endian uint32. */
export const uint32 = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);

const hexOf = (id: number): string => id.toString(16).padStart(8, "0");

/** `<name>+<key ID in hex>+<base64 of type and public key>` (C2SP signed-note, verifier keys). */
export const formatVerifierKey = ({ name, use, publicKey, id }: VerifierKey): string =>
  `${name}+${hexOf(id)}+${base64(concat(Uint8Array.of(TYPE_BYTES[use]), publicKey))}`;

/**
 * Reads a verifier key of type 0x01 or 0x04 whose key ID fits its name and key.
 *
 * @throws BeaconError NOTE_KEY_MALFORMED
 */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  const typed = fromBase64(encoded ?? "");
  const use = typed?.[0] === TYPE_BYTES.note ? "note" : "cosignature";
  if (name === undefined || typed === null || typed[0] !== TYPE_BYTES[use])
    throw new BeaconError("NOTE_KEY_MALFORMED", "not a verifier key for Ed25519");
  const key = verifierKeyOf(name, use, typed.subarray(1));
  if (hexOf(key.id) !== id)
    throw new BeaconError("NOTE_KEY_MALFORMED", "the key ID belongs to another name or key");
  return key;
}
