import { concat, utf8 } from "@/server/domain/bytes";
import { formatProof, MAX_PROOF_FILE_BYTES, parseProof } from "@/server/domain/log/proof";
import {
  aCase,
  log,
  RESULT,
  type VerdictCase,
  withParts,
  withText,
} from "@/test/cli/public-verifiers/verdict-case";
import { aLog, anIntent, entriesOfAllKinds } from "@/test/domain/verify/a-log";

const served = log.receiptOf(RESULT);
const SIZE = entriesOfAllKinds().length;
const sizeLine = `\n${SIZE}\n`;
const sizeAndRoot = new RegExp(`${sizeLine}.*\n`);
const { checkpoint } = parseProof(served);
const seedOfFlips = 20_261_122;

/** Numbers from 0 to below `end`, the same in every run (mulberry32). */
function seeded(seed: number): (end: number) => number {
  let state = seed;
  return (end) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  };
}

/** One bit flipped at seeded places of every line of the file, and of the JSON in the extra line. */
function flips(): VerdictCase[] {
  const draw = seeded(seedOfFlips);
  const flipped = (bytes: Uint8Array, start: number, end: number) => {
    const [at, bit] = [start + draw(end - start), draw(8)];
    const changed = Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ (1 << bit) : byte));
    return { changed, place: `byte ${at}, bit ${bit}` };
  };
  const cases: VerdictCase[] = [];
  let start = 0;
  for (const [number, line] of new TextDecoder().decode(served).split("\n").entries()) {
    const end = start + utf8(line).length + 1; // with its newline
    for (let i = 0; i < 8 && end <= served.length; i++) {
      const { changed, place } = flipped(served, start, end);
      cases.push(
        aCase({ name: `line ${number}, ${place}, ${i}`, receipt: changed, expected: "refused" }),
      );
    }
    start = end;
  }
  const extra = parseProof(served).extra ?? new Uint8Array();
  for (let i = 0; i < 60; i++) {
    const { changed, place } = flipped(extra, 0, extra.length);
    const receipt = withParts({ extra: changed });
    cases.push(aCase({ name: `extra, ${place}, ${i}`, receipt, expected: "refused" }));
  }
  return cases;
}

/** A case whose receipt cannot be read. */
export const unusable = (name: string, receipt: Uint8Array, code = "PROOF_MALFORMED") =>
  aCase({ name, receipt, expected: "unusable", code });

/** Cut off, doubled, empty, too large, no text at all. */
function wholeFiles(): VerdictCase[] {
  const cuts = [1, 22, 23, 30, 400, served.length - 400, served.length - 100, served.length - 1];
  const mebibyte = new Uint8Array(1_048_576).fill(0x61);
  const noise = Uint8Array.from({ length: 4_096 }, (_, i) => (i * 167 + 13) & 0xff);
  return [
    ...cuts.map((at) =>
      aCase({ name: `cut off after ${at}`, receipt: served.subarray(0, at), expected: "unusable" }),
    ),
    unusable("an empty file", new Uint8Array()),
    unusable("one newline", utf8("\n")),
    unusable("two newlines", utf8("\n\n")),
    unusable("binary garbage", noise),
    unusable("a file of zero bytes", new Uint8Array(100)),
    unusable("the largest file", mebibyte.subarray(0, MAX_PROOF_FILE_BYTES)),
    unusable(
      "a file one byte too large",
      mebibyte.subarray(0, MAX_PROOF_FILE_BYTES + 1),
      "PROOF_TOO_LARGE",
    ),
    unusable("a file that is far too large", mebibyte, "PROOF_TOO_LARGE"),
    aCase({ name: "the file twice", receipt: concat(served, served), expected: "refused" }),
    aCase({
      name: "a newline at the end",
      receipt: withText((text) => `${text}\n`),
      expected: "unusable",
    }),
    aCase({
      name: "no newline at the end",
      receipt: withText((text) => text.slice(0, -1)),
      code: "NOTE_MALFORMED",
      expected: "unusable",
    }),
    unusable(
      "a byte-order mark",
      withText((text) => `\ufeff${text}`),
    ),
    unusable(
      "CRLF",
      withText((text) => text.replaceAll("\n", "\r\n")),
    ),
    unusable(
      "CRLF in the note only",
      withParts({ checkpoint: checkpoint.replaceAll("\n", "\r\n") }),
      "NOTE_MALFORMED",
    ),
    unusable(
      "another version",
      withText((text) => text.replace("@v1", "@v2")),
    ),
    unusable(
      "a space behind the version",
      withText((text) => text.replace("@v1", "@v1 ")),
    ),
    unusable("UTF-8 in a longer spelling", concat(served, Uint8Array.of(0xc0, 0x80))),
    unusable("UTF-8 of half a character", concat(served, Uint8Array.of(0xed, 0xa0, 0x80))),
  ];
}

