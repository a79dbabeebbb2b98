import type { LogEntry, MAX_ENTRY_BYTES } from "@/schemas/log-entry";
import { canonicalBytes } from "@/server/domain/digest";
import { BeaconError } from "@/server/domain/errors";
import { leafHashOf } from "@/server/domain/log/merkle";

/** The schema's figure, by its type: its module would bring zod into the browser's verifier. */
const LIMIT: typeof MAX_ENTRY_BYTES = 65_535;

/**
 * An entry as the leaf's bytes: its RFC 8785 form.
 *
 * @throws BeaconError ENTRY_TOO_LARGE, CANONICAL_UNSUPPORTED_VALUE
 */
export function leafBytesOf(entry: LogEntry): Uint8Array {
  const bytes = canonicalBytes(entry);
  if (bytes.length > LIMIT)
    throw new BeaconError("ENTRY_TOO_LARGE", `a log entry holds at most ${LIMIT} bytes`);
  return bytes;
}

/**
 * An entry's leaf hash, 32 bytes.
 *
 * @throws BeaconError ENTRY_TOO_LARGE, CANONICAL_UNSUPPORTED_VALUE
 */
export const leafHashOfEntry = (entry: LogEntry): Uint8Array => leafHashOf(leafBytesOf(entry));
