#!/usr/bin/env node
/*
 * verify.mjs: judges one receipt of a Beacon log. One file, no dependencies, no network.
 *
 *   node verify.mjs FILE.tlog-proof --policy POLICY [--block FILE]
 *                   [--since CHECKPOINT [--consistency FILE]] [--json]
 *
 * It needs Node 20 or later. It exits with 0 when the receipt is sound, with 1 when it is not, and
 * with 2 when a file or an argument cannot be used.
 *
 * A receipt says: this entry stands in that public log, at this place, signed by that key. This
 * program checks that
 *   - the document, if you have it, is the one that the entry names, byte for byte, and an attester's
 *     report says what its entry says;
 *   - the signed statement is about this entry and this log, and the key that it names signed it;
 *   - the log registered that key before the entry, for entries of this kind, and did not take it
 *     back before the entry;
 *   - the entry is in the log's tree, and the log and enough witnesses signed that tree;
 *   - the document of where the question was asked from, where the receipt carries one, is the one
 *     that the entry names;
 *   - the tree grew out of the one that you saw before, if you have its checkpoint and a proof;
 *   - the log announced the job before the entry.
 *
 * It does not check that what the entry says is true, that the log holds nothing else, or that the
 * log shows everybody the same tree; for the last, the witnesses of your policy vouch. Whom to
 * trust is yours to say: get the policy from somewhere else than the receipt.
 *
 * The rules that it follows: C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof and
 * tlog-policy (https://c2sp.org); RFC 9162, section 2.1 (Merkle trees); RFC 8785 (canonical JSON);
 * DSSE 1.0 and in-toto Statement v1; RFC 8032 (Ed25519, by Node's own crypto); FIPS 204 (ML-DSA-44,
 * written out below).
 *
 * Read it from top to bottom: bytes, trees, signatures, notes, the policy, the receipt's form, the
 * nine checks, the command line.
 */
