/** How often escapes are undone: JSON in HTML in JSON is the most that honest servers come to. */
const MAX_LAYERS = 3;

const [PERCENT, AMPERSAND, HASH, SEMICOLON, BACKSLASH, SPACE] = [
  0x25, 0x26, 0x23, 0x3b, 0x5c, 0x20,
];
/** Stands for any character that is no part of a key, which is visible ASCII. */
const OTHER = 0xff;

/** What JSON's short escapes stand for; control characters count as white space here. */
const SHORT_ESCAPES: ReadonlyMap<number, number> = new Map([
  ...[..."\"\\/'`"].map((c) => [c.charCodeAt(0), c.charCodeAt(0)] as const),
  ...[..."bfnrt"].map((c) => [c.charCodeAt(0), SPACE] as const),
]);

/** HTML's names for visible ASCII, of up to eight letters, each before the character that it stands for. */
const NAMED = [
  ...["amp&", "AMP&", "lt<", "LT<", "gt>", "GT>", 'quot"', 'QUOT"', "apos'", "excl!", "num#"],
  ...["dollar$", "percnt%", "lpar(", "rpar)", "ast*", "midast*", "plus+", "comma,", "period."],
  ...["sol/", "colon:", "semi;", "equals=", "quest?", "commat@", "lsqb[", "lbrack[", "bsol\\"],
  ...["rsqb]", "rbrack]", "Hat^", "lowbar_", "UnderBar_", "grave`", "lcub{", "lbrace{"],
  ...["verbar|", "vert|", "rcub}", "rbrace}"],
];
const LONGEST_NAME = 8;

/** One more letter of a name, which is kept as a number: eight letters of six bits are exact in one. */
const withLetter = (name: number, byte: number): number => name * 64 + (byte - 0x40);

const ENTITIES: ReadonlyMap<number, number> = new Map(
  NAMED.map((entry) => {
    const codes = Array.from(entry, (letter) => letter.charCodeAt(0));
    return [codes.slice(0, -1).reduce(withLetter, 0), codes.at(-1) ?? OTHER];
  }),
);

/** An escape that was read: what it stands for, and where it ends. */
type Escape = { readonly byte: number; readonly end: number };

/**
 * Whether bytes hold a key as it is, in the escapes of JSON, URLs or HTML, several layers of them, or in
 * base64 of either alphabet, alone or with anything around it. What means to hide a key can do so in other
 * ways; what merely repeats a request does not. A key that looks like an escape itself (`%41`) is missed when
 * only some of its characters are escaped. The work grows with the bytes alone: each layer is read once.
 *
 * @param key visible ASCII.
 */
export function isSpelledIn(bytes: Uint8Array, key: string): boolean {
  const layer = Buffer.from(bytes); // a copy: escapes are undone in its place
  const joined = Buffer.alloc(bytes.length);
  const coded = base64Of(key);
  for (let undone = 0, length = bytes.length; ; undone++) {
    const text = layer.subarray(0, length);
    if (text.includes(key, 0, "latin1")) return true;
    // Base64 is wrapped into lines now and then.
    const unwrapped = joined.subarray(0, withoutSpace(text, joined));
    if (coded.some((needle) => unwrapped.includes(needle, 0, "latin1"))) return true;
    if (undone === MAX_LAYERS) return false;
    const shorter = undo(text);
    if (shorter === length) return false; // every escape is longer than what it stands for
    length = shorter;
  }
}

/**
 * What every base64 of something that holds the key holds: the characters that the key alone decides, for
 * each of the three places in a group of bytes at which it can begin, in both alphabets.
 */
function base64Of(key: string): readonly string[] {
  const needles = [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(key, "latin1")]);
    const [from, to] = [Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6)];
    return [bytes.toString("base64"), bytes.toString("base64url")].map((text) =>
      text.slice(from, to),
    );
  });
  return [...new Set(needles)];
}

/** Writes what is not white space, nor a control character, into `into`. @returns how much that is. */
function withoutSpace(bytes: Uint8Array, into: Uint8Array): number {
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte > SPACE) into[length++] = byte;
  }
  return length;
}

/** Undoes one layer of escapes in the place of `bytes`, and drops the zeros of UTF-16. @returns the length that is left. */
function undo(bytes: Uint8Array): number {
  let length = 0;
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] ?? 0;
    const read =
      byte === PERCENT || byte === AMPERSAND || byte === BACKSLASH ? escapeAt(bytes, at) : null;
    if (byte !== 0) bytes[length++] = read?.byte ?? byte;
    at = read?.end ?? at + 1;
  }
  return length;
}

function escapeAt(bytes: Uint8Array, at: number): Escape | null {
  const [mark, next = 0] = [bytes[at], bytes[at + 1]];
  if (mark === PERCENT) return hexAt(bytes, at + 1, 2);
  if (mark === AMPERSAND) return next === HASH ? referenceAt(bytes, at + 2) : entityAt(bytes, at);
  if (next === 0x75) return hexAt(bytes, at + 2, 4); // u
  if (next === 0x78) return hexAt(bytes, at + 2, 2); // x
  const byte = SHORT_ESCAPES.get(next);
  return byte === undefined ? null : { byte, end: at + 2 };
}

/** Exactly so many hexadecimal digits. */
function hexAt(bytes: Uint8Array, from: number, digits: number): Escape | null {
  let code = 0;
  for (let at = from; at < from + digits; at++) {
    const digit = digitOf(bytes[at], 16);
    if (digit === null) return null;
    code = code * 16 + digit;
  }
  return { byte: asciiOf(code), end: from + digits };
}

/** What follows `&#`: decimal digits, or `x` and hexadecimal ones, as many as there are. */
function referenceAt(bytes: Uint8Array, from: number): Escape | null {
  const isHex = ((bytes[from] ?? 0) | 0x20) === 0x78;
  const [first, base] = isHex ? [from + 1, 16] : [from, 10];
  let [code, at] = [0, first];
  for (let digit = digitOf(bytes[at], base); digit !== null; digit = digitOf(bytes[++at], base))
    code = Math.min(code * base + digit, OTHER);
  if (at === first) return null;
  return { byte: asciiOf(code), end: bytes[at] === SEMICOLON ? at + 1 : at };
}

function entityAt(bytes: Uint8Array, at: number): Escape | null {
  let [name, end] = [0, at + 1];
  while (end - at <= LONGEST_NAME && isLetter(bytes[end]))
    name = withLetter(name, bytes[end++] ?? 0);
  if (bytes[end] !== SEMICOLON) return null;
  const byte = ENTITIES.get(name);
  return byte === undefined ? null : { byte, end: end + 1 };
}

const isLetter = (byte = 0): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;

/** A digit's value; null: it is none of this base, 10 or 16. */
function digitOf(byte = 0, base: number): number | null {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = (byte | 0x20) - 0x61;
  return base === 16 && letter >= 0 && letter < 6 ? letter + 10 : null;
}

/** A character as a byte that is compared with keys; what is white space in ASCII stays so. */
const asciiOf = (code: number): number => {
  if (code <= SPACE) return SPACE;
  return code < 0x7f ? code : OTHER;
};