/** The lines between header and checkpoint. */
function proofLines(): VerdictCase[] {
  const line = (name: string, from: RegExp, to: string, code?: string) =>
    unusable(
      name,
      withText((text) => text.replace(from, to)),
      code,
    );
  const { proof } = parseProof(served);
  const hash = log.rootAt(1);
  const moved = (name: string, index: bigint, code: string) =>
    aCase({ name, receipt: withParts({ index }), expected: "unsound", code });
  return [
    line("no extra line", /extra .*\n/, ""),
    line("an empty extra line", /extra .*\n/, "extra \n"),
    line("the extra line twice", /(extra .*\n)/, "$1$1"),
    line("the extra line in base64 for URLs", /(extra .{20})./, "$1-"),
    line("a space in the extra line", /(extra .{20})/, "$1 "),
    line("no padding in a hash", /=\n/, "\n"),
    line("two spellings of a hash", /\nindex 2\n(.{42})./, "\nindex 2\n$1B"),
    line("no index line", /index 2\n/, ""),
    line("an index with a leading zero", /index 2/, "index 02"),
    line("an index with a sign", /index 2/, "index +2"),
    line("a negative index", /index 2/, "index -2"),
    line("an index in hex", /index 2/, "index 0x2"),
    line("an index with a fraction", /index 2/, "index 2.0"),
    line("an index with an exponent", /index 2/, "index 2e0"),
    line("an index in other digits", /index 2/, "index \u0662"),
    line("an index with a space", /index 2/, "index 2 "),
    line("no index", /index 2/, "index "),
    line("an index of 2^63", /index 2/, `index ${2n ** 63n}`),
    line("an index of 2^64", /index 2/, `index ${2n ** 64n}`),
    line("an index of 400 digits", /index 2/, `index ${"9".repeat(400)}`),
    line("the lines in another order", /(extra .*\n)(index .*\n)/, "$2$1"),
    unusable("64 hashes", withParts({ proof: new Array(64).fill(hash) })),
    unusable("a hash of 31 bytes", withParts({ proof: [...proof.slice(1), hash.subarray(1)] })),
    unusable("a hash of 33 bytes", withParts({ proof: [...proof, new Uint8Array(33)] })),
    moved("the index of another entry", 4n, "LOG_PROOF_ROOT_MISMATCH"),
    moved("an index of the size", BigInt(SIZE), "LOG_POSITION_INVALID"),
    moved("an index of 2^53 + 1", 2n ** 53n + 1n, "LOG_POSITION_INVALID"),
    moved("an index of 2^63 - 1", 2n ** 63n - 1n, "LOG_POSITION_INVALID"),
    ...(
      [
        ["no hashes", []],
        ["a hash too few", proof.slice(1)],
        ["a hash too many", [...proof, hash]],
        ["63 hashes", new Array(63).fill(hash)],
      ] as const
    ).map(([name, hashes]) =>
      aCase({
        name,
        receipt: withParts({ proof: hashes }),
        expected: "unsound",
        code: "LOG_PROOF_LENGTH",
      }),
    ),
    aCase({
      name: "the hashes in another order",
      receipt: withParts({ proof: proof.toReversed() }),
      expected: "unsound",
      code: "LOG_PROOF_ROOT_MISMATCH",
    }),
  ];
}

/** The result's note with a stranger's line that makes it so many characters long. */
const noteOf = (characters: number): string => {
  const name = "a".repeat(characters - checkpoint.length - "\u2014  AAAAAAAA\n".length);
  return `${checkpoint}\u2014 ${name} AAAAAAAA\n`;
};