import { createHash, createPublicKey, verify } from "node:crypto";
import { closeSync, openSync, readSync, realpathSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/**
 * Why something could not be used, or what a check found: a code for programs, words for people.
 */
class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

// ---------------------------------------------------------------------------------------- bytes --

const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();

const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 to text; null for bytes that are not UTF-8. A byte-order mark stays in the text. */
function fromUtf8(bytes) {
  try {
    return utf8Decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** RFC 4648 base64 in its one spelling (padding, unused bits zero) to bytes; null for all else. */
function fromBase64(text) {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : null;
}

/** As `fromBase64`, for text that stands for exactly `size` bytes. */
function fromBase64Of(size, text) {
  const bytes = fromBase64(text);
  return bytes?.length === size ? bytes : null;
}

/** An ASCII decimal without leading zeroes, 0 to 2^63 - 1, to a BigInt; null for all else. */
function fromDecimal(text) {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(text)) return null;
  const value = BigInt(text);
  return value < 1n << 63n ? value : null;
}

/** Whether the text has an ASCII control character below U+0020 that is not among the `allowed`. */
const hasControlCharacter = (text, allowed) =>
  Array.from(text).some((char) => char < " " && !allowed.includes(char));

const uint64 = (value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
};

/**
 * RFC 8785: object keys in the order of their UTF-16 code units, no white space. JavaScript's own
 * sorting, numbers and string escapes are the ones that the RFC prescribes.
 */
function canonicalJson(value) {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.keys(value).sort();
    return `{${fields.map((key) => `${canonicalJson(key)}:${canonicalJson(value[key])}`).join(",")}}`;
  }
  if (typeof value === "string" && !value.isWellFormed())
    throw new Refusal("CANONICAL_UNSUPPORTED_VALUE", "a string holds half a character");
  if (typeof value === "number" && !Number.isFinite(value))
    throw new Refusal("CANONICAL_UNSUPPORTED_VALUE", "a number is larger than a double can be");
  return JSON.stringify(value);
}

const canonicalBytes = (value) => Buffer.from(canonicalJson(value));

// ------------------------------------------------------------------ Merkle trees, RFC 9162, 2.1 --

const leafHash = (leaf) => sha256(Buffer.of(0x00), leaf);
const nodeHash = (left, right) => sha256(Buffer.of(0x01), left, right);

const wrongLength = () =>
  new Refusal("LOG_PROOF_LENGTH", "the proof is longer or shorter than this tree allows");

function mustBeRoot(hash, root) {
  if (!hash.equals(root))
    throw new Refusal("LOG_PROOF_ROOT_MISMATCH", "the proof leads to another root");
}

/**
 * The walk from a node up to the root, in the RFC's own names: every hash of the path, and whether
 * it stands on the left. `sn` is the last node of the layer on which `fn` is.
 */
function* climb(start, last, path) {
  let [fn, sn] = [start, last];
  for (const p of path) {
    if (sn === 0n) throw wrongLength();
    const isLeft = fn % 2n === 1n || fn === sn;
    yield [p, isLeft];
    if (isLeft) for (; fn % 2n === 0n && fn !== 0n; fn /= 2n) sn /= 2n;
    fn /= 2n;
    sn /= 2n;
  }
  if (sn !== 0n) throw wrongLength();
}

/** RFC 9162, 2.1.3.2: is `leaf` number `index` of the tree of `size` leaves? */
function verifyInclusion({ leaf, index, proof }, { size, root }) {
  if (index >= size)
    throw new Refusal("LOG_POSITION_INVALID", `a tree of ${size} has no leaf ${index}`);
  let r = leaf;
  for (const [p, isLeft] of climb(index, size - 1n, proof))
    r = isLeft ? nodeHash(p, r) : nodeHash(r, p);
  mustBeRoot(r, root);
}

/** RFC 9162, 2.1.4.2: does the tree `second` begin with the tree `first`? */
function verifyConsistency(first, second, proof) {
  if (first.size === second.size) return mustBeRoot(first.root, second.root);
  const isPowerOfTwo = (first.size & (first.size - 1n)) === 0n;
  const [start, ...path] = isPowerOfTwo ? [first.root, ...proof] : proof;
  if (start === undefined) throw wrongLength();
  let fn = first.size - 1n;
  let sn = second.size - 1n;
  for (; fn % 2n === 1n; fn /= 2n) sn /= 2n;
  let [fr, sr] = [start, start];
  for (const [c, isLeft] of climb(fn, sn, path)) {
    if (isLeft) fr = nodeHash(c, fr);
    sr = isLeft ? nodeHash(c, sr) : nodeHash(sr, c);
  }
  mustBeRoot(fr, first.root);
  mustBeRoot(sr, second.root);
}

// ---------------------------------------------------------------------------- Ed25519, RFC 8032 --

/** What stands before a raw Ed25519 public key in its DER form (RFC 8410, section 4). */
const SPKI_START = Buffer.from("302a300506032b6570032100", "hex");

/** Whether `signature` is the key's, for the message. False, too, for a key that is no point. */
function verifyEd25519(publicKey, message, signature) {
  try {
    const der = Buffer.concat([SPKI_START, publicKey]);
    const key = createPublicKey({ key: der, format: "der", type: "spki" });
    return verify(null, message, key, signature);
  } catch {
    return false;
  }
}

// -------------------------------------------------------------------------- ML-DSA-44, FIPS 204 --
//
// The names and the numbers of the algorithms are the standard's. A polynomial is an array of 256
// numbers, reduced to 0 … q-1 after every step; a product of two has 46 bits and is exact.

const Q = 8_380_417;
const [K, L, GAMMA1, GAMMA2, TAU, ETA, OMEGA] = [4, 4, 2 ** 17, (Q - 1) / 88, 39, 2, 80];
const BETA = TAU * ETA;
const DROPPED_BITS = 13;
const CHALLENGE_BYTES = 32;
const PUBLIC_KEY_BYTES = 32 + 320 * K;
const SIGNATURE_BYTES = CHALLENGE_BYTES + 576 * L + OMEGA + K;

const mod = (a, m = Q) => ((a % m) + m) % m;
const range = (count) => Array.from({ length: count }, (_, i) => i);
const shake = (name, bytes, outputLength) =>
  createHash(name, { outputLength }).update(bytes).digest();
const H = (outputLength, ...parts) => shake("shake256", Buffer.concat(parts), outputLength);

/** The powers 1753^BitRev8(m) mod q (FIPS 204, appendix B), for m = 0 … 255. */
const ZETAS = (() => {
  const powers = [1];
  for (let i = 1; i < 256; i++) powers.push((powers[i - 1] * 1753) % Q);
  const reversed = (m) =>
    Number.parseInt(m.toString(2).padStart(8, "0").split("").reverse().join(""), 2);
  return range(256).map((m) => powers[reversed(m)]);
})();

/** Algorithm 41, NTT. */
function ntt(polynomial) {
  const w = [...polynomial];
  let m = 0;
  for (let length = 128; length >= 1; length /= 2)
    for (let start = 0; start < 256; start += 2 * length) {
      const zeta = ZETAS[++m];
      for (let j = start; j < start + length; j++) {
        const t = (zeta * w[j + length]) % Q;
        w[j + length] = mod(w[j] - t);
        w[j] = (w[j] + t) % Q;
      }
    }
  return w;
}

/** Algorithm 42, the inverse of NTT. */
function inverseNtt(polynomial) {
  const w = [...polynomial];
  let m = 256;
  for (let length = 1; length < 256; length *= 2)
    for (let start = 0; start < 256; start += 2 * length) {
      const zeta = Q - ZETAS[--m];
      for (let j = start; j < start + length; j++) {
        const t = w[j];
        w[j] = (t + w[j + length]) % Q;
        w[j + length] = (zeta * mod(t - w[j + length])) % Q;
      }
    }
  return w.map((value) => (value * 8_347_681) % Q); // 256^-1 mod q
}

/** Algorithm 18, SimpleBitUnpack: 256 numbers of `width` bits each, the lowest bit first. */
function unpackBits(bytes, width) {
  const bit = (i) => (bytes[i >> 3] >> (i & 7)) & 1;
  return range(256).map((i) =>
    range(width).reduce((value, j) => value + bit(i * width + j) * 2 ** j, 0),
  );
}

/** Algorithm 16, SimpleBitPack: the inverse of the above. */
function packBits(values, width) {
  const bytes = Buffer.alloc(32 * width);
  for (const [i, value] of values.entries())
    for (let j = 0; j < width; j++)
      bytes[(i * width + j) >> 3] |= ((value >> j) & 1) << ((i * width + j) & 7);
  return bytes;
}

/**
 * How much of a stream is drawn at once. Appendix C of the standard shows that the two algorithms
 * below need less of it, but with a probability under 2^-256.
 */
const STREAM_BYTES = 1_008;

/**
 * Algorithm 30, RejNTTPoly: a polynomial in NTT form out of a seed; numbers from q up are skipped.
 */
function sampleNtt(seed) {
  const stream = shake("shake128", seed, STREAM_BYTES);
  return range(STREAM_BYTES / 3)
    .map((i) => stream.readUIntLE(3 * i, 3) & 0x7f_ffff)
    .filter((number) => number < Q)
    .slice(0, 256);
}

/** Algorithm 29, SampleInBall: the challenge, TAU coefficients of 1 or -1 and the others 0. */
function sampleInBall(seed) {
  const stream = H(STREAM_BYTES, seed);
  const c = new Array(256).fill(0);
  let at = 8; // the first eight bytes are the signs
  for (let i = 256 - TAU; i < 256; i++) {
    while (stream[at] > i) at++;
    const j = stream[at++];
    const sign = i + TAU - 256;
    c[i] = c[j];
    c[j] = (stream[sign >> 3] >> (sign & 7)) & 1 ? Q - 1 : 1;
  }
  return c;
}

/**
 * Algorithm 21, HintBitUnpack: K polynomials of zeroes and ones; null for any but the one spelling.
 */
function unpackHint(bytes) {
  const hint = range(K).map(() => new Array(256).fill(0));
  let index = 0;
  for (const [i, polynomial] of hint.entries()) {
    const first = index;
    const end = bytes[OMEGA + i];
    if (end < index || end > OMEGA) return null;
    for (; index < end; index++) {
      if (index > first && bytes[index - 1] >= bytes[index]) return null;
      polynomial[bytes[index]] = 1;
    }
  }
  return bytes.subarray(index, OMEGA).every((byte) => byte === 0) ? hint : null;
}

/**
 * Algorithm 40, UseHint, with algorithm 36, Decompose: the high part of r, corrected by the hint.
 */
function useHint(hint, r) {
  const low = mod(r, 2 * GAMMA2);
  const r0 = low > GAMMA2 ? low - 2 * GAMMA2 : low;
  const isTop = r - r0 === Q - 1;
  const r1 = isTop ? 0 : (r - r0) / (2 * GAMMA2);
  if (hint === 0) return r1;
  return mod(r1 + ((isTop ? r0 - 1 : r0) > 0 ? 1 : -1), (Q - 1) / (2 * GAMMA2));
}

const pieces = (bytes, size, count) =>
  range(count).map((i) => bytes.subarray(i * size, (i + 1) * size));

/** Algorithms 3 and 8, ML-DSA.Verify, with the empty context. */
export function verifyMlDsa44(publicKey, message, signature) {
  if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  const [rho, t1Bytes] = [publicKey.subarray(0, 32), publicKey.subarray(32)];
  const challenge = signature.subarray(0, CHALLENGE_BYTES);
  const zBytes = signature.subarray(CHALLENGE_BYTES, CHALLENGE_BYTES + 576 * L);
  const hint = unpackHint(signature.subarray(CHALLENGE_BYTES + 576 * L));
  const z = pieces(zBytes, 576, L).map((bytes) => unpackBits(bytes, 18).map((v) => GAMMA1 - v));
  if (hint === null || z.flat().some((value) => Math.abs(value) >= GAMMA1 - BETA)) return false;

  const mu = H(64, H(64, publicKey), Buffer.of(0, 0), message);
  const cHat = ntt(sampleInBall(challenge));
  const zHat = z.map((polynomial) => ntt(polynomial.map((value) => mod(value))));
  const high = pieces(t1Bytes, 320, K).map((bytes, row) => {
    const tHat = ntt(unpackBits(bytes, 10).map((value) => (value * 2 ** DROPPED_BITS) % Q));
    const aHat = range(L).map((column) => sampleNtt(Buffer.concat([rho, Buffer.of(column, row)])));
    const w = range(256).map((i) =>
      mod(
        range(L).reduce((sum, s) => sum + ((aHat[s][i] * zHat[s][i]) % Q), 0) -
          ((cHat[i] * tHat[i]) % Q),
      ),
    );
    return packBits(
      inverseNtt(w).map((r, i) => useHint(hint[row][i], r)),
      6,
    );
  });
  return H(CHALLENGE_BYTES, mu, ...high).equals(challenge);
}

// ------------------------------------------------------ keys and notes, C2SP signed-note et al. --

/**
 * The types of keys that are known here, by their type byte: what they sign, how large they are.
 */
const LOG_KEY = 0x01;
const ED25519_WITNESS = 0x04;
const ML_DSA_WITNESS = 0x06;
const KEY_BYTES = { [LOG_KEY]: 32, [ED25519_WITNESS]: 32, [ML_DSA_WITNESS]: PUBLIC_KEY_BYTES };

const isKeyName = (name) => /^[^\p{White_Space}\p{Cc}+]+$/u.test(name);

/** `<name>+<key ID, 8 hex digits>+<base64 of type and public key>`; null when it is not one. */
function parseKey(text) {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  const typed = name !== undefined && isKeyName(name) ? fromBase64(encoded) : null;
  if (typed === null || KEY_BYTES[typed[0]] !== typed.length - 1) return null;
  const keyId = sha256(Buffer.from(`${name}\n`), typed).subarray(0, 4);
  if (keyId.toString("hex") !== id) return null;
  return { name, id: keyId, type: typed[0], publicKey: typed.subarray(1) };
}

/** Ours: room for a checkpoint and 16 post-quantum signatures. */
const MAX_NOTE_CHARACTERS = 131_072;
const MAX_NOTE_SIGNATURES = 64;
const SIGNATURE_START = "\u2014 ";

const malformedNote = (message) => new Refusal("NOTE_MALFORMED", message);

/**
 * A note, taken apart: its text with the final newline, and its signature lines. Nothing is
 * believed.
 */
function parseNote(note) {
  if (note.length > MAX_NOTE_CHARACTERS) throw malformedNote("the note is too large");
  if (hasControlCharacter(note, "\n")) throw malformedNote("the note has a control character");
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n")) throw malformedNote("the note has no signatures");
  const lines = note.slice(end + 2, -1).split("\n");
  if (lines.length > MAX_NOTE_SIGNATURES) throw malformedNote("the note has too many signatures");
  return { text: note.slice(0, end + 1), signatures: lines.map(parseSignatureLine) };
}

function parseSignatureLine(line) {
  const space = line.lastIndexOf(" ");
  const name = line.slice(SIGNATURE_START.length, space);
  const bytes = fromBase64(line.slice(space + 1));
  const isLine = line.startsWith(SIGNATURE_START) && isKeyName(name) && bytes !== null;
  if (!isLine || bytes.length < 5) throw malformedNote("a signature line is not one");
  return { name, id: bytes.subarray(0, 4), blob: bytes.subarray(4) };
}

/**
 * Whether the line says that the key signed: the same name and the same key ID. Others are ignored.
 */
const isLineOf = (key) => (line) => line.name === key.name && line.id.equals(key.id);

/**
 * Origin, number of leaves and root (C2SP tlog-checkpoint). Lines that a log adds mean nothing
 * here.
 */
function parseCheckpoint(text) {
  const lines = text.split("\n");
  const isClosed = lines.pop() === "" && lines.every((line) => line !== "");
  const [origin, sizeLine = "", rootLine = ""] = lines;
  const size = fromDecimal(sizeLine);
  const root = fromBase64Of(32, rootLine);
  if (!isClosed || size === null || root === null)
    throw new Refusal("CHECKPOINT_MALFORMED", "not origin, size and root on a line each");
  return { origin, size, root };
}

/** The log's signature: at least one known key signed, and none of their lines is wrong. */
function verifyLogSignature(note, keys) {
  const message = Buffer.from(note.text);
  let signatures = 0;
  for (const line of note.signatures) {
    const key = keys.find((known) => isLineOf(known)(line));
    if (key === undefined) continue;
    if (!verifyEd25519(key.publicKey, message, line.blob))
      throw new Refusal("NOTE_SIGNATURE_INVALID", `the signature of ${key.name} is wrong`);
    signatures++;
  }
  if (signatures === 0) throw new Refusal("NOTE_KEY_UNKNOWN", "no known key signed this");
}

/** 9999-12-31T23:59:59Z, the last second that a date can be written for. */
const LAST_SECOND = 253_402_300_799n;

/**
 * A witness's latest time in POSIX seconds, or null when it did not sign. A wrong line spoils the
 * note.
 */
function verifyCosignatures(note, checkpoint, key) {
  let latest = null;
  for (const { blob } of note.signatures.filter(isLineOf(key))) {
    const seconds = blob.length < 8 ? null : blob.readBigUInt64BE();
    if (seconds === null || !isCosignature(note, checkpoint, key, seconds, blob.subarray(8)))
      throw new Refusal("NOTE_SIGNATURE_INVALID", `the cosignature of ${key.name} is wrong`);
    if (latest === null || seconds > latest) latest = seconds;
  }
  return latest;
}

function isCosignature(note, checkpoint, key, seconds, signature) {
  if (seconds > LAST_SECOND) return false;
  if (key.type === ED25519_WITNESS) {
    const message = Buffer.from(`cosignature/v1\ntime ${seconds}\n${note.text}`);
    return verifyEd25519(key.publicKey, message, signature);
  }
  const message = subtreeMessage(key.name, seconds, checkpoint);
  return message !== null && verifyMlDsa44(key.publicKey, message, signature);
}

/** What an ML-DSA witness signs: its name, the time, the log, leaves 0 to `size`, the root. */
function subtreeMessage(witness, seconds, { origin, size, root }) {
  const names = [Buffer.from(witness), Buffer.from(origin)];
  if (names.some(({ length }) => length > 255)) return null; // their lengths have one byte
  const [name, log] = names.map((bytes) => Buffer.concat([Buffer.of(bytes.length), bytes]));
  const label = Buffer.from("subtree/v1\n\0");
  return Buffer.concat([label, name, uint64(seconds), log, uint64(0n), uint64(size), root]);
}

// ----------------------------------------------------------------- the policy, C2SP tlog-policy --

/** Ours. The specification asks for room for 32 logs, witnesses and groups. */
const MAX_POLICY_CHARACTERS = 131_072;

const malformedPolicy = (message) => new Refusal("POLICY_MALFORMED", message);

/**
 * Whom the reader trusts: the keys of logs, the witnesses in order (`name` and `key`), the groups
 * by name (`threshold` and `members`), and the name of the quorum, `none` included.
 */
function parsePolicy(text) {
  if (text.length > MAX_POLICY_CHARACTERS) throw malformedPolicy("the policy is too large");
  if (hasControlCharacter(text, "\t\n") || text.includes("\x7f"))
    throw malformedPolicy("the policy has a control character");
  const policy = { logs: [], witnesses: [], groups: new Map(), quorum: null };
  const names = { defined: new Set(["none"]), members: new Set(["none"]) };
  for (const [i, line] of text.split("\n").entries()) {
    const [keyword, ...words] = line.split(/[ \t]+/).filter((word) => word !== "");
    if (keyword === undefined || keyword.startsWith("#")) continue;
    const problem = POLICY_LINES.has(keyword)
      ? POLICY_LINES.get(keyword)(policy, names, words)
      : `no line starts with ${keyword}`;
    if (problem) throw malformedPolicy(`line ${i + 1}: ${problem}`);
  }
  if (policy.quorum === null) throw malformedPolicy("a policy has one quorum line");
  return policy;
}

/**
 * One reader for each kind of line. It takes the line into the policy, or answers what is wrong.
 */
const POLICY_LINES = new Map([
  ["log", readLogLine],
  ["witness", readWitnessLine],
  ["group", readGroupLine],
  ["quorum", readQuorumLine],
]);

function readLogLine({ logs }, _names, words) {
  if (words.length < 1 || words.length > 2) return "log KEY [URL]";
  const key = parseKey(words[0]);
  if (key?.type !== LOG_KEY) return "not the key of a log";
  if (logs.some(({ publicKey }) => publicKey.equals(key.publicKey)))
    return "this log is here already";
  logs.push(key);
}

function readWitnessLine({ witnesses }, { defined }, words) {
  if (words.length < 2 || words.length > 3) return "witness NAME KEY [URL]";
  const [name, key] = [words[0], parseKey(words[1])];
  if (key === null || key.type === LOG_KEY) return "not the key of a witness";
  if (witnesses.some((other) => other.key.publicKey.equals(key.publicKey)))
    return "this witness is here already";
  if (defined.has(name)) return `${name} is taken`;
  defined.add(name);
  witnesses.push({ name, key });
}

function readGroupLine({ groups }, { defined, members: taken }, [name, rule, ...members]) {
  if (members.length === 0) return "group NAME all|any|NUMBER MEMBER...";
  const threshold = fromDecimal(
    rule === "all" ? String(members.length) : rule === "any" ? "1" : rule,
  );
  if (threshold === null || threshold < 1n || threshold > members.length)
    return `1 to ${members.length} members can be asked`;
  for (const member of members) {
    if (!defined.has(member)) return `${member} is not defined above`;
    if (taken.has(member)) return `${member} cannot be a member here`;
    taken.add(member);
  }
  if (defined.has(name)) return `${name} is taken`;
  defined.add(name);
  groups.set(name, { threshold, members });
}

function readQuorumLine(policy, { defined }, words) {
  if (words.length !== 1) return "quorum NAME";
  if (policy.quorum !== null) return "a policy has one quorum line";
  if (!defined.has(words[0])) return `${words[0]} is not defined above`;
  policy.quorum = words[0];
}

/** Whether the witnesses who signed are enough. A group's members are all defined above it. */
function isMet({ groups, quorum }, signed) {
  const counted = new Set(["none", ...signed]);
  for (const [name, { threshold, members }] of groups)
    if (members.filter((member) => counted.has(member)).length >= threshold) counted.add(name);
  return counted.has(quorum);
}

const logKeys = (policy, origin) => policy.logs.filter(({ name }) => name === origin);

// ----------------------------------------------------------------- the receipt, C2SP tlog-proof --

const MAX_RECEIPT_BYTES = 262_144;
const MAX_PROOF_HASHES = 63;
const MAX_ENTRY_BYTES = 65_535;

const malformedProof = (message) => new Refusal("PROOF_MALFORMED", message);

/**
 * A `.tlog-proof` file, taken apart: `extra` bytes or null, index, hashes, and the note as text.
 */
function parseProof(file) {
  if (file.length > MAX_RECEIPT_BYTES)
    throw new Refusal("PROOF_TOO_LARGE", `a receipt has at most ${MAX_RECEIPT_BYTES} bytes`);
  const text = fromUtf8(file);
  if (text === null) throw malformedProof("the file is not UTF-8 text");
  const end = text.indexOf("\n\n");
  if (end < 0) throw malformedProof("the file has no checkpoint");
  const [header, ...lines] = text.slice(0, end).split("\n");
  if (header !== "c2sp.org/tlog-proof@v1")
    throw malformedProof("the file does not start as a tlog-proof does");

  let extra = null;
  if (lines[0]?.startsWith("extra ")) {
    extra = fromBase64(lines.shift().slice("extra ".length));
    if (!extra?.length) throw malformedProof("the extra line is not base64");
  }
  const [, decimal = ""] = /^index (.*)$/s.exec(lines.shift() ?? "") ?? [];
  const index = fromDecimal(decimal);
  if (index === null) throw malformedProof("the index line has no index");
  const proof = lines.map((line) => fromBase64Of(32, line));
  if (proof.length > MAX_PROOF_HASHES) throw malformedProof("the proof has too many hashes");
  if (proof.includes(null)) throw malformedProof("a line of the proof is not a hash");
  return { extra, index, proof, note: text.slice(end + 2) };
}

// What may stand in `extra` is told field by field; a field more or less, and it is no receipt. A
// form is a function from parsed JSON to true or false.

const matching = (pattern) => (value) => typeof value === "string" && pattern.test(value);
const anyOf =
  (...values) =>
  (value) =>
    values.includes(value);
const integer = (least) => (value) => Number.isSafeInteger(value) && value >= least;
const orNull = (form) => (value) => value === null || form(value);
const list = (form, least, most) => (value) =>
  Array.isArray(value) && value.length >= least && value.length <= most && value.every(form);
const base64 = (size) => (value) => typeof value === "string" && fromBase64Of(size, value) !== null;

/** An object with these fields and no other. A name with a question mark is of one that may lack. */
function record(fields) {
  const names = Object.keys(fields);
  const needed = names.filter((name) => !name.endsWith("?"));
  const forms = new Map(names.map((name) => [name.replace("?", ""), fields[name]]));
  return (value) =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    needed.every((name) => Object.hasOwn(value, name)) &&
    Object.keys(value).every((name) => forms.get(name)?.(value[name]) === true);
}

/** Any JSON that is nested at most `depth` deep: an object of texts has depth 2. */
const jsonWithin = (depth) => (value) =>
  depth > 0 &&
  (typeof value !== "object" ||
    value === null ||
    Object.values(value).every(jsonWithin(depth - 1)));

/** RFC 3339 in UTC with milliseconds, a day and a time that exist. */
const instant = (value) => {
  if (!matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)(value)) return false;
  const date = new Date(value);
  return !Number.isNaN(date.getTime()) && date.toISOString() === value;
};

