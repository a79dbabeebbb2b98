import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, fromUtf8, utf8 } from "@/server/domain/bytes";
import { type ContainerConfig, EXIT_CONFIG, userOf } from "@/server/domain/image/container-config";
import { crc32 } from "@/server/domain/image/crc32";
import {
  fillLength,
  readGvmi,
  readTrailer,
  trailerLength,
  writeTrailer,
} from "@/server/domain/image/gvmi";
import { readSuperblock } from "@/server/domain/image/superblock";
import { aSuperblock } from "./an-image";

const INVALID = expect.objectContaining({ code: "IMAGE_INVALID" });
const trailerOf = (json: string | Uint8Array, digits?: string): Uint8Array => {
  const bytes = typeof json === "string" ? utf8(json) : json;
  const crc = new Uint8Array(4);
  new DataView(crc.buffer).setUint32(0, crc32(bytes), true);
  return concat(crc, bytes, utf8(digits ?? String(bytes.length).padStart(8, "0")));
};

describe("CRC-32", () => {
  it.each([
    ["123456789", 0xcbf43926], // the check value of CRC-32/ISO-HDLC in Cook's catalogue
    ["", 0],
    ["a", 0xe8b7be43],
  ])("of %j is IEEE's", (text, sum) => {
    expect(crc32(utf8(text))).toBe(sum);
  });
});

describe("a GVMI's trailer", () => {
  it("is checksum, configuration and length", () => {
    const trailer = writeTrailer(EXIT_CONFIG);
    const json = trailer.subarray(4, -8);
    expect(fromUtf8(json)).toBe(
      '{"Entrypoint":["/golem/bin/exit-door"],"Env":["PATH=/golem/bin"],"User":"65532:65532",' +
        '"Volumes":{"/golem/input":{},"/golem/output":{},"/golem/work":{}},"WorkingDir":"/"}',
    );
    // From Python: zlib.crc32 of the line above, struct "<I".
    expect([...trailer.subarray(0, 4)]).toEqual([0x1b, 0xbb, 0x4a, 0x11]);
    expect(fromUtf8(trailer.subarray(-8))).toBe(String(json.length).padStart(8, "0"));
  });

  it("is read back as it was written", () => {
    const name = fc.string({ maxLength: 20, unit: "grapheme" });
    const config = fc.record({
      User: fc.constantFrom("1:1", "1000:0", "65532:65532"),
      Env: fc.array(name),
      Labels: fc.dictionary(name, name),
      Volumes: fc.constantFrom({ "/a": {} }, { "/golem/work": {}, "/b": {} }),
    });
    fc.assert(
      fc.property(config, (given: ContainerConfig) => {
        const trailer = writeTrailer(given);
        expect(trailerLength(trailer.subarray(-8))).toBe(trailer.length);
        expect(readTrailer(trailer)).toEqual(given);
      }),
    );
  });

  it("does not survive a flipped bit", () => {
    const trailer = writeTrailer(EXIT_CONFIG);
    fc.assert(
      fc.property(fc.nat(trailer.length * 8 - 1), (bit) => {
        const flipped = trailer.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => readTrailer(flipped)).toThrow(INVALID);
      }),
    );
  });

  it("takes what Docker and gvmkit-build write besides", () => {
    const foreign =
      '{"Hostname":"","User":"","Env":null,"Cmd":["sh"],"Volumes":null,"OnBuild":null}';
    expect(readTrailer(trailerOf(foreign))).toMatchObject({ Hostname: "", Cmd: ["sh"] });
  });

  it.each([
    ["no digits", trailerOf("{}", "0000002x")],
    ["a sign", trailerOf("{}", "+0000002")],
    ["a space", trailerOf("{}", "       2")],
    ["too few bytes", trailerOf("{}", "00000003")],
    ["too many bytes", trailerOf("{}  ", "00000002")],
    ["no configuration", trailerOf("", "00000000")],
    ["more than a megabyte", trailerOf("{}", "01048577")],
    ["no JSON", trailerOf("{]")],
    ["no UTF-8", trailerOf(Uint8Array.of(0x22, 0xff, 0x22))],
    ["no object", trailerOf("[]")],
    ["a volume that is no path", trailerOf('{"Volumes":{"work":{}}}')],
    ["a volume with something in it", trailerOf('{"Volumes":{"/work":{"a":1}}}')],
    ["environment that is no text", trailerOf('{"Env":[1]}')],
    ["nothing", new Uint8Array()],
  ])("is refused with %s", (_what, trailer) => {
    expect(() => readTrailer(trailer)).toThrow(INVALID);
  });

  it.each([
    ["root", { User: "0:0" }],
    ["root's number", { User: "0:65532" }],
    ["a name, which the runtime takes for root", { User: "nobody" }],
    ["a number without a group", { User: "65532" }],
    ["no user", { User: null }],
    ["no volumes", { Volumes: {} }],
  ] as const)("is not written for %s", (_what, change) => {
    expect(() => writeTrailer({ ...EXIT_CONFIG, ...change })).toThrow(INVALID);
  });
});

