import type { LogEntry } from "@/schemas/log-entry";
import type { JobId, TaskId } from "@/schemas/primitives";
import type { DsseEnvelope } from "@/schemas/receipt";
import { leafBytesOf } from "@/server/domain/log/entry";
import { leafHashOf } from "@/server/domain/log/merkle";
import { type EntrySigner, signEntry } from "@/server/domain/log/receipt";

/** An entry on its way into the log: its leaf bytes, their hash, and the signature that travels beside them. */
export type FiledEntry = {
  readonly kind: LogEntry["type"];
  readonly bytes: Uint8Array;
  readonly leafHash: Uint8Array;
  readonly dsse: DsseEnvelope;
  readonly jobId: JobId | null;
  readonly taskId: TaskId | null;
  readonly createdAt: Date;
};

/** Makes an entry ready to be filed: canonical bytes, hash, signature. @throws BeaconError ENTRY_TOO_LARGE */
export function fileEntry(entry: LogEntry, origin: string, signer: EntrySigner): FiledEntry {
  const bytes = leafBytesOf(entry);
  return {
    kind: entry.type,
    bytes,
    leafHash: leafHashOf(bytes),
    dsse: signEntry(entry, origin, signer),
    jobId: "job" in entry ? entry.job : null,
    taskId: "task" in entry ? entry.task : null,
    createdAt: new Date(entry.at),
  };
}