/** The SHA-256 that a CIDv1 (raw, sha2-256, base32) holds; null when the text is not one. */
function sha256OfCid(cid) {
  if (!/^b[a-z2-7]{58}$/.test(cid)) return null;
  let bits = 0n; // 58 letters of 5 bits: 36 bytes, and 2 bits that must be zero
  for (const letter of cid.slice(1))
    bits = bits * 32n + BigInt("abcdefghijklmnopqrstuvwxyz234567".indexOf(letter));
  const bytes = Buffer.from((bits >> 2n).toString(16).padStart(72, "0"), "hex");
  const isRawSha256 = bytes.subarray(0, 4).equals(Buffer.of(0x01, 0x55, 0x12, 0x20));
  return bits % 4n === 0n && isRawSha256 ? bytes.subarray(4) : null;
}

const id = (prefix) => matching(new RegExp(`^${prefix}-[a-z2-7]{26}$`));
const slug = matching(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/);
const cid = (value) => typeof value === "string" && sha256OfCid(value) !== null;
const [count, positive, flag] = [integer(0), integer(1), anyOf(true, false)];
const provider = matching(/^0x[0-9a-f]{40}$/);
const geo = anyOf("verified", "observed-only", "mismatch", "unverifiable");
const state = anyOf(
  ...["answered", "refused", "empty", "host-filtered"],
  ...["truncated", "geoblocked", "timed-out", "harness-error"],
);

