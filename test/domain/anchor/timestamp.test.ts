import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  MAIN_CHAIN_TARGET,
  readBitcoinHeader,
  shownHash,
} from "@/server/domain/anchor/bitcoin-header";
import { blockOfHeader, judgeTimestamp } from "@/server/domain/anchor/judge-timestamp";
import {
  FILE_HEADER,
  MAX_TIMESTAMP_FILE_BYTES,
  readTimestamp,
  readTimestampFile,
} from "@/server/domain/anchor/read-timestamp";
import {
  type Attestation,
  attestedIn,
  merge,
  step,
  type Timestamp,
  timestampOf,
  withMerged,
} from "@/server/domain/anchor/timestamp";
import { writeTimestamp, writeTimestampFile } from "@/server/domain/anchor/write-timestamp";
import { concat, fromHex, hex, utf8 } from "@/server/domain/bytes";
import {
  aBlockHeader,
  aCalendar,
  bitcoinBytes,
  EASY_TARGET,
  MINED_AT,
  pendingBytes,
} from "@/test/domain/anchor/a-calendar";
import { randomFrom } from "@/test/domain/anchor/random-from";

type Vectors = {
  readonly hello: { text: string; file: string; height: number; merkle_root: string };
  readonly files: readonly {
    readonly name: string;
    readonly digest: string;
    readonly file: string;
    readonly attested: readonly {
      message: string;
      pending: string | null;
      height: number | null;
    }[];
  }[];
};
const vectors: Vectors = JSON.parse(
  readFileSync(new URL("../../vectors/opentimestamps.json", import.meta.url), "utf8"),
);
const invalid = expect.objectContaining({ code: "ANCHOR_INVALID" });
const digest = new Uint8Array(32).fill(5);
const fileOf = (...rest: readonly Uint8Array[]) =>
  concat(FILE_HEADER, Uint8Array.of(0x08), digest, ...rest);
const pending = pendingBytes("https://a.example");

describe("an OpenTimestamps file of the reference client", () => {
  it.each(vectors.files)(
    "is read and written again, to the byte: $name",
    ({ digest, file, attested }) => {
      const timestamp = readTimestampFile(fromHex(file));
      expect(hex(timestamp.message)).toBe(digest);
      expect(hex(writeTimestampFile(timestamp))).toBe(file);
      const found = attestedIn(timestamp).map(({ message, attestation }) => ({
        message: hex(message),
        pending: attestation.kind === "pending" ? attestation.uri : null,
        height: attestation.kind === "bitcoin" ? attestation.height : null,
      }));
      const sorted = (list: readonly object[]) => list.map((each) => JSON.stringify(each)).sort();
      expect(sorted(found)).toEqual(sorted(attested));
    },
  );

  it("leads from a text to the Merkle root of a block of 2015", () => {
    const { text, file, height, merkle_root } = vectors.hello;
    const hash = createHash("sha256").update(text).digest();
    const judgement = judgeTimestamp(fromHex(file), hash);
    expect(judgement.calendars).toEqual([]);
    expect(judgement.blocks).toMatchObject([{ height, merkleRoot: merkle_root }]);
    expect(hex(writeTimestampFile(readTimestampFile(fromHex(file))))).toBe(file);
  });
});

const aTimestamp = (message: Uint8Array): fc.Arbitrary<Timestamp> => {
  const attestation: fc.Arbitrary<Attestation> = fc.oneof(
    fc.record({
      kind: fc.constant("pending" as const),
      uri: fc.stringMatching(/^[A-Za-z0-9\-._/:]{0,40}$/),
    }),
    fc.record({ kind: fc.constant("bitcoin" as const), height: fc.nat() }),
    fc.record({
      kind: fc.constant("unknown" as const),
      tag: fc.uint8Array({ minLength: 8, maxLength: 8 }),
      payload: fc.uint8Array({ maxLength: 20 }),
    }),
  );
  const operation = fc.oneof(
    fc.record({ name: fc.constantFrom("sha1", "ripemd160", "sha256", "keccak256", "reverse") }),
    fc.record({
      name: fc.constantFrom("append", "prepend"),
      argument: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    }),
  );
  const paths = fc.array(fc.tuple(fc.array(operation, { maxLength: 6 }), attestation), {
    minLength: 1,
    maxLength: 6,
  });
  return paths.map((all) =>
    all
      .map(([operations, last]) =>
        operations.reduceRight<(message: Uint8Array) => Timestamp>(
          (rest, each) => (before) => step(before, each, rest),
          (before) => timestampOf({ message: before, attestations: [last], steps: [] }),
        )(message),
      )
      .reduce(merge),
  );
};

