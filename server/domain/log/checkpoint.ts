import { base64, fromBase64 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { fromDecimal } from "@/server/domain/log/decimal";
import { HASH_BYTES } from "@/server/domain/log/merkle";

/** What a log says of itself (C2SP tlog-checkpoint): its name, its number of leaves, its root. */
export type Checkpoint = {
  readonly origin: string;
  /** At most 2^63 - 1. */
  readonly size: bigint;
  /** 32 bytes. */
  readonly root: Uint8Array;
};

/** A checkpoint as the text of a note: three lines. Signed with `signNote`. */
export const formatCheckpoint = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${base64(root)}\n`;

/** Three lines and any others, none of them empty. */
const LINES = /^([^\n]+)\n([^\n]+)\n([^\n]+)\n(?:[^\n]+\n)*$/;

/**
 * Reads the text of a note as a checkpoint. Extension lines of other logs are passed over: they are
 * signed with the rest, and mean nothing here.
 *
 * @throws BeaconError CHECKPOINT_MALFORMED
 */
export function parseCheckpoint(text: string): Checkpoint {
  const [, origin = "", sizeLine = "", rootLine = ""] = LINES.exec(text) ?? [];
  const size = fromDecimal(sizeLine);
  const root = fromBase64(rootLine);
  if (size === null || root?.length !== HASH_BYTES)
    throw new BeaconError("CHECKPOINT_MALFORMED", "the checkpoint is not origin, size and root");
  return { origin, size, root };
}
