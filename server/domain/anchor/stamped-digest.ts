import { utf8 } from "@/server/domain/bytes";
import { BeaconError, isBeaconError } from "@/server/domain/errors";
import { parseCheckpoint } from "@/server/domain/log/checkpoint";
import { parseNote } from "@/server/domain/log/note";
import { sha256 } from "@/server/domain/sha256";

/**
 * What an anchor stamps: sha256 over the text of a checkpoint's note, which is the three lines origin,
 * size and root with their final newline. That is the signed body. The blank line and the signatures
 * below it are not stamped, so the digest is the same however many witnesses have cosigned.
 *
 * @param text a checkpoint's text, as `formatCheckpoint` makes it. @returns 32 bytes.
 */
export const stampedDigest = (text: string): Uint8Array => sha256(utf8(text));

/**
 * The text that was stamped, out of a file that somebody kept: a whole published checkpoint with its
 * signatures, or the three lines alone. The signatures are not checked here.
 *
 * @throws BeaconError CHECKPOINT_MALFORMED
 */
export function stampedTextOf(file: string): string {
  const text = textOf(file);
  parseCheckpoint(text);
  return text;
}

function textOf(file: string): string {
  try {
    return parseNote(file).text;
  } catch (error) {
    if (!isBeaconError(error)) throw error;
    if (file.includes("\n\n"))
      throw new BeaconError("CHECKPOINT_MALFORMED", "neither a signed checkpoint nor its text", {
        cause: error,
      });
    return file; // the three lines have no blank line below them
  }
}