describe("a timestamp", () => {
  it("is read as it was written, whatever is in it", () => {
    fc.assert(
      fc.property(aTimestamp(digest), (timestamp) => {
        const file = writeTimestampFile(timestamp);
        expect(readTimestampFile(file)).toEqual(timestamp);
        expect(readTimestamp(writeTimestamp(timestamp), digest)).toEqual(timestamp);
      }),
    );
  });

  it("says the same whichever of two is merged into the other, and once", () => {
    fc.assert(
      fc.property(aTimestamp(digest), aTimestamp(digest), (a, b) => {
        expect(merge(a, b)).toEqual(merge(b, a));
        expect(merge(a, a)).toEqual(a);
        expect(withMerged(a, b)).toEqual(merge(a, b));
      }),
    );
  });

  it("takes what is added where its message is, however deep", () => {
    const append = { name: "append", argument: utf8("salt") } as const;
    const promise: Attestation = { kind: "pending", uri: "https://a.example" };
    const block: Attestation = { kind: "bitcoin", height: 7 };
    const of = (...attestations: Attestation[]) =>
      step(digest, append, (message) => timestampOf({ message, attestations, steps: [] }));
    const more = timestampOf({
      message: concat(digest, utf8("salt")),
      attestations: [block],
      steps: [],
    });
    expect(withMerged(of(promise), more)).toEqual(of(block, promise));
  });

  it("with any bit flipped is refused, or leads elsewhere, or names another calendar", () => {
    const calendar = aCalendar(() => "https://a.example");
    const promise = calendar.accept(digest);
    calendar.mine();
    const [promised] = attestedIn(readTimestamp(promise, digest));
    const path = calendar.timestamp(hex(promised?.message ?? new Uint8Array())) ?? new Uint8Array();
    const whole = withMerged(
      readTimestamp(promise, digest),
      readTimestamp(path, promised?.message ?? new Uint8Array()),
    );
    const file = writeTimestampFile(whole);
    const header = readBitcoinHeader(calendar.header(), EASY_TARGET);
    const outcome = (bytes: Uint8Array) => {
      try {
        const { blocks, calendars } = judgeTimestamp(bytes, digest);
        const block = blockOfHeader({ blocks, calendars }, header);
        return JSON.stringify([calendars, block.height]);
      } catch (error) {
        return error;
      }
    };
    expect(outcome(file)).toBe(JSON.stringify([["https://a.example"], calendar.height]));
    const random = randomFrom(3);
    for (let n = 0; n < 500; n++) {
      const flipped = file.slice();
      const at = random(file.length);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random(8));
      const found = outcome(flipped);
      if (typeof found === "string") expect(found).not.toBe(outcome(file));
      else expect([at, found]).toEqual([at, invalid]);
    }
  });
});

