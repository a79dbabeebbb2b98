import type { LogEntry } from "@/schemas/log-entry";
import type { DsseEnvelope, ReceiptExtra } from "@/schemas/receipt";
import { equalBytes, fromBase64, fromUtf8 } from "@/server/domain/bytes";
import { canonicalBytes, type Json, sha256OfCid } from "@/server/domain/digest";
import { BeaconError } from "@/server/domain/errors";
import { type Checkpoint, parseCheckpoint } from "@/server/domain/log/checkpoint";
import { leafBytesOf, leafHashOfEntry } from "@/server/domain/log/entry";
import { parseNote, type SignedNote } from "@/server/domain/log/note";
import { parseProof } from "@/server/domain/log/proof";
import { isLogSigned, STATEMENT_TYPE } from "@/server/domain/log/receipt";
import { sha256 } from "@/server/domain/sha256";
import {
  intentEntry,
  isLogEntry,
  keyEntry,
  revocationEntry,
} from "@/server/domain/verify/entry-shape";
import {
  base64Of,
  integer,
  jsonWithin,
  list,
  nullable,
  oneOf,
  record,
  text,
  textThat,
} from "@/server/domain/verify/shape";

/** A receipt, read but not yet believed. */
export type Evidence = ReceiptExtra & {
  readonly index: bigint;
  /** Sibling hashes of the entry's leaf, 32 bytes each. */
  readonly proof: readonly Uint8Array[];
  readonly leafHash: Uint8Array;
  readonly note: SignedNote;
  readonly checkpoint: Checkpoint;
};

const isBase64 = textThat((value) => fromBase64(value) !== null);

const dsse = record<DsseEnvelope>({
  payload: isBase64,
  payloadType: oneOf(STATEMENT_TYPE),
  signatures: list(
    record<DsseEnvelope["signatures"][number]>({ keyid: text(/^.{1,64}$/su), sig: base64Of(64) }),
    1,
    1,
  ),
});

type Key = NonNullable<ReceiptExtra["key"]>;

/** Where an entry stands in the tree. */
const place = { index: integer(0), proof: list(base64Of(32), 0, 63) };
const registration = { entry: keyEntry, dsse, ...place };
const revocation = record<NonNullable<Key["revocation"]>>({
  entry: revocationEntry,
  dsse,
  ...place,
});

/** How deep a `beacon.vantage/v1` document is nested. Its fields are its writer's: the entry binds its bytes. */
const VANTAGE_DEPTH = 6;

const extraShape = record<ReceiptExtra>(
  {
    entry: isLogEntry,
    dsse,
    key: nullable(record<Key>(registration, { revocation })),
    intent: nullable(record<NonNullable<ReceiptExtra["intent"]>>({ entry: intentEntry, ...place })),
  },
  { vantage: jsonWithin(VANTAGE_DEPTH) },
);

/**
 * Reads a receipt file. Every byte of a file that it accepts is either checked later or stands in
 * the signature line of a stranger: the extra is the one spelling of its content, and holds
 * nothing that no check looks at.
 *
 * @throws BeaconError PROOF_TOO_LARGE, PROOF_MALFORMED, NOTE_MALFORMED, CHECKPOINT_MALFORMED,
 *   ENTRY_TOO_LARGE, CANONICAL_UNSUPPORTED_VALUE
 */
export function readEvidence(file: Uint8Array): Evidence {
  const { extra, index, proof, checkpoint } = parseProof(file);
  if (extra === null) throw malformed("the proof carries no receipt");
  const content = parseExtra(extra);
  const note = parseNote(checkpoint);
  const leafHash = leafHashOfEntry(content.entry);
  // The other entries that a form leaves room in for more than a leaf holds.
  if (content.intent !== null) leafBytesOf(content.intent.entry);
  return {
    ...content,
    index,
    proof,
    leafHash,
    note,
    checkpoint: parseCheckpoint(note.text),
  };
}

function parseExtra(extra: Uint8Array): ReceiptExtra {
  const value = parseJson(extra);
  // The form comes first: it bounds how deep the canonical form must be followed.
  if (!isReceiptExtra(value)) throw malformed("the extra line does not have a receipt's fields");
  if (!equalBytes(canonicalBytes(value), extra))
    throw malformed("the extra line is not in canonical form");
  const isKey = isLogSigned(value.entry);
  const isIntent = value.entry.type === "beacon.intent/v1";
  if ((isKey && value.key !== null) || ((isKey || isIntent) && value.intent !== null))
    throw malformed("the receipt carries an entry that its own does not lean on");
  if (value.vantage !== undefined && !isNamedBy(value.entry, value.vantage))
    throw malformed("the receipt carries a document that its entry does not name");
  return value;
}

/** Whether an entry's `vantage` is the address of a document's canonical bytes. */
function isNamedBy(entry: LogEntry, document: Json): boolean {
  const digest = sha256OfCid(("vantage" in entry && entry.vantage) || "");
  return digest !== null && equalBytes(sha256(canonicalBytes(document)), digest);
}

const isReceiptExtra = (value: Json): value is Json & ReceiptExtra => extraShape(value);

function parseJson(extra: Uint8Array): Json {
  try {
    return JSON.parse(fromUtf8(extra) ?? "");
  } catch (cause) {
    throw new BeaconError("PROOF_MALFORMED", "the extra line is not JSON", { cause });
  }
}

const malformed = (message: string): BeaconError => new BeaconError("PROOF_MALFORMED", message);
