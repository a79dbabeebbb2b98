import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  base32,
  base64,
  bytesOf,
  concat,
  equalBytes,
  fromBase32,
  fromBase64,
  fromHex,
  fromUtf8,
  hex,
  utf8,
} from "@/server/domain/bytes";

const anyBytes = fc.uint8Array({ maxLength: 200 });

describe.each([
  ["base64", base64, fromBase64],
  ["base32", base32, fromBase32],
] as const)("%s", (_, encode, decode) => {
  it("gives back what was put in", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(decode(encode(bytes))).toEqual(bytes);
      }),
    );
  });

  it("has one spelling for each byte string", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => {
        const bytes = decode(text);
        if (bytes !== null) expect(encode(bytes)).toBe(text);
        else expect(bytes).toBeNull();
      }),
    );
  });
});

describe("base64", () => {
  /** RFC 4648, section 10. */
  it.each([
    ["", ""],
    ["f", "Zg=="],
    ["fo", "Zm8="],
    ["foo", "Zm9v"],
    ["foob", "Zm9vYg=="],
    ["fooba", "Zm9vYmE="],
    ["foobar", "Zm9vYmFy"],
  ])("of %j is %j", (text, encoded) => {
    expect(base64(utf8(text))).toBe(encoded);
    expect(fromBase64(encoded)).toEqual(utf8(text));
  });

  it.each(["Zg", "Zg=", "Zh==", "Zm9=", "Z===", "Zm9v\n", " Zm9v", "Zm-_", "====", "Zg==Zg=="])(
    "does not read %j",
    (text) => {
      expect(fromBase64(text)).toBeNull();
    },
  );

  it("that was checked before is read without a null", () => {
    expect(bytesOf("Zm9v")).toEqual(utf8("foo"));
  });

  it("takes megabytes", () => {
    const large = new Uint8Array(1_048_576).fill(0xa5);
    expect(equalBytes(fromBase64(base64(large)) ?? utf8(""), large)).toBe(true);
  });
});

describe("base32", () => {
  /** RFC 4648, section 10, in lower case and without padding. */
  it.each([
    ["", ""],
    ["f", "my"],
    ["fo", "mzxq"],
    ["foo", "mzxw6"],
    ["foob", "mzxw6yq"],
    ["fooba", "mzxw6ytb"],
    ["foobar", "mzxw6ytboi"],
  ])("of %j is %j", (text, encoded) => {
    expect(base32(utf8(text))).toBe(encoded);
    expect(fromBase32(encoded)).toEqual(utf8(text));
  });

  it.each(["m", "mz", "MY", "my======", "m1", "mzx"])("does not read %j", (text) => {
    expect(fromBase32(text)).toBeNull();
  });
});

describe("bytes", () => {
  it("are equal when every byte is", () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, (a, b) => {
        expect(equalBytes(a, b)).toBe(hex(a) === hex(b));
        expect(equalBytes(a, Uint8Array.from(a))).toBe(true);
      }),
    );
  });

  it("go through hex and through concatenation", () => {
    expect(hex(concat(fromHex("00ff"), utf8("a")))).toBe("00ff61");
    expect(() => fromHex("abc")).toThrow();
  });

  it("are text only when they are UTF-8", () => {
    expect(fromUtf8(utf8("\u00e9\u2014\u{1f600}"))).toBe("\u00e9\u2014\u{1f600}");
    expect(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe("\ufeffa");
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]])
      expect(fromUtf8(Uint8Array.from(bytes))).toBeNull();
  });
});