const country = matching(/^([A-Z]{2}|home)$/);

const cell = {
  simulated: flag,
  job: id("job"),
  intent: count,
  task: id("tsk"),
  spec_cid: cid,
  prompt: slug,
  service: slug,
  country,
  repeat: count,
  seed: count,
  runner_key: id("key"),
};

/**
 * The entries of a Beacon log by their type. Every entry also has `v`, `at` and `type`. A name with
 * a question mark is of a field that may be absent.
 */
const ENTRY_FIELDS = {
  "beacon.key/v1": {
    key: id("key"),
    role: anyOf("runner", "attester"),
    "organisation?": matching(/^\P{Cc}{2,100}$/u),
    algorithm: anyOf("ed25519"),
    public_key: base64(32),
  },
  "beacon.revocation/v1": {
    key: id("key"),
    registration: count,
    reason: anyOf("superseded", "compromised", "retired"),
    replaced_by: orNull(id("key")),
  },
  "beacon.verifier/v1": {
    file: matching(/^[a-z0-9][a-z0-9.-]{0,62}$/),
    sha256: matching(/^[0-9a-f]{64}$/),
    size_bytes: count,
  },
  "beacon.intent/v1": {
    simulated: flag,
    job: id("job"),
    spec_cid: cid,
    tasks_digest: matching(/^sha256:[0-9a-f]{64}$/),
    tasks: positive,
    repeats: positive,
    contrasts: list(slug, 0, Number.POSITIVE_INFINITY),
    stop_rule: anyOf("every-announced-task-closes"),
    order_seed: matching(/^[0-9a-f]{32}$/),
    deadline: instant,
    runner_key: id("key"),
  },
  "beacon.result/v1": {
    ...cell,
    session: id("ses"),
    provider: orNull(provider),
    geo: orNull(geo),
    "vantage?": cid,
    "exchange?": cid,
    attempts: positive,
    started_at: instant,
    finished_at: instant,
    state,
    cid,
    size_bytes: count,
  },
  "beacon.failure/v1": {
    ...cell,
    session: orNull(id("ses")),
    provider: orNull(provider),
    geo: orNull(geo),
    "vantage?": cid,
    attempts: count,
    started_at: orNull(instant),
    finished_at: instant,
    state,
    fault: anyOf("model", "service", "provider", "network", "beacon"),
    code: matching(/^[A-Z][A-Z_]{2,63}$/),
  },
  "beacon.withdrawal/v1": {
    ...cell,
    reason: anyOf("withdrawn-by-admin", "deadline-passed", "budget-spent"),
  },
  "beacon.session/v1": {
    simulated: flag,
    job: id("job"),
    intent: count,
    session: id("ses"),
    country,
    provider,
    geo,
    cid,
    size_bytes: count,
    ended: anyOf("settled", "lost"),
    cost_glm: orNull(matching(/^\d{1,9}(\.\d{1,18})?$/)),
    runner_key: id("key"),
  },
  "beacon.comparison/v1": {
    simulated: flag,
    job: id("job"),
    intent: count,
    comparison: id("cmp"),
    cid,
    size_bytes: count,
    runner_key: id("key"),
  },
  "beacon.attestation/v1": {
    simulated: flag,
    job: id("job"),
    intent: count,
    comparison: id("cmp"),
    comparison_index: count,
    attestation: id("att"),
    verdict: anyOf("confirm", "contest", "inconclusive"),
    cid,
    size_bytes: count,
    attester_key: id("key"),
  },
};

