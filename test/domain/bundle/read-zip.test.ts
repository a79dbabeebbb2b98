import { deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Inflate, readZip } from "@/server/domain/bundle/read-zip";
import { concat, utf8 } from "@/server/domain/bytes";
import { isBeaconError } from "@/server/domain/errors";

const inflate: Inflate = (bytes, sizeBytes) =>
  new Uint8Array(inflateRawSync(bytes, { maxOutputLength: Math.max(1, sizeBytes) }));

type Member = {
  readonly name: string;
  readonly bytes?: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  /** What the table of contents says, where it does not tell the truth. */
  readonly sizeBytes?: number;
  readonly localName?: string;
  readonly offset?: number;
};

const u16 = (n: number) => Uint8Array.of(n & 255, (n >> 8) & 255);
const u32 = (n: number) => concat(u16(n & 0xffff), u16(n >>> 16));

/** A ZIP, byte by byte as APPNOTE.TXT lays it out. */
function aZip(
  members: readonly Member[],
  end: { comment?: string; count?: number } = {},
): Uint8Array {
  const local: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let at = 0;
  for (const member of members) {
    const { name, bytes = utf8("x"), method = 8, flags = 0, localName = name } = member;
    const packed = method === 8 ? new Uint8Array(deflateRawSync(bytes)) : bytes;
    const about = concat(u16(method), u32(0), u32(0), u32(packed.length));
    const size = u32(member.sizeBytes ?? bytes.length);
    const head = concat(
      u32(0x04034b50),
      u16(20),
      u16(flags),
      about,
      size,
      u16(utf8(localName).length),
      u16(0),
    );
    local.push(concat(head, utf8(localName), packed));
    central.push(
      concat(
        concat(u32(0x02014b50), u16(20), u16(20), u16(flags), about, size),
        concat(
          u16(utf8(name).length),
          u16(0),
          u16(0),
          u16(0),
          u16(0),
          u32(0),
          u32(member.offset ?? at),
        ),
        utf8(name),
      ),
    );
    at += local.at(-1)?.length ?? 0;
  }
  const table = concat(...central);
  const count = end.count ?? members.length;
  const comment = utf8(end.comment ?? "");
  const tail = concat(u32(0x06054b50), u32(0), u16(count), u16(count), u32(table.length), u32(at));
  return concat(...local, table, tail, u16(comment.length), comment);
}

const refusal = (zip: Uint8Array): string => {
  try {
    readZip(zip, inflate);
    return "";
  } catch (error) {
    if (!isBeaconError(error)) throw error;
    expect(error.code).toBe("BUNDLE_MALFORMED");
    return error.message;
  }
};

describe("readZip", () => {
  it("reads stored and deflated files, and passes folders over", () => {
    const files = readZip(
      aZip([
        { name: "a/", bytes: new Uint8Array(), method: 0 },
        { name: "a/one.txt", bytes: utf8("one") },
        { name: "two", bytes: utf8("two"), method: 0 },
        { name: "empty", bytes: new Uint8Array() },
      ]),
      inflate,
    );
    expect([...files].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)])).toEqual([
      ["a/one.txt", "one"],
      ["two", "two"],
      ["empty", ""],
    ]);
  });

  it.each([
    "../up",
    "a/../../up",
    "/etc/passwd",
    "C:/x",
    "a\\b",
    "a//b",
    ".hidden",
    "a/.git/config",
    "",
    "ab\u0000c",
    "\u202efdp.exe",
    "a b",
    `${"n".repeat(201)}`,
  ])("refuses the name %j", (name) => {
    expect(refusal(aZip([{ name }]))).toContain("name is not allowed");
  });

  it("refuses two files of one name, also where only their case differs", () => {
    expect(refusal(aZip([{ name: "a" }, { name: "a" }]))).toContain("two files named a");
    expect(refusal(aZip([{ name: "Spec.json" }, { name: "spec.json" }]))).toContain("two files");
  });

  it("refuses a file that unpacks to more than it says, before it has unpacked it", () => {
    const bomb = { name: "bomb", bytes: new Uint8Array(4_000_000), sizeBytes: 1_000 };
    expect(refusal(aZip([bomb]))).toContain("bomb");
  });

  it("refuses a file that says that it is larger than any of a bundle, and too much in all", () => {
    expect(refusal(aZip([{ name: "big", sizeBytes: 8_388_609 }]))).toContain("big");
    const many = Array.from({ length: 80 }, (_, i) => ({ name: `f${i}`, sizeBytes: 8_000_000 }));
    expect(refusal(aZip(many))).toContain("more than is read here");
  });

  it.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array()],
    ["no ZIP", utf8("this is a text, and not a short one at all")],
    ["bytes behind its end", concat(aZip([{ name: "a" }]), utf8("x"))],
    ["a comment", aZip([{ name: "a" }], { comment: "hello" })],
    ["a wrong count", aZip([{ name: "a" }], { count: 2 })],
    ["an encrypted file", aZip([{ name: "a", flags: 1 }])],
    ["a packing of another kind", aZip([{ name: "a", method: 12 }])],
    ["two names for one file", aZip([{ name: "a", localName: "b" }])],
    ["a file over another", aZip([{ name: "a" }, { name: "b", localName: "a", offset: 0 }])],
    ["a file outside", aZip([{ name: "a", offset: 9_000_000 }])],
    ["a size that is not the file's", aZip([{ name: "a", bytes: utf8("abc"), sizeBytes: 2 }])],
  ])("refuses %s", (_, zip) => {
    expect(refusal(zip)).not.toBe("");
  });

  it("answers any bytes with files or with a refusal", () => {
    const zip = aZip([{ name: "a", bytes: utf8("abcdefgh") }, { name: "b/c" }]);
    fc.assert(
      fc.property(fc.nat(zip.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const changed = Uint8Array.from(zip);
        changed[place] = (changed[place] ?? 0) ^ change;
        refusal(changed);
      }),
      { numRuns: 2_000 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => refusal(bytes) !== ""));
  });
});
