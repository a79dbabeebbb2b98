import { BeaconError } from "@/server/domain/errors";
import { cosignersOf } from "@/server/domain/log/cosignature";
import { isSignatureOf, parseNote, signatureLine } from "@/server/domain/log/note";
import type { VerifierKey } from "@/server/domain/log/verifier-key";
import type { Ed25519Verifier } from "@/server/domain/signature";

/** Signature lines that were verified, one a key, and whose they are. */
export type OwnLines = { readonly keys: readonly VerifierKey[]; readonly lines: string };

/**
 * Of the lines that a witness answered with: those that its own keys made over the signed checkpoint,
 * one a key, as they would be written anew. Others are left out, because one bad line of a known key
 * makes readers refuse the whole checkpoint.
 *
 * @param signed the checkpoint as the log signed it.
 * @param lines signature lines, each with its newline.
 * @param keys keys for cosignatures.
 * @throws BeaconError NOTE_MALFORMED when these are no signature lines.
 */
export async function ownLinesOf(
  signed: string,
  lines: string,
  keys: readonly VerifierKey[],
  verifier: Ed25519Verifier,
): Promise<OwnLines> {
  const { text } = parseNote(signed);
  const { signatures, text: signedText } = parseNote(`${text}\n${lines}`);
  if (signedText !== text)
    throw new BeaconError("NOTE_MALFORMED", "signature lines have no blank line between them");
  const good = new Map<VerifierKey, string>();
  for (const line of signatures) {
    const key = keys.find((known) => isSignatureOf(line, known));
    if (key === undefined || good.has(key)) continue;
    const isGood = await cosignersOf({ text, signatures: [line] }, [{ key }], verifier).then(
      () => true,
      () => false,
    );
    if (isGood) good.set(key, signatureLine(key, line.bytes));
  }
  return { keys: [...good.keys()], lines: [...good.values()].join("") };
}