/** Of a key's registration it is said for whom an attester speaks, and for a runner it is not. */
const isForSomebody = (entry) =>
  (entry.role === "attester") === Object.hasOwn(entry, "organisation");
const entryOf = (type) => {
  const form = record({ v: anyOf(1), at: instant, type: anyOf(type), ...ENTRY_FIELDS[type] });
  return (value) => form(value) && isForSomebody(value);
};
const anyEntry = (value) => Object.keys(ENTRY_FIELDS).some((type) => entryOf(type)(value));

const PAYLOAD_TYPE = "application/vnd.in-toto+json";
const envelope = record({
  payload: (value) => typeof value === "string" && fromBase64(value) !== null,
  payloadType: anyOf(PAYLOAD_TYPE),
  signatures: list(record({ keyid: matching(/^.{1,64}$/su), sig: base64(64) }), 1, 1),
});
const place = { index: count, proof: list(base64(32), 0, MAX_PROOF_HASHES) };
const revocation = record({ entry: entryOf("beacon.revocation/v1"), dsse: envelope, ...place });

/**
 * How deep the document may be nested that says where a question was asked from. What stands in it
 * is its writer's: the entry binds its bytes.
 */
const VANTAGE_DEPTH = 6;

const receiptExtra = record({
  entry: anyEntry,
  dsse: envelope,
  key: orNull(
    record({
      entry: entryOf("beacon.key/v1"),
      dsse: envelope,
      ...place,
      "revocation?": revocation,
    }),
  ),
  intent: orNull(record({ entry: entryOf("beacon.intent/v1"), ...place })),
  "vantage?": jsonWithin(VANTAGE_DEPTH),
});

/** Entries that the log's own key signs, and no other. */
const isLogSigned = ({ type }) =>
  ["beacon.key/v1", "beacon.revocation/v1", "beacon.verifier/v1"].includes(type);

/** Attesters sign attestations, and nothing else; runners sign the rest. */
const roleFor = ({ type }) => (type === "beacon.attestation/v1" ? "attester" : "runner");

/** The name of the key that signs an entry, where the log's own does not. */
const signingKeyOf = (entry) => entry.attester_key ?? entry.runner_key;

/** The entry with what it leans on. One spelling only, so that no byte of it escapes the checks. */
function parseExtra(bytes) {
  const extra = parseJson(fromUtf8(bytes) ?? "");
  if (!receiptExtra(extra)) throw malformedProof("the extra line does not have a receipt's fields");
  if (!canonicalBytes(extra).equals(bytes))
    throw malformedProof("the extra line is not in canonical form");
  const mayHaveIntent = !isLogSigned(extra.entry) && extra.entry.type !== "beacon.intent/v1";
  if ((isLogSigned(extra.entry) && extra.key !== null) || (!mayHaveIntent && extra.intent !== null))
    throw malformedProof("the receipt carries an entry that its own does not lean on");
  if (extra.vantage !== undefined && !isNamedBy(extra.entry, canonicalBytes(extra.vantage)))
    throw malformedProof("the receipt carries a document that its entry does not name");
  return extra;
}

/** Whether the entry's `vantage` is the address of the document. */
const isNamedBy = ({ vantage }, document) =>
  vantage !== undefined && sha256OfCid(vantage).equals(sha256(document));

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw malformedProof("the extra line is not JSON");
  }
}

/** An entry's leaf: the hash of its canonical bytes. */
function leafOf(entry) {
  const bytes = canonicalBytes(entry);
  if (bytes.length > MAX_ENTRY_BYTES)
    throw new Refusal("ENTRY_TOO_LARGE", `a log entry holds at most ${MAX_ENTRY_BYTES} bytes`);
  return leafHash(bytes);
}

/** An entry that stands in `extra` beside its own place in the log, as a claim of inclusion. */
const placed = ({ entry, index, proof }) => ({
  leaf: leafOf(entry),
  index: BigInt(index),
  proof: proof.map(fromBase64),
});

/** Reads a receipt. It is read but not believed: what it says is for the checks to find out. */
function parseReceipt(file) {
  const { extra, index, proof, note: noteText } = parseProof(file);
  if (extra === null) throw malformedProof("the proof carries no receipt");
  const { entry, dsse, key, intent } = parseExtra(extra);
  const note = parseNote(noteText);
  const own = { leaf: leafOf(entry), index, proof };
  const announced = intent === null ? null : { ...placed(intent), entry: intent.entry };
  return { entry, dsse, key, announced, own, note, checkpoint: parseCheckpoint(note.text) };
}

// -------------------------------------------------------------- the statement, DSSE and in-toto --