describe("a timestamp is refused", () => {
  const many = (count: number, part: Uint8Array) =>
    concat(...Array.from({ length: count }, () => part));
  const sha256 = Uint8Array.of(0x08);
  it.each([
    ["nothing", new Uint8Array()],
    ["another magic", concat(utf8("no"), fileOf(pending))],
    ["another version", concat(FILE_HEADER.slice(0, -1), Uint8Array.of(2, 0x08), digest, pending)],
    ["another digest than sha256", concat(FILE_HEADER, Uint8Array.of(0x02), digest, pending)],
    ["half a digest", concat(FILE_HEADER, Uint8Array.of(0x08), digest.slice(0, 16))],
    ["nothing after its digest", fileOf()],
    ["something after its end", fileOf(pending, Uint8Array.of(0))],
    ["an operation that is none", fileOf(Uint8Array.of(0x09), pending)],
    ["nothing to append", fileOf(Uint8Array.of(0xf0, 0), pending)],
    [
      "more to append than may be",
      fileOf(Uint8Array.of(0xf0, 0x81, 0x20), new Uint8Array(4_097), pending),
    ],
    [
      "a message that grows too long",
      fileOf(many(2, concat(Uint8Array.of(0xf0, 0x80, 0x10), new Uint8Array(2_048))), pending),
    ],
    ["hexadecimal digits of hexadecimal digits", fileOf(many(8, Uint8Array.of(0xf3)), pending)],
    ["steps too deep", fileOf(many(256, sha256), pending)],
    [
      "too many steps",
      fileOf(many(4_200, concat(Uint8Array.of(0xff), sha256, bitcoinBytes(1))), pending),
    ],
    ["a number without end", fileOf(Uint8Array.of(0xf0), new Uint8Array(20).fill(0xff))],
    ["a calendar with a query", fileOf(pendingBytes("https://a.example?x=1"))],
    ["a calendar that is not text", fileOf(fromHex("0083dfe30d2ef90c8e0302ff00"))],
    ["a calendar with something behind it", fileOf(fromHex("0083dfe30d2ef90c8e03014141"))],
    ["a height with something behind it", fileOf(fromHex("000588960d73d71901020101"))],
    [
      "an attestation that is too long",
      fileOf(fromHex("000102030405060708"), Uint8Array.of(0x81, 0x40)),
    ],
    ["a file that is too large", fileOf(new Uint8Array(MAX_TIMESTAMP_FILE_BYTES))],
  ])("with %s", (_, file) => {
    expect(() => readTimestampFile(file)).toThrow(invalid);
  });

  it("at the bounds it is not", () => {
    expect(attestedIn(readTimestampFile(fileOf(many(255, sha256), pending)))).toHaveLength(1);
    const long = concat(Uint8Array.of(0xf0, 0xe0, 0x1f), new Uint8Array(4_064));
    expect(attestedIn(readTimestampFile(fileOf(long, pending)))[0]?.message).toHaveLength(4_096);
  });

  it("about another digest, and with a Merkle root that is none", () => {
    expect(() => judgeTimestamp(fileOf(pending), new Uint8Array(32))).toThrow(invalid);
    expect(judgeTimestamp(fileOf(bitcoinBytes(7)), digest).blocks).toHaveLength(1);
    const short = fileOf(Uint8Array.of(0x02), bitcoinBytes(7));
    expect(() => judgeTimestamp(short, digest)).toThrow(invalid);
  });
});

describe("a Bitcoin block's header", () => {
  // Block 0, as every Bitcoin node has it built in.
  const genesis = fromHex(
    `01000000${"00".repeat(32)}3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c`,
  );

  it("says its root, its time and its hash, and has the work in it that it claims", () => {
    const header = readBitcoinHeader(genesis);
    expect(header.hash).toBe("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");
    expect(shownHash(header.merkleRoot)).toBe(
      "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b",
    );
    expect(header.minedAt).toEqual(new Date("2009-01-03T18:15:05.000Z"));
  });

  it("with any bit flipped is refused: its work is gone", () => {
    for (let at = 0; at < genesis.length; at++) {
      const flipped = genesis.slice();
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      expect(() => readBitcoinHeader(flipped)).toThrow(invalid);
    }
  });

  it("mined more easily than Bitcoin ever was is refused, unless that is believed", () => {
    const easy = aBlockHeader(digest);
    expect(() => readBitcoinHeader(easy, MAIN_CHAIN_TARGET)).toThrow(invalid);
    expect(readBitcoinHeader(easy, EASY_TARGET)).toMatchObject({
      merkleRoot: digest,
      minedAt: MINED_AT,
    });
  });

  it.each([0, 79, 81])("of %i bytes is none", (length) => {
    expect(() => readBitcoinHeader(new Uint8Array(length))).toThrow(invalid);
  });
});
