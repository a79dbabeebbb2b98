import { OPERATION_TAGS, type Operation } from "@/server/domain/anchor/operation";
import { FILE_HEADER } from "@/server/domain/anchor/read-timestamp";
import {
  ATTESTATION_TAGS,
  type Attestation,
  type Timestamp,
} from "@/server/domain/anchor/timestamp";
import { concat, utf8 } from "@/server/domain/bytes";

/** An `.ots` file, byte for byte as the reference client writes it. The message is a sha256 digest. */
export const writeTimestampFile = (timestamp: Timestamp): Uint8Array =>
  concat(
    FILE_HEADER,
    Uint8Array.of(OPERATION_TAGS.sha256),
    timestamp.message,
    writeTimestamp(timestamp),
  );

/** A timestamp without its message, as calendars answer. It has an attestation or a step. */
export function writeTimestamp({ attestations, steps }: Timestamp): Uint8Array {
  const branches = [
    ...attestations.map(writeAttestation),
    ...steps.map(({ operation, timestamp }) =>
      concat(writeOperation(operation), writeTimestamp(timestamp)),
    ),
  ];
  if (branches.length === 0) throw new Error("a timestamp that says nothing cannot be written");
  const last = branches.length - 1;
  return concat(
    ...branches.flatMap((branch, place) =>
      place === last ? [branch] : [Uint8Array.of(0xff), branch],
    ),
  );
}

const writeOperation = (operation: Operation): Uint8Array =>
  "argument" in operation
    ? concat(Uint8Array.of(OPERATION_TAGS[operation.name]), writeBytes(operation.argument))
    : Uint8Array.of(OPERATION_TAGS[operation.name]);

function writeAttestation(attestation: Attestation): Uint8Array {
  const tag = attestation.kind === "unknown" ? attestation.tag : ATTESTATION_TAGS[attestation.kind];
  return concat(Uint8Array.of(0x00), tag, writeBytes(payloadOf(attestation)));
}

function payloadOf(attestation: Attestation): Uint8Array {
  switch (attestation.kind) {
    case "pending":
      return writeBytes(utf8(attestation.uri));
    case "bitcoin":
      return writeNumber(attestation.height);
    case "unknown":
      return attestation.payload;
  }
}

const writeBytes = (bytes: Uint8Array): Uint8Array => concat(writeNumber(bytes.length), bytes);

/** Unsigned LEB128. */
function writeNumber(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Uint8Array.of(...bytes, rest);
}
