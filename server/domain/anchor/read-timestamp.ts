import {
  apply,
  MAX_MESSAGE_BYTES,
  type Operation,
  operationNameOf,
} from "@/server/domain/anchor/operation";
import {
  ATTESTATION_TAGS,
  type Attestation,
  type Step,
  type Timestamp,
  timestampOf,
} from "@/server/domain/anchor/timestamp";
import { equalBytes, fromUtf8, utf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";

/**
 * The reference client's bounds (python-opentimestamps 0.4.5): how deep steps may follow each other, how
 * long an attestation and a calendar's address may be, and which characters an address may have.
 */
const MAX_DEPTH = 256;
const MAX_PAYLOAD_BYTES = 8_192;
const MAX_URI_BYTES = 1_000;
const URI_CHARACTERS = /^[A-Za-z0-9\-._/:]*$/;
/** Ours: the longest file that is read. A proof over a busy calendar has some 2,000 bytes. */
export const MAX_TIMESTAMP_FILE_BYTES = 65_536;
/** Ours: a file of nothing but steps over long messages would cost more work than its size says. */
const MAX_STEPS = 4_096;

/** How every `.ots` file begins: DetachedTimestampFile.HEADER_MAGIC and the major version 1. */
export const FILE_HEADER = Uint8Array.of(
  ...[0x00, ...utf8("OpenTimestamps"), 0x00, 0x00, ...utf8("Proof"), 0x00],
  ...[0xbf, 0x89, 0xe2, 0xe8, 0x84, 0xe8, 0x92, 0x94, 0x01],
);
const SHA256_TAG = 0x08;

/**
 * Reads an `.ots` file about a sha256 digest.
 *
 * @throws BeaconError ANCHOR_INVALID for anything that is not exactly one such file.
 */
export function readTimestampFile(bytes: Uint8Array): Timestamp {
  if (bytes.length > MAX_TIMESTAMP_FILE_BYTES) throw malformed("the file is too large");
  const reader = readerOf(bytes);
  if (!equalBytes(reader.take(FILE_HEADER.length), FILE_HEADER))
    throw malformed("it is not an OpenTimestamps file of version 1");
  if (reader.byte() !== SHA256_TAG) throw malformed("it is not about a sha256 digest");
  return readWhole(reader, reader.take(32));
}

/**
 * Reads what a calendar answers: a timestamp without header, about the message that it was asked for.
 *
 * @throws BeaconError ANCHOR_INVALID
 */
export const readTimestamp = (bytes: Uint8Array, message: Uint8Array): Timestamp =>
  readWhole(readerOf(bytes), message);

type Reader = ReturnType<typeof readerOf>;

function readerOf(bytes: Uint8Array) {
  let at = 0;
  let steps = 0;
  const take = (length: number): Uint8Array => {
    if (bytes.length - at < length) throw malformed("it ends too early");
    at += length;
    return bytes.slice(at - length, at);
  };
  return {
    take,
    byte: (): number => take(1)[0] ?? 0,
    isAtEnd: (): boolean => at === bytes.length,
    countStep(): void {
      if (++steps > MAX_STEPS) throw malformed("it has too many steps");
    },
  };
}

function readWhole(reader: Reader, message: Uint8Array): Timestamp {
  const timestamp = readNode(reader, message, MAX_DEPTH);
  if (!reader.isAtEnd()) throw malformed("something follows its end");
  return timestamp;
}

const ATTESTATION = 0x00;
const ANOTHER_FOLLOWS = 0xff;

function readNode(reader: Reader, message: Uint8Array, depth: number): Timestamp {
  if (depth === 0) throw malformed(`its steps are more than ${MAX_DEPTH} deep`);
  const attestations: Attestation[] = [];
  const steps: Step[] = [];
  for (let isLast = false; !isLast; ) {
    const first = reader.byte();
    isLast = first !== ANOTHER_FOLLOWS;
    const tag = isLast ? first : reader.byte();
    if (tag === ATTESTATION) attestations.push(readAttestation(reader));
    else {
      reader.countStep();
      const operation = readOperation(reader, tag);
      const timestamp = readNode(reader, apply(operation, message), depth - 1);
      steps.push({ operation, timestamp });
    }
  }
  return timestampOf({ message, attestations, steps });
}

function readOperation(reader: Reader, tag: number): Operation {
  const name = operationNameOf(tag);
  if (name === null) throw malformed(`there is no operation 0x${tag.toString(16)}`);
  if (name !== "append" && name !== "prepend") return { name };
  const argument = readBytes(reader, MAX_MESSAGE_BYTES);
  if (argument.length === 0) throw malformed(`${name} has nothing to add`);
  return { name, argument };
}

function readAttestation(reader: Reader): Attestation {
  const tag = reader.take(8);
  const payload = readBytes(reader, MAX_PAYLOAD_BYTES);
  if (equalBytes(tag, ATTESTATION_TAGS.pending)) {
    const inner = readerOf(payload);
    const uri = fromUtf8(readBytes(inner, MAX_URI_BYTES));
    if (uri === null || !URI_CHARACTERS.test(uri) || !inner.isAtEnd())
      throw malformed("a calendar's address is none");
    return { kind: "pending", uri };
  }
  if (equalBytes(tag, ATTESTATION_TAGS.bitcoin)) {
    const inner = readerOf(payload);
    const height = readNumber(inner);
    if (!inner.isAtEnd()) throw malformed("a block's height is none");
    return { kind: "bitcoin", height };
  }
  return { kind: "unknown", tag, payload };
}

function readBytes(reader: Reader, limit: number): Uint8Array {
  const length = readNumber(reader);
  if (length > limit) throw malformed(`${length} bytes stand where ${limit} may`);
  return reader.take(length);
}

/** An unsigned LEB128 number below 2^49: seven bytes, far above every length and height. */
function readNumber(reader: Reader): number {
  let value = 0;
  for (let place = 0; place < 7; place++) {
    const byte = reader.byte();
    value += (byte & 0x7f) * 2 ** (7 * place);
    if (byte < 0x80) return value;
  }
  throw malformed("a number is too large");
}

const malformed = (message: string): BeaconError =>
  new BeaconError("ANCHOR_INVALID", `the timestamp cannot be read: ${message}`);
