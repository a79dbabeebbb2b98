import { LogEntry } from "@/schemas/log-entry";
import { fromUtf8 } from "@/server/domain/bytes";

/** The entry that a leaf's bytes are; null for bytes that are none, such as those of third parties. */
export function readEntry(bytes: Uint8Array): LogEntry | null {
  try {
    return LogEntry.parse(JSON.parse(fromUtf8(bytes) ?? ""));
  } catch {
    return null;
  }
}
