import { BeaconError } from "@/server/domain/errors";
import { parseNote } from "@/server/domain/log/note";

const BEGIN = "-----BEGIN SIGNED NOTE-----\n";
const END = "-----END SIGNED NOTE-----\n";

/**
 * Two signed states of one log as one text file: an explanation, then each note as it was served, to
 * the byte, between a line that begins and a line that ends it. Whoever has the log's key can check
 * both without us.
 *
 * @param explanation lines for people; they are no part of a note.
 */
export const formatForkEvidence = (
  explanation: readonly string[],
  notes: readonly string[],
): string =>
  [
    ...explanation.map((line) => `${line}\n`),
    ...notes.map((note) => `\n${BEGIN}${note}${END}`),
  ].join("");

/**
 * The notes of such a file, verbatim.
 *
 * @throws BeaconError NOTE_MALFORMED when what stands between the lines is no note, or nothing does.
 */
export function parseForkEvidence(text: string): readonly string[] {
  const [, ...parts] = text.split(BEGIN);
  const notes = parts.map((part) => {
    const [note = "", ...rest] = part.split(END);
    if (rest.length !== 1)
      throw new BeaconError("NOTE_MALFORMED", "a note of the file does not end where it should");
    parseNote(note);
    return note;
  });
  if (notes.length === 0) throw new BeaconError("NOTE_MALFORMED", "the file holds no signed note");
  return notes;
}