/** The checkpoint and its signature lines as text. */
function notes(): VerdictCase[] {
  const other = aLog({ entries: entriesOfAllKinds().with(1, anIntent({ tasks: 9 })) });
  const stranger = "\u2014 stranger.example/w AAAAAAAA\n";
  const note = (name: string, text: string, code = "NOTE_MALFORMED") =>
    unusable(name, withParts({ checkpoint: text }), code);
  const put = (name: string, from: string | RegExp, to: string, code?: string) =>
    note(name, checkpoint.replace(from, to), code);
  return [
    note("no note", ""),
    note("a note without signatures", checkpoint.slice(0, checkpoint.indexOf("\n\n") + 2)),
    note("a note of newlines", "\n\n\n"),
    note("a note one character too large", noteOf(131_073)),
    aCase({ name: "the largest note", receipt: withParts({ checkpoint: noteOf(131_072) }) }),
    note("65 signatures", checkpoint + stranger.repeat(63)),
    note("a signature line without a name", `${checkpoint}\u2014 AAAAAAAA\n`),
    note("a signature line with an empty name", `${checkpoint}\u2014  AAAAAAAA\n`),
    note("a signature line with a hyphen for the dash", `${checkpoint}- a.example AAAAAAAA\n`),
    note("a signature line with a plus in its name", `${checkpoint}\u2014 a+b AAAAAAAA\n`),
    note("a signature line with a space in its name", `${checkpoint}\u2014 a\u2003b AAAAAAAA\n`),
    note(
      "a signature line with a next-line in its name",
      `${checkpoint}\u2014 a\u0085b AAAAAAAA\n`,
    ),
    note("a signature line without a signature", `${checkpoint}\u2014 a.example AAAAAA==\n`),
    note("a signature line that is not base64", `${checkpoint}\u2014 a.example ????????\n`),
    note("a tab in the note", checkpoint.replace("\u2014 ", "\u2014\t")),
    aCase({
      name: "64 signatures",
      receipt: withParts({ checkpoint: checkpoint + stranger.repeat(62) }),
    }),
    aCase({
      name: "a stranger's name in another script",
      receipt: withParts({ checkpoint: `${checkpoint}\u2014 \u05e2\u05d3\u{1f600} AAAAAAAA\n` }),
    }),
    put("a size with a leading zero", sizeLine, `\n0${SIZE}\n`, "CHECKPOINT_MALFORMED"),
    put("a size of 2^63", sizeLine, `\n${2n ** 63n}\n`, "CHECKPOINT_MALFORMED"),
    put("a size that is a word", sizeLine, "\neight\n", "CHECKPOINT_MALFORMED"),
    put("a root of 31 bytes", sizeAndRoot, `${sizeLine}AAAA\n`, "CHECKPOINT_MALFORMED"),
    put("no root", sizeAndRoot, sizeLine, "CHECKPOINT_MALFORMED"),
    put("an empty line in the checkpoint", sizeLine, `\n${sizeLine}`, "CHECKPOINT_MALFORMED"),
    aCase({
      name: "another size",
      receipt: withParts({ checkpoint: checkpoint.replace(sizeLine, `\n${SIZE + 1}\n`) }),
      expected: "unsound",
    }),
    aCase({
      name: "a size of 2^63 - 1 that nobody signed",
      receipt: withParts({ checkpoint: checkpoint.replace(sizeLine, `\n${2n ** 63n - 1n}\n`) }),
      expected: "unsound",
    }),
    aCase({
      name: "an extension line that nobody signed",
      receipt: withParts({ checkpoint: checkpoint.replace("\n\n", "\nmore\n\n") }),
      expected: "unsound",
    }),
    aCase({
      name: "the checkpoint of another tree of the log",
      receipt: withParts({ checkpoint: other.noteAt(SIZE) }),
      expected: "unsound",
      code: "LOG_PROOF_ROOT_MISMATCH",
    }),
    aCase({
      name: "an earlier checkpoint of the log",
      receipt: withParts({ checkpoint: log.noteAt(4) }),
      expected: "unsound",
    }),
    aCase({
      name: "the empty log's checkpoint",
      receipt: withParts({ checkpoint: log.noteAt(0) }),
      expected: "unsound",
      code: "LOG_POSITION_INVALID",
    }),
  ];
}

/** Files that are damaged, or made by somebody who does not keep to the forms. */
export const fileCases = (): VerdictCase[] => [
  ...flips(),
  ...wholeFiles(),
  ...proofLines(),
  ...notes(),
  aCase({ name: "a receipt written again", receipt: utf8(formatProof(parseProof(served))) }),
];
