import { describe, expect, it } from "vitest";
import { utf8 } from "@/server/domain/bytes";
import { cidOf } from "@/server/domain/digest";
import { parseBlockRequest } from "@/server/domain/gateway/block-request";

const CID = cidOf(utf8("a block"));
const ask = (query = "", accept: string | null = null, segments: readonly string[] = [CID]) =>
  parseBlockRequest(segments, new URLSearchParams(query), accept);
const RAW = "application/vnd.ipld.raw";
const CAR = "application/vnd.ipld.car";
const CAR_1 = `${CAR}; version=1; order=dfs; dups=n`;

describe("what a request to the gateway asks for", () => {
  it.each([
    ["nothing at all", "", null, RAW],
    ["the address alone", "format=car", null, CAR_1],
    ["Accept alone", "", RAW, RAW],
    ["Accept alone", "", CAR, CAR_1],
    ["the address, against Accept", "format=raw", CAR, RAW],
    ["the address, against a browser's Accept", "format=car", "text/html,*/*;q=0.8", CAR_1],
    ["a browser's Accept", "", "text/html,application/xml;q=0.9,*/*;q=0.8", RAW],
    ["half a type", "", "application/*", RAW],
    ["the better liked of two", "", `${RAW};q=0.5, ${CAR};q=0.9`, CAR_1],
    ["the better liked of two", "", `${CAR};q=0.2, ${RAW};q=0.3`, RAW],
    ["the one that is named", "", `*/*, ${CAR}`, CAR_1],
    ["anything but raw", "", `${RAW};q=0, */*`, CAR_1],
    [
      "a CAR that is made here, not the one that is not",
      "",
      `${CAR};version=2, ${CAR};q=0.1`,
      CAR_1,
    ],
    ["a CAR in no order", "", `${CAR}; version=1; order=unk`, CAR_1],
    [
      "a CAR with duplicates",
      "",
      `${CAR};order=dfs;dups=y`,
      `${CAR}; version=1; order=dfs; dups=y`,
    ],
    ["no duplicates in the address", "format=car&car-dups=n", `${CAR};dups=y`, CAR_1],
    ["capitals", "", "Application/VND.ipld.CAR; Version=1", CAR_1],
  ])("is taken from %s (%s, %s)", (_, query, accept, contentType) => {
    expect(ask(query, accept).contentType).toBe(contentType);
  });

  it.each([
    ["format=dag-json", null],
    ["format=html", null],
    ["format=ipns-record", null],
    ["format=RAW", null],
    ["format=", null],
    ["", "application/json"],
    ["", "text/html"],
    ["", `${CAR};version=2`],
    ["", `${CAR};order=bfs`],
    ["", `${RAW};q=0`],
    ["", "application/vnd.ipld.raw;q=bogus"],
    ["format=car&car-version=2", null],
    ["format=car&car-order=rnd", null],
    ["format=car&car-dups=maybe", null],
  ])("is refused when it is a form that is not made here (%s, %s)", (query, accept) => {
    expect(() => ask(query, accept)).toThrow(
      expect.objectContaining({ code: "BLOCK_FORMAT_UNSUPPORTED" }),
    );
  });

  it.each([
    "dag-scope=some",
    "dag-scope=",
    "entity-bytes=",
    "entity-bytes=1",
    "entity-bytes=a:b",
    "entity-bytes=0:*:2",
    "entity-bytes=*:1",
    `entity-bytes=${"9".repeat(17)}:*`,
  ])("is refused when a parameter is none (%s)", (query) => {
    expect(() => ask(`format=car&${query}`)).toThrow(
      expect.objectContaining({ code: "BLOCK_PARAMETER_INVALID" }),
    );
    // They say something of archives only.
    expect(ask(`format=raw&${query}`).etag).toBe(`"${CID}.raw"`);
  });
});

describe("a representation's name", () => {
  it("differs with all that may differ, and not with the defaults", () => {
    const named = [
      "format=raw",
      "format=car",
      "format=car&dag-scope=block",
      "format=car&dag-scope=entity",
      "format=car&entity-bytes=0:9",
      "format=car&dag-scope=entity&entity-bytes=0:9",
      "format=car&car-dups=y",
    ];
    const tags = named.map((query) => ask(query).etag);
    expect(new Set(tags).size).toBe(named.length);
    expect(tags.slice(0, 2)).toEqual([`"${CID}.raw"`, `"${CID}.car"`]);
    for (const query of ["dag-scope=all", "entity-bytes=0:*", "car-version=1", "car-order=dfs"])
      expect(ask(`format=car&${query}`).etag).toBe(`"${CID}.car"`);
    for (const tag of tags) expect(tag).toMatch(/^"[\x21\x23-\x7e]+"$/);
  });

  it("is told as an address when the request's own does not say it", () => {
    expect(ask("format=raw").location).toBeNull();
    expect(ask("format=car", CAR).location).toBeNull();
    expect(ask().location).toBe(`/ipfs/${CID}?format=raw`);
    const car = `/ipfs/${CID}?format=car&car-version=1&car-order=dfs&car-dups`;
    expect(ask("", CAR).location).toBe(`${car}=n`);
    expect(ask("format=car", `${CAR};dups=y`).location).toBe(`${car}=y`);
    const { location } = ask("dag-scope=block", `${CAR};dups=y`);
    const again = parseBlockRequest([CID], new URL(location ?? "", "http://x").searchParams, null);
    expect(again).toMatchObject({ ...ask("dag-scope=block", `${CAR};dups=y`), location: null });
  });
});

describe("an address", () => {
  it.each([
    ["nothing", []],
    ["an empty part", [""]],
    ["a word", ["x"]],
    ["a CIDv0", ["QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPBdG"]],
    ["another codec (dag-pb)", ["bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"]],
    [
      "another hash (sha2-512)",
      [
        "bafkrgqhhyivzstcz3hhswshfjgy6ertgmnqeleynhwt4dlfsthi4hn7zgh4uvlsb5xncykzapi3ocd4lzogukir6ksdy6wzrnz6ohnv4aglcs",
      ],
    ],
    ["an identity CID that is not the probe", ["bafkqaaik"]],
    ["capitals", [CID.toUpperCase()]],
    ["one character too many", [`${CID}a`]],
    ["unused bits that are set", [`${CID.slice(0, -1)}b`]],
    ["a way up", [".."]],
    ["an encoded way up", ["../../policy.txt"]],
    ["a doubly encoded way up", ["%2e%2e%2fpolicy.txt"]],
    ["a null byte", [`${CID}\0`]],
    ["a space", [`${CID} `]],
    ["a line break", [`${CID}\n`]],
    ["a megabyte", ["b".repeat(1_048_576)]],
    ["a word with parts", ["x", CID]],
  ])("that is %s is refused", (_, segments) => {
    for (const query of ["format=raw", "format=car"])
      expect(() => ask(query, null, segments)).toThrow(
        expect.objectContaining({ code: "CID_INVALID" }),
      );
  });

  it.each([
    [CID, "foo"],
    [CID, ""],
    [CID, "..", ".."],
    ["bafkqaaa", "foo"],
  ])("with parts behind the block (%s/%s) is refused", (...segments) => {
    for (const query of ["format=raw", "format=car"])
      expect(() => ask(query, null, segments)).toThrow(
        expect.objectContaining({ code: "BLOCK_PATH_INVALID" }),
      );
  });

  it("that is the probe is no block of ours, and is answered", () => {
    expect(ask("format=raw", null, ["bafkqaaa"])).toMatchObject({
      cid: null,
      etag: '"bafkqaaa.raw"',
    });
  });
});
