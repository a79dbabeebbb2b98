import { base64, concat, fromBase64, utf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import {
  isKeyName,
  type NamedSigner,
  uint32,
  type VerifierKey,
  verifierKeyOf,
} from "@/server/domain/log/verifier-key";
import type { Ed25519Verifier } from "@/server/domain/signature";

/** One signature line, taken apart. `bytes` is what follows the key ID. */
export type NoteSignature = {
  readonly name: string;
  readonly keyId: number;
  readonly bytes: Uint8Array;
};

/** A note (C2SP signed-note): its text with the final newline, and who says to have signed it. */
export type SignedNote = {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
};

/**
 * Ours: a checkpoint, and room for 16 post-quantum signatures of nearly 5 kB in base64, which the
 * specification asks every verifier to read.
 */
const MAX_NOTE_CHARACTERS = 131_072;
const MAX_SIGNATURES = 64;

/** Every signature line starts so: U+2014 and a space. */
const LINE_START = "\u2014 ";

/** The signature line, newline included, of `key` with the bytes that follow its key ID. */
export function signatureLine(key: VerifierKey, bytes: Uint8Array): string {
  const id = new Uint8Array(4);
  new DataView(id.buffer).setUint32(0, key.id);
  return `${LINE_START}${key.name} ${base64(concat(id, bytes))}\n`;
}

/**
 * Signs a text: text, blank line, one signature line.
 *
 * @param text ends in a newline.
 * @throws BeaconError NOTE_MALFORMED for a text, NOTE_KEY_MALFORMED for a name that no note can carry.
 */
export function signNote(text: string, signer: NamedSigner): string {
  const key = verifierKeyOf(signer.name, "note", signer.publicKey);
  const note = `${text}\n${signatureLine(key, signer.sign(utf8(text)))}`;
  if (parseNote(note).text !== text) throw malformed("the text does not survive in a note");
  return note;
}

/**
 * Takes a note apart. Whether anybody signed it is another question: `verifyNote`.
 *
 * @throws BeaconError NOTE_MALFORMED
 */
export function parseNote(note: string): SignedNote {
  if (note.length > MAX_NOTE_CHARACTERS) throw malformed("the note is too large");
  if (/[^\n -\uffff]/.test(note)) throw malformed("the note has a control character");
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n")) throw malformed("the note has no signatures");
  const lines = note.slice(end + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) throw malformed("the note has too many signatures");
  return { text: note.slice(0, end + 1), signatures: lines.map(parseSignatureLine) };
}

function parseSignatureLine(line: string): NoteSignature {
  const [, name = "", encoded = ""] = /^\u2014 (.+) (.+)$/.exec(line) ?? [];
  const bytes = fromBase64(encoded);
  if (!isKeyName(name) || bytes === null || bytes.length < 5)
    throw malformed("a signature line is not one");
  return { name, keyId: uint32(bytes), bytes: bytes.subarray(4) };
}

/** Whether `signature` stands under the name and the key ID of `key`. */
export const isSignatureOf = (signature: NoteSignature, key: VerifierKey): boolean =>
  signature.name === key.name && signature.keyId === key.id;

/**
 * Which of the known keys signed the note's text. Lines of other keys are ignored, as the
 * specification asks; a line of a known key must be right, or the whole note is refused.
 *
 * @param keys keys for notes (type 0x01). Keys for cosignatures are judged by `cosignersOf`.
 * @returns at least one key.
 * @throws BeaconError NOTE_SIGNATURE_INVALID, NOTE_KEY_UNKNOWN
 */
export async function verifyNote(
  note: SignedNote,
  keys: readonly VerifierKey[],
  verifier: Ed25519Verifier,
): Promise<readonly VerifierKey[]> {
  const message = utf8(note.text);
  const signers = new Set<VerifierKey>();
  for (const line of note.signatures) {
    const key = keys.find((known) => known.use === "note" && isSignatureOf(line, known));
    if (key === undefined) continue;
    if (!(await verifier.verify({ publicKey: key.publicKey, message, signature: line.bytes })))
      throw new BeaconError("NOTE_SIGNATURE_INVALID", `the signature of ${key.name} is wrong`);
    signers.add(key);
  }
  if (signers.size === 0) throw new BeaconError("NOTE_KEY_UNKNOWN", "no known key signed this");
  return [...signers];
}

const malformed = (message: string): BeaconError => new BeaconError("NOTE_MALFORMED", message);
