import { BeaconError } from "@/server/domain/errors";

/** One element of DER (X.690): its tag's byte, what it holds, and all of it, as it came. */
export type DerElement = {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
};

/** Tags of the universal class and the context-specific ones that are read here. */
export const DER = {
  integer: 0x02,
  octets: 0x04,
  objectIdentifier: 0x06,
  sequence: 0x30,
  set: 0x31,
  context0: 0xa0,
  context1: 0xa1,
} as const;

/**
 * Reads bytes that are exactly one element.
 *
 * Lengths are definite and in their shortest form, so that nothing in an envelope can be changed without
 * being seen: asn1js reads lengths that contradict each other.
 *
 * @throws BeaconError ANCHOR_INVALID
 */
export function readDer(bytes: Uint8Array): DerElement {
  const [element, ...more] = elementsIn(bytes);
  if (element === undefined || more.length > 0) throw malformed("it is not one element");
  return element;
}

/** What an element with `tag` is made of. @throws BeaconError ANCHOR_INVALID */
export function partsOf(element: DerElement | undefined, tag: number): readonly DerElement[] {
  return elementsIn(contentOf(element, tag));
}

/** What an element with `tag` holds. @throws BeaconError ANCHOR_INVALID */
export function contentOf(element: DerElement | undefined, tag: number): Uint8Array {
  if (element?.tag !== tag) throw malformed("an element is missing or of another kind");
  return element.content;
}

function elementsIn(bytes: Uint8Array): readonly DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] ?? 0;
    if ((tag & 0x1f) === 0x1f) throw malformed("a tag is too large");
    const { length, start } = lengthAt(bytes, at + 1);
    const end = start + length;
    if (end > bytes.length) throw malformed("it ends too early");
    elements.push({ tag, content: bytes.slice(start, end), whole: bytes.slice(at, end) });
    at = end;
  }
  return elements;
}

/** Lengths of up to three bytes: 16 MB, far above what is read. */
const MAX_LENGTH_BYTES = 3;

function lengthAt(bytes: Uint8Array, at: number): { length: number; start: number } {
  const first = bytes[at];
  if (first === undefined) throw malformed("it ends too early");
  if (first < 0x80) return { length: first, start: at + 1 };
  const count = first - 0x80;
  const start = at + 1 + count;
  if (count === 0 || count > MAX_LENGTH_BYTES || start > bytes.length)
    throw malformed("a length cannot be read");
  const length = bytes.subarray(at + 1, start).reduce((sum, byte) => sum * 256 + byte, 0);
  if (length < 0x80 || length < 256 ** (count - 1)) throw malformed("a length is not the shortest");
  return { length, start };
}

const malformed = (message: string): BeaconError =>
  new BeaconError("ANCHOR_INVALID", `the time stamp's encoding is not DER: ${message}`);
