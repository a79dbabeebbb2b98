import { z } from "zod";
import { VantageDocument } from "@/schemas/evidence";
import { IntentEntry, KeyEntry, LogEntry, RevocationEntry } from "@/schemas/log-entry";
import { LeafIndex } from "@/schemas/primitives";

/** A DSSE envelope with one signature (secure-systems-lab/dsse, protocol 1.0). */
export const DsseEnvelope = z.strictObject({
  /** base64 of the RFC 8785 bytes of an in-toto Statement v1. */
  payload: z.base64().max(8_192),
  payloadType: z.literal("application/vnd.in-toto+json"),
  signatures: z
    .array(z.strictObject({ keyid: z.string().max(64), sig: z.base64().length(88) }))
    .length(1),
});
export type DsseEnvelope = z.infer<typeof DsseEnvelope>;

const proof = z.array(z.base64().length(44)).max(63);

/**
 * What the `extra` line of a receipt's `.tlog-proof` holds, as base64 of its RFC 8785 bytes:
 * the entry that is the leaf, its signature, and the entries it leans on, each with its own inclusion
 * proof in the same checkpoint.
 */
export const ReceiptExtra = z.strictObject({
  entry: LogEntry,
  dsse: DsseEnvelope,
  /** The registration of the key that signed `dsse`; null when the log's own key did. */
  key: z
    .strictObject({
      entry: KeyEntry,
      dsse: DsseEnvelope,
      index: LeafIndex,
      proof,
      /** Where the log took the key back. Absent when it had not, at this checkpoint. */
      revocation: z
        .strictObject({ entry: RevocationEntry, dsse: DsseEnvelope, index: LeafIndex, proof })
        .exactOptional(),
    })
    .nullable(),
  /** The job's intent; null when the entry belongs to no announced job. */
  intent: z.strictObject({ entry: IntentEntry, index: LeafIndex, proof }).nullable(),
  /** The document whose block the entry's `vantage` names. Absent where the entry names none. */
  vantage: VantageDocument.exactOptional(),
});
export type ReceiptExtra = z.infer<typeof ReceiptExtra>;