describe("whose rights programs have", () => {
  it("is a pair of numbers, or root", () => {
    expect(userOf({ User: " 1000:50 " })).toEqual({ uid: 1000, gid: 50 });
    for (const User of ["", "0:0", "app", "1000", "1000:", "-1:1", "1000:50:1", null])
      expect(userOf({ User })).toBeNull();
    expect(userOf({})).toBeNull();
  });
});

describe("a squashfs superblock", () => {
  it("says how the image was made", () => {
    expect(readSuperblock(aSuperblock(300, [[8, 32, 1_700_000_000]]))).toEqual({
      compressor: "zstd",
      inodes: 7,
      blockSizeBytes: 131_072,
      sizeBytes: 300,
      madeAtSeconds: 1_700_000_000,
    });
  });

  it.each([
    ["another magic", [0, 32, 0x71736873]],
    ["version 3", [28, 16, 3]],
    ["version 4.1", [30, 16, 1]],
    ["LZMA", [20, 16, 2]],
    ["no compressor", [20, 16, 0]],
    ["a block size unlike its logarithm", [12, 32, 65_536]],
    ["blocks of 2 MiB", [22, 16, 21]],
    ["a size below its own", [40, 64, 95]],
    ["a size beyond all disks", [40, 64, 2 ** 60]],
    ["a table at its end", [64, 64, 300]],
    ["a table in its superblock", [72, 64, 95]],
  ] as const)("is refused with %s", (_what, change) => {
    expect(() => readSuperblock(aSuperblock(300, [change]))).toThrow(INVALID);
  });

  it("is refused when it is cut", () => {
    expect(() => readSuperblock(aSuperblock().subarray(0, 95))).toThrow(INVALID);
  });
});

describe("a GVMI", () => {
  const trailer = writeTrailer(EXIT_CONFIG);
  const squashfs = readSuperblock(aSuperblock(300));

  it("is squashfs, zeroes up to 4 KiB, and trailer", () => {
    const fill = new Uint8Array(4_096 - 300);
    const { config } = readGvmi({ head: aSuperblock(300), fill, trailer });
    expect(config).toEqual(EXIT_CONFIG);
    expect(fillLength(squashfs, 4_096 + trailer.length, trailer.length)).toBe(fill.length);
  });

  it("may have been made without them", () => {
    const parts = { head: aSuperblock(300), fill: new Uint8Array(), trailer };
    expect(readGvmi(parts).squashfs.sizeBytes).toBe(300);
    expect(fillLength(squashfs, 300 + trailer.length, trailer.length)).toBe(0);
  });

  it("holds nothing that belongs to nothing", () => {
    const head = aSuperblock(300);
    const hidden = new Uint8Array(4_096 - 300);
    hidden[17] = 1;
    for (const fill of [hidden, new Uint8Array(100), new Uint8Array(8_192 - 300)])
      expect(() => readGvmi({ head, fill, trailer })).toThrow(INVALID);
    expect(() => fillLength(squashfs, 8_192 + trailer.length, trailer.length)).toThrow(INVALID);
  });

  it("is refused when it is cut", () => {
    expect(() => fillLength(squashfs, 299 + trailer.length, trailer.length)).toThrow(INVALID);
  });
});