/** The CID of the document that an entry stands for; null when it stands for none. */
const cidOf = (entry) =>
  ({
    "beacon.result/v1": entry.cid,
    "beacon.session/v1": entry.cid,
    "beacon.comparison/v1": entry.cid,
    "beacon.attestation/v1": entry.cid,
    "beacon.intent/v1": entry.spec_cid,
  })[entry.type] ?? null;

/** The one statement that can be made of an entry in the log `origin`, as bytes. */
function statementOf(entry, origin) {
  const entryHash = sha256(canonicalBytes(entry));
  const subject = cidOf(entry) === null ? entryHash : sha256OfCid(cidOf(entry));
  return canonicalBytes({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: subjectOf(entry), digest: { sha256: subject.toString("hex") } }],
    predicateType: "tag:beacon.local,2026:entry/v1",
    predicate: { entry_sha256: entryHash.toString("hex"), log: origin },
  });
}

const subjectOf = (entry) =>
  ({
    "beacon.key/v1": entry.key,
    "beacon.revocation/v1": entry.key,
    "beacon.verifier/v1": entry.file,
    "beacon.intent/v1": entry.job,
    "beacon.session/v1": entry.session,
    "beacon.comparison/v1": entry.comparison,
    "beacon.attestation/v1": entry.attestation,
  })[entry.type] ?? entry.task;

/** The statement is made again and compared as bytes; the envelope's own is never parsed. */
const isStatementOf = (dsse, entry, origin) =>
  fromBase64(dsse.payload).equals(statementOf(entry, origin));

/** Whether one of the public keys, under the name `keyid`, signed the envelope (DSSE 1.0, PAE). */
function isSignedBy({ payload, signatures: [line] }, keyid, publicKeys) {
  if (line.keyid !== keyid) return false;
  const body = fromBase64(payload);
  const start = `DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${body.length} `;
  const message = Buffer.concat([Buffer.from(start), body]);
  return publicKeys.some((key) => verifyEd25519(key, message, fromBase64(line.sig)));
}

const isSignedByLog = (dsse, origin, policy) =>
  isSignedBy(
    dsse,
    origin,
    logKeys(policy, origin).map(({ publicKey }) => publicKey),
  );

// ------------------------------------------------------------------------------ the nine checks --
//
// Each takes the receipt and what the reader has at hand, and answers holds, fails or not-
// applicable with a sentence. All are made, also after one has failed.

const holds = (reason) => ({ outcome: "holds", reason });
const fails = (reason, code) => ({ outcome: "fails", reason, ...(code && { code }) });
const notApplicable = (reason) => ({ outcome: "not-applicable", reason });

/** `holds` when the work throws nothing; `fails` with the code of the refusal when it does. */
function found(work, whenHolds, whenFails) {
  try {
    work();
    return holds(whenHolds);
  } catch (error) {
    if (error instanceof Refusal) return fails(whenFails, error.code);
    throw error;
  }
}

/** `document` is the SHA-256, the length and the first bytes of the reader's file, or null. */
function checkBytes({ entry }, { document }) {
  const expected = cidOf(entry);
  if (expected === null) return notApplicable("This entry stands for no document.");
  if (document === null)
    return notApplicable("The document was not given, so it was not compared.");
  if (!document.sha256.equals(sha256OfCid(expected)))
    return fails("The document is not the one that the entry names.", "BLOCK_CID_MISMATCH");
  if (entry.size_bytes !== undefined && entry.size_bytes !== document.size)
    return fails(
      "The document is the one that the entry names, but not of the length that it says.",
    );
  return holds("The document is, byte for byte, the one that the entry names.");
}

function checkBinding(receipt, { document }) {
  const { entry, dsse, checkpoint } = receipt;
  if (!isStatementOf(dsse, entry, checkpoint.origin))
    return fails("The signed statement is about something else than this entry.");
  if (entry.type === "beacon.attestation/v1" && document !== null)
    return checkReport(receipt, document);
  return holds("The signed statement is about this entry, in this log.");
}

/** The longest report that an attester can write has some 60,000 bytes. */
const MAX_REPORT_BYTES = 65_536;
/** How deep a report is nested: its checklist is a list of rows of texts. */
const REPORT_DEPTH = 4;

/** An attestation's entry repeats what its report says of itself. Do the two agree? */
function checkReport({ entry, key, checkpoint }, document) {
  const report = reportIn(document);
  if (report === null) return fails("The document is not a report in canonical form.");
  const expected = {
    id: entry.attestation,
    log: checkpoint.origin,
    job: entry.job,
    comparison: entry.comparison,
    comparison_index: entry.comparison_index,
    attester_key: entry.attester_key,
    verdict: entry.verdict,
    signed_at: entry.at,
    // Without a registration there is nothing to hold the name against; another check says so.
    ...(key?.entry.role === "attester" && { organisation: key.entry.organisation }),
  };
  return Object.entries(expected).every(([name, value]) => report[name] === value)
    ? holds("The signed statement is about this entry, and the report says what the entry says.")
    : fails("The report says something else than the entry says of it.");
}

/** The report whose canonical form the document is; null when it is none. */
function reportIn({ head, size }) {
  if (size > MAX_REPORT_BYTES) return null;
  try {
    const report = JSON.parse(fromUtf8(head) ?? "");
    const isReport = jsonWithin(REPORT_DEPTH)(report) && canonicalBytes(report).equals(head);
    return isReport ? report : null;
  } catch (error) {
    if (error instanceof Refusal || error instanceof SyntaxError) return null;
    throw error;
  }
}

function checkSignature({ entry, dsse, key, checkpoint }, { policy }) {
  if (isLogSigned(entry))
    return isSignedByLog(dsse, checkpoint.origin, policy)
      ? holds("The log's own key signed the statement.")
      : fails("No key that the policy knows for this log signed the statement.");
  if (key === null) return fails("The receipt does not carry the key that signed the statement.");
  return isSignedBy(dsse, signingKeyOf(entry), [fromBase64(key.entry.public_key)])
    ? holds("The key that the receipt names signed the statement.")
    : fails("The signature under the statement is wrong.");
}

function checkRunnerKey(receipt, { policy }) {
  const { entry, key, own, checkpoint } = receipt;
  if (isLogSigned(entry)) return notApplicable("The log's own key signed this entry.");
  if (key === null) return fails("The receipt carries no registration of the signing key.");
  const keyId = keyIdOf(fromBase64(key.entry.public_key));
  if (key.entry.key !== keyId || signingKeyOf(entry) !== keyId)
    return fails("The registration is of another key than the one that the entry names.");
  if (key.entry.role !== roleFor(entry))
    return fails("The key was registered to sign another kind of entry than this one.");
  if (key.revocation !== undefined && key.revocation.entry.key !== keyId)
    return fails("The revocation is of another key than the one that the entry names.");
  if (BigInt(key.index) >= own.index)
    return fails("The log registered the key only after this entry.");
  if (!isVouchedFor(key, checkpoint.origin, policy))
    return fails("No key that the policy knows for this log signed the registration.");
  const registered = found(
    () => verifyInclusion(placed(key), checkpoint),
    `The log registered the signing key as entry ${key.index}, before this one.`,
    "The proof that the log registered the signing key is wrong.",
  );
  if (registered.outcome === "fails" || key.revocation === undefined) return registered;
  return checkRevocation(receipt, policy);
}

