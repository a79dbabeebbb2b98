import { concat, utf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { isSignatureOf, type SignedNote, signatureLine } from "@/server/domain/log/note";
import { subtreeMessage } from "@/server/domain/log/subtree-cosignature";
import {
  type NamedSigner,
  type VerifierKey,
  verifierKeyOf,
} from "@/server/domain/log/verifier-key";
import { ML_DSA_KEY_BYTES, ML_DSA_SIGNATURE_BYTES } from "@/server/domain/ml-dsa";
import type { Ed25519Verifier } from "@/server/domain/signature";

/** A witness's word, taken apart: when it was given, and the signature of 64 or 2,420 bytes. */
export type Cosignature = {
  /** POSIX seconds. */
  readonly atSeconds: number;
  readonly signature: Uint8Array;
};

/** 9999-12-31T23:59:59Z, the last second that RFC 3339 can write. */
const LAST_SECOND = 253_402_300_799;

/**
 * What a witness signs with Ed25519 (C2SP tlog-cosignature v1): a header, the time, the checkpoint's
 * text.
 *
 * @param checkpointText the note's text with its final newline, without signatures.
 */
export const cosignatureMessage = (checkpointText: string, atSeconds: number): Uint8Array =>
  utf8(`cosignature/v1\ntime ${atSeconds}\n${checkpointText}`);

/**
 * The signature line of a witness, newline included: put behind a signed checkpoint it makes a
 * cosigned one. The length of the public key says whether it is an Ed25519 or an ML-DSA-44 key.
 *
 * @param checkpointText the note's text with its final newline, without signatures.
 * @throws BeaconError NOTE_KEY_MALFORMED for a name or a key that no note can carry,
 *   CHECKPOINT_MALFORMED for a text that ML-DSA-44 cannot cosign.
 */
export function cosign(checkpointText: string, signer: NamedSigner, atSeconds: number): string {
  const use = signer.publicKey.length === ML_DSA_KEY_BYTES ? "mldsa-cosignature" : "cosignature";
  const key = verifierKeyOf(signer.name, use, signer.publicKey);
  const message =
    use === "cosignature"
      ? cosignatureMessage(checkpointText, atSeconds)
      : subtreeMessage(signer.name, checkpointText, atSeconds);
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, BigInt(atSeconds));
  return signatureLine(key, concat(time, signer.sign(message)));
}

/**
 * Reads what follows the key ID on a witness's line: a big-endian uint64 of POSIX seconds and a
 * signature of 64 bytes (Ed25519) or 2,420 (ML-DSA-44). Null for other lengths and for times after
 * the year 9999.
 */
export function parseCosignature(bytes: Uint8Array): Cosignature | null {
  const signature = bytes.subarray(8);
  if (signature.length !== 64 && signature.length !== ML_DSA_SIGNATURE_BYTES) return null;
  const seconds = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
  if (seconds > BigInt(LAST_SECOND)) return null;
  return { atSeconds: Number(seconds), signature };
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
    const { key } = witness;
    const times: number[] = [];
    for (const line of note.signatures.filter((line) => isSignatureOf(line, key))) {
      const cosignature = parseCosignature(line.bytes);
      if (cosignature === null || !(await isRight(cosignature, note.text, key, verifier)))
        throw new BeaconError("NOTE_SIGNATURE_INVALID", `the signature of ${key.name} is wrong`);
      times.push(cosignature.atSeconds);
    }
    if (times.length > 0) cosigners.push({ witness, atSeconds: Math.max(...times) });
  }
  return cosigners;
}

/** ML-DSA-44 comes as a chunk of its own, for those whose policy asks for it. */
async function isRight(
  { atSeconds, signature }: Cosignature,
  text: string,
  { name, publicKey, use }: VerifierKey,
  verifier: Ed25519Verifier,
): Promise<boolean> {
  if (use === "mldsa-cosignature") {
    const { verifySubtreeCosignature } = await import("@/server/domain/log/subtree-cosignature");
    return verifySubtreeCosignature(name, publicKey, text, atSeconds, signature);
  }
  return verifier.verify({ publicKey, message: cosignatureMessage(text, atSeconds), signature });
}
