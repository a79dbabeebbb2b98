import type { AddCheckpoint } from "@/server/adapters/witness/witness";
import { base64, fromBase64, fromUtf8 } from "@/server/domain/bytes";
import { fromDecimal } from "@/server/domain/log/decimal";
import { HASH_BYTES } from "@/server/domain/log/merkle";

/** C2SP tlog-witness: no client may send more. */
const MAX_PROOF_LINES = 63;

/**
 * The body of an `add-checkpoint` request (C2SP tlog-witness): `old <size>`, the proof's hashes in
 * base64, a blank line, the checkpoint.
 */
export const formatAddCheckpoint = ({ oldSize, proof, checkpoint }: AddCheckpoint): string =>
  `${[`old ${oldSize}`, ...proof.map(base64)].join("\n")}\n\n${checkpoint}`;

/** Reads such a body; null when it is none. The checkpoint is handed on verbatim, unread. */
export function parseAddCheckpoint(body: Uint8Array): AddCheckpoint | null {
  const text = fromUtf8(body);
  const end = text?.indexOf("\n\n") ?? -1;
  if (text === null || end < 0) return null;
  const [first = "", ...lines] = text.slice(0, end).split("\n");
  const oldSize = first.startsWith("old ") ? fromDecimal(first.slice("old ".length)) : null;
  if (oldSize === null || lines.length > MAX_PROOF_LINES) return null;
  const proof: Uint8Array[] = [];
  for (const line of lines) {
    const hash = fromBase64(line);
    if (hash?.length !== HASH_BYTES) return null;
    proof.push(hash);
  }
  return { oldSize, proof, checkpoint: text.slice(end + 2) };
}