/** A key that was taken back counts for what the log took in before that, and for nothing after. */
function checkRevocation({ key, own, checkpoint }, policy) {
  const { revocation } = key;
  if (!isVouchedFor(revocation, checkpoint.origin, policy))
    return fails("No key that the policy knows for this log signed the revocation.");
  if (revocation.entry.registration !== key.index || revocation.index <= key.index)
    return fails("The revocation is of another registration than this one.");
  const revoked = found(
    () => verifyInclusion(placed(revocation), checkpoint),
    `The log registered the signing key as entry ${key.index}, and took it back only later.`,
    "The proof that the log took the signing key back is wrong.",
  );
  return revoked.outcome === "holds" && BigInt(revocation.index) < own.index
    ? fails(
        `The log took the signing key back as entry ${revocation.index}, before this one.`,
        "KEY_REVOKED",
      )
    : revoked;
}

const isVouchedFor = ({ entry, dsse }, origin, policy) =>
  isStatementOf(dsse, entry, origin) && isSignedByLog(dsse, origin, policy);

/** A key's name: `key-` and the first 16 bytes of its SHA-256, in base32 without padding. */
function keyIdOf(publicKey) {
  let bits = BigInt(`0x${sha256(publicKey).toString("hex", 0, 16)}`) << 2n; // 26 letters of 5 bits
  let letters = "";
  for (; letters.length < 26; bits >>= 5n)
    letters = "abcdefghijklmnopqrstuvwxyz234567"[Number(bits & 31n)] + letters;
  return `key-${letters}`;
}

function checkInclusion({ own, checkpoint }) {
  return found(
    () => verifyInclusion(own, checkpoint),
    `The entry is number ${own.index} of the ${checkpoint.size} that the log had.`,
    "The entry is not in the log where the receipt says.",
  );
}

function checkCheckpoint({ note, checkpoint }, { policy }) {
  return found(
    () => verifyLogSignature(note, logKeys(policy, checkpoint.origin)),
    `The log ${checkpoint.origin} signed its state at ${checkpoint.size} entries.`,
    "No log of the policy signed this state, or a signature under it is wrong.",
  );
}

/** The finding, and who cosigned when: `cosigned` for the facts. */
function checkQuorum({ note, checkpoint }, { policy }) {
  const of = policy.witnesses.length;
  const times = new Map();
  const right = found(
    () => {
      for (const { name, key } of policy.witnesses)
        times.set(name, verifyCosignatures(note, checkpoint, key));
    },
    "",
    "A witness's signature under the log's state is wrong.",
  );
  if (right.outcome === "fails") return { finding: right, cosigned: { met: false, by: [], of } };
  const signed = policy.witnesses.filter(({ name }) => times.get(name) !== null);
  const met = isMet(
    policy,
    signed.map(({ name }) => name),
  );
  const by = signed.map(({ name, key }) => ({
    name: key.name,
    at: new Date(Number(times.get(name)) * 1_000).toISOString(),
  }));
  return { finding: quorumFinding(policy, signed.length, met), cosigned: { met, by, of } };
}

function quorumFinding({ quorum, witnesses }, signed, met) {
  if (quorum === "none") return notApplicable("The policy asks for no witness.");
  const tally = `Of ${witnesses.length} known witnesses, ${signed} signed`;
  return met
    ? holds(`${tally}: as many as the policy asks for.`)
    : fails(`${tally}: fewer than the policy asks for.`, "QUORUM_NOT_MET");
}

/**
 * `earlier` is the checkpoint that the reader saw before, `consistency` the hashes between the two.
 */
function checkConsistency({ checkpoint }, { earlier, consistency }) {
  if (earlier === null) return notApplicable("No earlier state of the log was given.");
  const [first, second] =
    earlier.size <= checkpoint.size ? [earlier, checkpoint] : [checkpoint, earlier];
  if (first.size === 0n) return notApplicable("The earlier state of the log was empty.");
  if (consistency === null && first.size !== second.size)
    return notApplicable("No proof between the earlier state and this one was given.");
  return found(
    () => verifyConsistency(first, second, consistency),
    `The first ${first.size} of the ${second.size} entries are the same as before.`,
    "This state of the log and the earlier one do not belong to one history.",
  );
}

function checkIntent({ entry, announced, own, checkpoint }) {
  if (isLogSigned(entry)) return notApplicable("This entry belongs to no job.");
  if (entry.type === "beacon.intent/v1")
    return notApplicable("This entry is itself the announcement of a job.");
  if (announced === null) return fails("The receipt carries no announcement of the job.");
  if (announced.index !== BigInt(entry.intent) || announced.index >= own.index)
    return fails("The announcement is not where the entry says, or not before it.");
  const isSameSpec = entry.spec_cid === undefined || entry.spec_cid === announced.entry.spec_cid;
  if (announced.entry.job !== entry.job || !isSameSpec)
    return fails("The announcement is of another job.");
  return found(
    () => verifyInclusion(announced, checkpoint),
    `The log announced the job as entry ${announced.index}, before this one.`,
    "The proof that the log announced the job is wrong.",
  );
}

/** Without these three nothing was shown, whatever else holds. */
const NEEDED = ["receipt-signature", "leaf-included", "checkpoint-signature"];

/**
 * Makes every check and says what comes of them. `atHand` is the policy and what the reader
 * brought.
 */
function judge(receipt, atHand) {
  const quorum = checkQuorum(receipt, atHand);
  const findings = {
    "bytes-match-cid": checkBytes(receipt, atHand),
    "receipt-binds-bytes": checkBinding(receipt, atHand),
    "receipt-signature": checkSignature(receipt, atHand),
    "runner-key-registered": checkRunnerKey(receipt, atHand),
    "leaf-included": checkInclusion(receipt),
    "checkpoint-signature": checkCheckpoint(receipt, atHand),
    "witness-quorum": quorum.finding,
    "consistent-with-last-seen": checkConsistency(receipt, atHand),
    "intent-announced": checkIntent(receipt),
  };
  const isSound =
    Object.values(findings).every(({ outcome }) => outcome !== "fails") &&
    NEEDED.every((name) => findings[name].outcome === "holds");
  const { entry, own, checkpoint } = receipt;
  return {
    verdict: isSound ? "sound" : "unsound",
    code: null,
    problem: null,
    checks: Object.entries(findings).map(([name, finding]) => ({ name, ...finding })),
    facts: {
      origin: checkpoint.origin,
      index: jsonPosition(own.index),
      size: jsonPosition(checkpoint.size),
      root: checkpoint.root.toString("base64"),
      entry,
      cosigned: quorum.cosigned,
    },
  };
}

/** A number where every reader of JSON keeps it exact, else its decimal. */
const jsonPosition = (position) =>
  position <= Number.MAX_SAFE_INTEGER ? Number(position) : String(position);

// --------------------------------------------------------------------------- the reader's files --

/**
 * Judges a receipt by the bytes of its file and of the reader's other files: `policy`; `document`,
 * its SHA-256 and length; `since`, an earlier checkpoint that a log of the policy signed;
 * `consistency`, the hashes between the two, base64, one a line. All but the first two may be null.
 *
 * What cannot be used is a report too: verdict `unusable`, with the code and no checks.
 */
