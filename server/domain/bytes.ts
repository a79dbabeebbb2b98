/** Lower-case hex. */
export const hex = (bytes: Uint8Array): string =>
  bytes.reduce((text, byte) => text + (byte + 0x100).toString(16).slice(1), "");

/** @throws RangeError when `text` is not lower- or upper-case hex of even length. */
export function fromHex(text: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/i.test(text)) throw new RangeError("not hex");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

const encoder = new TextEncoder();

/** Text to UTF-8. A lone surrogate becomes U+FFFD. */
export const utf8 = (text: string): Uint8Array => encoder.encode(text);

/** All the bytes, one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 to text, or null when the bytes are not UTF-8. A byte-order mark is kept: bytes are evidence. */
export function fromUtf8(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** Whether two byte strings are the same. Takes as long for a late difference as for an early one. */
export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length &&
  a.reduce((difference, byte, i) => difference | (byte ^ (b[i] ?? 0)), 0) === 0;

/** RFC 4648 base64 with padding. */
export const base64 = (bytes: Uint8Array): string =>
  btoa(bytes.reduce((binary, byte) => binary + String.fromCharCode(byte), ""));

/**
 * RFC 4648 base64 to bytes, or null. Accepts only what `base64` writes: padding present, no other
 * characters, unused bits zero, so that one byte string has one spelling.
 */
export function fromBase64(text: string): Uint8Array | null {
  try {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    return base64(bytes) === text ? bytes : null;
  } catch {
    return null;
  }
}

/** What base64 says whose form was checked before. */
export const bytesOf = (checked: string): Uint8Array => fromBase64(checked) ?? new Uint8Array();

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** Symbols of `from` bits as symbols of `to` bits, 8 at most. Bits that fill no symbol are left out. */
function regroup(symbols: Iterable<number>, from: number, to: number): readonly number[] {
  const regrouped: number[] = [];
  let buffer = 0;
  let bits = 0;
  for (const symbol of symbols) {
    buffer = (buffer << from) | symbol;
    for (bits += from; bits >= to; regrouped.push((buffer >> bits) & ((1 << to) - 1))) bits -= to;
  }
  return regrouped;
}

/** RFC 4648 base32, lower case, no padding. 16 bytes make 26 characters. */
export const base32 = (bytes: Uint8Array): string =>
  regroup([...bytes, 0], 8, 5)
    .slice(0, Math.ceil((bytes.length * 8) / 5))
    .map((symbol) => BASE32[symbol])
    .join("");

/** What `base32` wrote, back to bytes; null for anything that it would not have written. */
export function fromBase32(text: string): Uint8Array | null {
  const bytes = Uint8Array.from(
    regroup(
      Array.from(text, (char) => BASE32.indexOf(char)),
      5,
      8,
    ),
  );
  return base32(bytes) === text ? bytes : null;
}
