import { existsSync, readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { CID } from "multiformats/cid";
import { create as digestFrom } from "multiformats/hashes/digest";
import { describe, expect, it } from "vitest";
import { fromHex, fromUtf8, utf8 } from "@/server/domain/bytes";
import {
  canonicalBytes,
  cidOf,
  digestOf,
  digestOfBytes,
  type Json,
  MAX_BLOCK_BYTES,
  sha256OfCid,
} from "@/server/domain/digest";
import { skipBecause } from "@/test/support/skip";

const canonical = (value: Json) => fromUtf8(canonicalBytes(value));
const jcs = new URL("../../../shared/vectors/cyberphone-jcs/testdata/", import.meta.url);

describe("canonical JSON", () => {
  it("is that of the published RFC 8785 pairs", (context) => {
    if (!existsSync(jcs))
      skipBecause(
        context,
        "the RFC 8785 test data (cyberphone/json-canonicalization) is missing here",
      );
    const names = readdirSync(new URL("input/", jcs));
    expect(names).toHaveLength(6);
    for (const name of names) {
      const input = JSON.parse(readFileSync(new URL(`input/${name}`, jcs), "utf8"));
      const bytes = Uint8Array.from(readFileSync(new URL(`output/${name}`, jcs)));
      expect(canonicalBytes(input)).toEqual(bytes);
    }
  });

  it("orders keys by UTF-16 code units and leaves numbers to JavaScript", () => {
    expect(canonical({ b: 1, a: [1e21, 1e-7, -0, 4.5], "\u{1f600}": 2, "\ufb33": 3 })).toBe(
      '{"a":[1e+21,1e-7,0,4.5],"b":1,"\u{1f600}":2,"\ufb33":3}',
    );
  });

  it("says the same about the same document, and parses back to it", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const bytes = canonicalBytes(value as Json);
        const again = JSON.parse(fromUtf8(bytes) ?? "");
        expect(canonicalBytes(again)).toEqual(bytes);
      }),
    );
  });

  it.each([
    ["NaN", Number.NaN],
    ["infinity", Number.POSITIVE_INFINITY],
    ["undefined", undefined],
    ["a bigint", 1n],
    ["a lone surrogate", "\ud800"],
    ["a lone surrogate in a key", { "\udc00": 1 }],
    ["undefined in a list", [undefined]],
  ])("has no form for %s", (_, value) => {
    expect(() => canonicalBytes(value as Json)).toThrow(
      expect.objectContaining({ code: "CANONICAL_UNSUPPORTED_VALUE" }),
    );
  });
});

describe("digests", () => {
  it("are sha256 over the canonical bytes", () => {
    expect(digestOfBytes(utf8("abc"))).toBe(
      "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    expect(digestOf({ b: 1, a: 2 })).toBe(digestOfBytes(utf8('{"a":2,"b":1}')));
  });
});

describe("cids", () => {
  it("are those that multiformats makes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const digest = fromHex(digestOfBytes(bytes).slice("sha256:".length));
        const cid = cidOf(bytes);
        expect(cid).toBe(CID.createV1(0x55, digestFrom(0x12, digest)).toString());
        expect(sha256OfCid(cid)).toEqual(digest);
      }),
    );
  });

  it("are not read from anything else", () => {
    const cid = cidOf(utf8("a"));
    const others = [cid.toUpperCase(), cid.slice(0, -1), `${cid}a`, "", cid.replace(/.$/, "7")];
    const dagPb = CID.createV1(0x70, CID.parse(cid).multihash).toString();
    for (const other of [...others, dagPb, `z${cid.slice(1)}`])
      expect(sha256OfCid(other)).toBeNull();
  });

  it("name at most one MiB", () => {
    expect(cidOf(new Uint8Array(MAX_BLOCK_BYTES))).toMatch(/^bafkrei/);
    expect(() => cidOf(new Uint8Array(MAX_BLOCK_BYTES + 1))).toThrow(
      expect.objectContaining({ code: "BLOCK_TOO_LARGE" }),
    );
  });
});
