import { concat, utf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { isSignatureOf, type SignedNote, signatureLine } from "@/server/domain/log/note";
import {
  type NamedSigner,
  type VerifierKey,
  verifierKeyOf,
} from "@/server/domain/log/verifier-key";
import type { Ed25519Verifier } from "@/server/domain/signature";

/** A witness's word, taken apart: when it was given, and the 64-byte signature. */
export type Cosignature = {
  /** POSIX seconds. */
  readonly atSeconds: number;
  readonly signature: Uint8Array;
};

/** 9999-12-31T23:59:59Z, the last second that RFC 3339 can write. */
const LAST_SECOND = 253_402_300_799;

/**
 * What a witness signs (C2SP tlog-cosignature v1, Ed25519): a header, the time, the checkpoint's text.
 *
 * @param checkpointText the note's text with its final newline, without signatures.
 */
export const cosignatureMessage = (checkpointText: string, atSeconds: number): Uint8Array =>
  utf8(`cosignature/v1\ntime ${atSeconds}\n${checkpointText}`);

/**
 * The signature line of a witness, newline included: put behind a signed checkpoint it makes a
 * cosigned one.
 *
 * @param checkpointText the note's text with its final newline, without signatures.
 * @throws BeaconError NOTE_KEY_MALFORMED for a name that no note can carry.
 */
export function cosign(checkpointText: string, signer: NamedSigner, atSeconds: number): string {
  const key = verifierKeyOf(signer.name, "cosignature", signer.publicKey);
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, BigInt(atSeconds));
  const signature = signer.sign(cosignatureMessage(checkpointText, atSeconds));
  return signatureLine(key, concat(time, signature));
}

/**
 * Reads what follows the key ID on a witness's line: a big-endian uint64 of POSIX seconds and a
 * 64-byte signature. Null for other lengths and for times after the year 9999.
 */
export function parseCosignature(bytes: Uint8Array): Cosignature | null {
  if (bytes.length !== 72) return null;
  const seconds = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
  if (seconds > BigInt(LAST_SECOND)) return null;
  return { atSeconds: Number(seconds), signature: bytes.subarray(8) };
}

/** A witness that cosigned, and when, in POSIX seconds. */
export type Cosigner<W> = { readonly witness: W; readonly atSeconds: number };

/**
 * Which of the known witnesses cosigned the checkpoint, each once, in the order of `witnesses`.
 * Lines of others are ignored; a line of a known witness must be right, or the note is refused.
 *
 * @throws BeaconError NOTE_SIGNATURE_INVALID
 */
export async function cosignersOf<W extends { readonly key: VerifierKey }>(
  note: SignedNote,
  witnesses: readonly W[],
  verifier: Ed25519Verifier,
): Promise<readonly Cosigner<W>[]> {
  const cosigners: Cosigner<W>[] = [];
  for (const witness of witnesses) {
    const times: number[] = [];
    for (const line of note.signatures.filter((line) => isSignatureOf(line, witness.key)))
      times.push(await timeOf(line.bytes, note.text, witness.key, verifier));
    if (times.length > 0) cosigners.push({ witness, atSeconds: Math.max(...times) });
  }
  return cosigners;
}

async function timeOf(
  bytes: Uint8Array,
  text: string,
  { name, publicKey }: VerifierKey,
  verifier: Ed25519Verifier,
): Promise<number> {
  const cosignature = parseCosignature(bytes);
  const isRight =
    cosignature !== null &&
    (await verifier.verify({
      publicKey,
      message: cosignatureMessage(text, cosignature.atSeconds),
      signature: cosignature.signature,
    }));
  if (!isRight)
    throw new BeaconError("NOTE_SIGNATURE_INVALID", `the cosignature of ${name} is wrong`);
  return cosignature.atSeconds;
}