export function judgeFiles({ receipt, policy, document, since, consistency }) {
  try {
    const trusted = parsePolicy(textOf(policy, "the policy"));
    const earlier =
      since === null ? null : parseEarlier(textOf(since, "the earlier checkpoint"), trusted);
    mustBeOneLog(receipt, earlier);
    const hashes =
      consistency === null ? null : parseHashes(textOf(consistency, "the list of hashes"));
    return judge(parseReceipt(receipt), {
      policy: trusted,
      document,
      earlier,
      consistency: hashes,
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return unusable(error);
  }
}

const unusable = ({ code, message }) => ({
  verdict: "unusable",
  code,
  problem: message,
  checks: [],
  facts: null,
});

function textOf(bytes, what) {
  const text = fromUtf8(bytes);
  if (text === null) throw new Refusal("CONFIG_INVALID", `${what} is not UTF-8 text`);
  return text;
}

function parseEarlier(text, policy) {
  const note = parseNote(text);
  const checkpoint = parseCheckpoint(note.text);
  verifyLogSignature(note, logKeys(policy, checkpoint.origin));
  return checkpoint;
}

/** Two logs have no history in common. Of a receipt that cannot be read, the judge says more. */
function mustBeOneLog(receipt, earlier) {
  if (earlier === null) return;
  let origin = earlier.origin;
  try {
    origin = parseCheckpoint(parseNote(parseProof(receipt).note).text).origin;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  if (origin !== earlier.origin)
    throw new Refusal("CHECKPOINT_MALFORMED", `the earlier checkpoint is not of the log ${origin}`);
}

function parseHashes(text) {
  const hashes = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => fromBase64Of(32, line));
  if (hashes.includes(null)) throw malformedProof("the list of hashes has a line that is not one");
  return hashes;
}

// ----------------------------------------------------------------------------- the command line --

const USAGE = `usage: verify.mjs FILE.tlog-proof --policy POLICY [--block FILE]
                  [--since CHECKPOINT [--consistency FILE]] [--json]

  FILE.tlog-proof     the receipt
  --policy POLICY     the logs and witnesses that you trust (C2SP tlog-policy)
  --block FILE        the document that the receipt is about
  --since CHECKPOINT  a checkpoint of the log that you saw before
  --consistency FILE  the hashes between the two checkpoints, base64, one a line
  --json              the report as JSON
  --batch             judges one case for each line of standard input, and answers each with a
                      line of JSON; a case is {"receipt","policy","block","since","consistency"},
                      each the base64 of a file's bytes, the last three also null
  --help              this text

exit: 0 the receipt is sound, 1 it is not, 2 something cannot be used`;

const EXIT_CODES = { sound: 0, unsound: 1, unusable: 2 };

const HEADLINES = {
  sound: "SOUND: everything that was checked holds.",
  unsound: "NOT SOUND: do not rely on this receipt.",
  unusable: "UNUSABLE: nothing was checked.",
};
const OUTCOMES = { holds: "holds", fails: "FAILS", "not-applicable": "not applicable" };

/**
 * The largest text that is read whole: four bytes for each character of the largest policy or note.
 */
const MAX_TEXT_BYTES = 4 * MAX_NOTE_CHARACTERS;

/** Hands the file to `take` piece by piece, `most` bytes and one more at the most. */
function readPieces(path, most, take) {
  try {
    const file = openSync(path, "r");
    try {
      const piece = Buffer.alloc(65_536);
      for (let left = most + 1, size = 1; left > 0 && size > 0; left -= size) {
        size = readSync(file, piece, 0, Math.min(left, piece.length), null);
        take(piece.subarray(0, size));
      }
    } finally {
      closeSync(file);
    }
  } catch {
    throw new Refusal("CONFIG_INVALID", `${path} cannot be read`);
  }
}

/**
 * At most one byte more than allowed is read, so that whoever judges the bytes sees that they are
 * too many.
 */
function readBytes(path, most) {
  const taken = [];
  readPieces(path, most, (piece) => taken.push(Buffer.from(piece)));
  return Buffer.concat(taken);
}

function readText(path) {
  const bytes = readBytes(path, MAX_TEXT_BYTES);
  if (bytes.length > MAX_TEXT_BYTES) throw new Refusal("CONFIG_INVALID", `${path} is too large`);
  return bytes;
}

/** A document may be of any size: it is hashed as it is read. */
function readDocument(path) {
  const hash = createHash("sha256");
  let size = 0;
  let head = Buffer.alloc(0);
  readPieces(path, Number.MAX_SAFE_INTEGER - 1, (piece) => {
    hash.update(piece);
    size += piece.length;
    if (head.length <= MAX_REPORT_BYTES) head = Buffer.concat([head, piece]);
  });
  return { sha256: hash.digest(), size, head };
}

function judgePaths(receipt, { policy, block, since, consistency }) {
  try {
    return judgeFiles({
      policy: readText(policy),
      receipt: readBytes(receipt, MAX_RECEIPT_BYTES),
      document: block === undefined ? null : readDocument(block),
      since: since === undefined ? null : readText(since),
      consistency: consistency === undefined ? null : readText(consistency),
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return unusable(error);
  }
}

function inWords({ verdict, code, problem, checks, facts }) {
  const lines = [code === null ? HEADLINES[verdict] : `${HEADLINES[verdict]} (${code})`];
  if (problem !== null) lines.push(`What was wrong: ${problem}.`);
  if (facts !== null)
    lines.push(`${facts.entry.type}, entry ${facts.index} of ${facts.size} in ${facts.origin}`);
  for (const { name, outcome, reason } of checks)
    lines.push(`  ${name}: ${OUTCOMES[outcome]}. ${reason}`);
  return visible(lines.join("\n"));
}

/** Names in a stranger's file may hold characters that command a terminal or turn text around. */
const visible = (text) =>
  text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (char) =>
    char === "\n" ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

const documentOf = (block) => ({ sha256: sha256(block), size: block.length, head: block });

/** One case of `--batch`. */
function judgeLine(line) {
  const { receipt, policy, block, since, consistency } = filesOf(line);
  const document = block === null ? null : documentOf(block);
  if (receipt === null || policy === null)
    return unusable(new Refusal("CONFIG_INVALID", "the line has no receipt and policy"));
  return judgeFiles({ receipt, policy, document, since, consistency });
}

function filesOf(line) {
  const names = ["receipt", "policy", "block", "since", "consistency"];
  let given = null;
  try {
    given = JSON.parse(line);
  } catch {} // then it has none of them
  const bytesOf = (base64) => (typeof base64 === "string" ? Buffer.from(base64, "base64") : null);
  return Object.fromEntries(names.map((name) => [name, bytesOf(given?.[name])]));
}

const OPTIONS = {
  policy: { type: "string" },
  block: { type: "string" },
  since: { type: "string" },
  consistency: { type: "string" },
  json: { type: "boolean" },
  batch: { type: "boolean" },
  help: { type: "boolean" },
};

/** What was asked; null for arguments that do not make sense. */
function parseArguments(args) {
  try {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
    if (values.help || values.batch) return { values, file: null };
    const isUsable =
      positionals.length === 1 &&
      values.policy !== undefined &&
      (values.consistency === undefined || values.since !== undefined);
    return isUsable ? { values, file: positionals[0] } : null;
  } catch {
    return null;
  }
}

async function main(args) {
  const say = (text) => process.stdout.write(`${text}\n`);
  const asked = parseArguments(args);
  if (asked === null) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const { values, file } = asked;
  if (values.help) {
    say(USAGE);
    return 0;
  }
  if (values.batch) {
    for await (const line of createInterface({ input: process.stdin }))
      say(JSON.stringify(judgeLine(line)));
    return 0;
  }
  const report = judgePaths(file, values);
  say(values.json ? JSON.stringify(report, null, 2) : inWords(report));
  return EXIT_CODES[report.verdict];
}

const isRunAsProgram =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isRunAsProgram) process.exitCode = await main(process.argv.slice(2));
