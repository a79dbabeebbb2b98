import { concat, utf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { parseCheckpoint } from "@/server/domain/log/checkpoint";
import { mlDsaVerifier } from "@/server/domain/ml-dsa";

/**
 * What a witness signs with ML-DSA-44 (C2SP tlog-cosignature, `cosigned_message`): a label, its own
 * name, the time, the log's name, and the tree from leaf 0 to the checkpoint's size.
 *
 * @param checkpointText the note's text with its final newline, without signatures.
 * @throws BeaconError CHECKPOINT_MALFORMED, also for an origin of more than 255 bytes;
 *   NOTE_KEY_MALFORMED for a witness's name of more than 255 bytes.
 */
export function subtreeMessage(
  cosigner: string,
  checkpointText: string,
  atSeconds: number,
): Uint8Array {
  const { origin, size, root } = parseCheckpoint(checkpointText);
  const [name, log] = [utf8(cosigner), utf8(origin)];
  if (name.length > 255)
    throw new BeaconError("NOTE_KEY_MALFORMED", "a witness's name has at most 255 bytes");
  if (log.length < 1 || log.length > 255)
    throw new BeaconError("CHECKPOINT_MALFORMED", "a log's name has 1 to 255 bytes");
  return concat(
    utf8("subtree/v1\n\0"),
    ...[Uint8Array.of(name.length), name, uint64(BigInt(atSeconds))],
    ...[Uint8Array.of(log.length), log, uint64(0n), uint64(size), root],
  );
}

function uint64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

/**
 * Whether the key of `cosigner` signed the checkpoint with ML-DSA-44 at that time. False also for a
 * checkpoint that ML-DSA-44 cannot cosign.
 */
export async function verifySubtreeCosignature(
  cosigner: string,
  publicKey: Uint8Array,
  checkpointText: string,
  atSeconds: number,
  signature: Uint8Array,
): Promise<boolean> {
  const message = messageOrNull(cosigner, checkpointText, atSeconds);
  const { verify } = await mlDsaVerifier();
  return message !== null && verify({ publicKey, message, signature });
}

function messageOrNull(...parts: Parameters<typeof subtreeMessage>): Uint8Array | null {
  try {
    return subtreeMessage(...parts);
  } catch (error) {
    if (error instanceof BeaconError) return null;
    throw error;
  }
}
