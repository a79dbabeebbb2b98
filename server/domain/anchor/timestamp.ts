import { compareBytes } from "@/server/domain/anchor/compare-bytes";
import { apply, OPERATION_TAGS, type Operation } from "@/server/domain/anchor/operation";
import { equalBytes, utf8 } from "@/server/domain/bytes";

/** Who says that a message existed. What another program may know and we do not is kept as it came. */
export type Attestation =
  /** A calendar's promise to have it attested; `uri` is where to ask. */
  | { readonly kind: "pending"; readonly uri: string }
  /** The message is the Merkle root of the Bitcoin block at `height`. The height is a hint: only the block says. */
  | { readonly kind: "bitcoin"; readonly height: number }
  | { readonly kind: "unknown"; readonly tag: Uint8Array; readonly payload: Uint8Array };

/**
 * An OpenTimestamps proof: a message, who attests it, and what other messages follow from it.
 * Attestations and steps are in the order in which they are written, each once.
 */
export type Timestamp = {
  readonly message: Uint8Array;
  readonly attestations: readonly Attestation[];
  readonly steps: readonly Step[];
};
export type Step = { readonly operation: Operation; readonly timestamp: Timestamp };

/** An attestation and the message that it is about. */
export type Attested = { readonly message: Uint8Array; readonly attestation: Attestation };

/** The tags of what we know (python-opentimestamps 0.4.5, core/notary.py). */
export const ATTESTATION_TAGS = {
  pending: Uint8Array.of(0x83, 0xdf, 0xe3, 0x0d, 0x2e, 0xf9, 0x0c, 0x8e),
  bitcoin: Uint8Array.of(0x05, 0x88, 0x96, 0x0d, 0x73, 0xd7, 0x19, 0x01),
} as const;

/** Puts attestations and steps in order and joins those that are the same. */
export function timestampOf({ message, attestations, steps }: Timestamp): Timestamp {
  const ordered = attestations
    .toSorted(compareAttestations)
    .filter((each, place, all) => place === 0 || compareTo(all[place - 1], each) !== 0);
  const joined: Step[] = [];
  for (const step of steps.toSorted((a, b) => compareOperations(a.operation, b.operation))) {
    const last = joined.at(-1);
    if (last === undefined || compareOperations(last.operation, step.operation) !== 0)
      joined.push(step);
    else
      joined[joined.length - 1] = {
        operation: last.operation,
        timestamp: merge(last.timestamp, step.timestamp),
      };
  }
  return { message, attestations: ordered, steps: joined };
}

/** What follows from `message` by one operation. @throws BeaconError ANCHOR_INVALID */
export const step = (
  message: Uint8Array,
  operation: Operation,
  rest: (result: Uint8Array) => Timestamp,
): Timestamp =>
  timestampOf({
    message,
    attestations: [],
    steps: [{ operation, timestamp: rest(apply(operation, message)) }],
  });

/** Everything that either says. Both are about the same message. */
export function merge(a: Timestamp, b: Timestamp): Timestamp {
  if (!equalBytes(a.message, b.message)) throw new Error("two timestamps of different messages");
  return timestampOf({
    message: a.message,
    attestations: [...a.attestations, ...b.attestations],
    steps: [...a.steps, ...b.steps],
  });
}

/** Every attestation in the proof with its message, in the order in which they are written. */
export function attestedIn(timestamp: Timestamp): readonly Attested[] {
  const { message, attestations, steps } = timestamp;
  return [
    ...attestations.map((attestation) => ({ message, attestation })),
    ...steps.flatMap((each) => attestedIn(each.timestamp)),
  ];
}

/** The proof with `more` merged in wherever it has the same message. */
export function withMerged(timestamp: Timestamp, more: Timestamp): Timestamp {
  if (equalBytes(timestamp.message, more.message)) return merge(timestamp, more);
  return timestampOf({
    ...timestamp,
    steps: timestamp.steps.map(({ operation, timestamp: next }) => ({
      operation,
      timestamp: withMerged(next, more),
    })),
  });
}

const tagOf = (attestation: Attestation): Uint8Array =>
  attestation.kind === "unknown" ? attestation.tag : ATTESTATION_TAGS[attestation.kind];

const compareTo = (before: Attestation | undefined, attestation: Attestation): number =>
  before === undefined ? -1 : compareAttestations(before, attestation);

/** The reference client's order: by tag, then by what the attestation says. */
function compareAttestations(a: Attestation, b: Attestation): number {
  if (a.kind === "pending" && b.kind === "pending") return compareBytes(utf8(a.uri), utf8(b.uri));
  if (a.kind === "bitcoin" && b.kind === "bitcoin") return a.height - b.height;
  const byTag = compareBytes(tagOf(a), tagOf(b));
  if (byTag !== 0 || a.kind !== "unknown" || b.kind !== "unknown") return byTag;
  return compareBytes(a.payload, b.payload);
}

/** The reference client's order: by tag, then by argument. */
function compareOperations(a: Operation, b: Operation): number {
  const byTag = OPERATION_TAGS[a.name] - OPERATION_TAGS[b.name];
  return byTag !== 0 || !("argument" in a) || !("argument" in b)
    ? byTag
    : compareBytes(a.argument, b.argument);
}
