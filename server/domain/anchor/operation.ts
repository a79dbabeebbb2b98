import { ripemd160, sha1 } from "@noble/hashes/legacy.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { concat, hex, utf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { sha256 } from "@/server/domain/sha256";

/**
 * One step of an OpenTimestamps proof: what it makes of a message follows from the message and, for the
 * two with an argument, from 1 to 4096 bytes. Names and tags are the reference client's
 * (python-opentimestamps 0.4.5, core/op.py).
 */
export type Operation =
  | {
      readonly name: "sha1" | "ripemd160" | "sha256" | "keccak256" | "reverse" | "hexlify";
    }
  | { readonly name: "append" | "prepend"; readonly argument: Uint8Array };

/** The reference client's bound on a message, a result and an argument: Op.MAX_RESULT_LENGTH. */
export const MAX_MESSAGE_BYTES = 4_096;

/** Every operation's tag on the wire. */
export const OPERATION_TAGS = {
  sha1: 0x02,
  ripemd160: 0x03,
  sha256: 0x08,
  keccak256: 0x67,
  append: 0xf0,
  prepend: 0xf1,
  reverse: 0xf2,
  hexlify: 0xf3,
} as const satisfies Record<Operation["name"], number>;

const NAMES = new Map(
  Object.entries(OPERATION_TAGS).map(([name, tag]) => [tag, name as Operation["name"]] as const),
);

/** The name of the operation with `tag`; null: there is none. */
export const operationNameOf = (tag: number): Operation["name"] | null =>
  NAMES.get(tag as (typeof OPERATION_TAGS)[Operation["name"]]) ?? null;

/** @throws BeaconError ANCHOR_INVALID when message or result leave their bounds. */
export function apply(operation: Operation, message: Uint8Array): Uint8Array {
  const result = resultOf(operation, message);
  if (result.length === 0 || result.length > MAX_MESSAGE_BYTES)
    throw new BeaconError(
      "ANCHOR_INVALID",
      `${operation.name} makes ${result.length} bytes, where a proof may have 1 to ${MAX_MESSAGE_BYTES}`,
    );
  return result;
}

function resultOf(operation: Operation, message: Uint8Array): Uint8Array {
  switch (operation.name) {
    case "sha1":
      return sha1(message);
    case "ripemd160":
      return ripemd160(message);
    case "sha256":
      return sha256(message);
    case "keccak256":
      return keccak_256(message);
    case "append":
      return concat(message, operation.argument);
    case "prepend":
      return concat(operation.argument, message);
    case "reverse":
      return message.toReversed();
    case "hexlify":
      return utf8(hex(message));
  }
}
