import { sha256 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_ENTRY_BYTES } from "@/schemas/log-entry";
import { concat, hex } from "@/server/domain/bytes";
import { MAX_POSITION } from "@/server/domain/log/decimal";
import { rootOf } from "@/server/domain/log/merkle";
import {
  decodeEntryBundle,
  encodeEntryBundle,
  hashesOfTile,
  parseTilePath,
  TILE_WIDTH,
  tilePath,
  tilesOf,
  tileWidth,
} from "@/server/domain/log/tile";
import { golden, goldenLeafHashes } from "@/test/vectors/golden";

const vectors = golden<{
  readonly pathEncoding: readonly (readonly [number, string])[];
  readonly tiles: readonly (readonly [string, string])[];
}>("tiles-70000.json");
const invalid = expect.objectContaining({ code: "TILE_PATH_INVALID" });

describe("paths", () => {
  it("are those of the golden vectors", () => {
    for (const [index, path] of vectors.pathEncoding)
      expect(tilePath({ level: 0, index, width: TILE_WIDTH })).toBe(`tile/0/${path}`);
  });

  it("are read as they were written", () => {
    const coordinates = fc.record({
      level: fc.oneof(fc.constant("entries" as const), fc.nat(63)),
      index: fc.bigInt(0n, MAX_POSITION),
      width: fc.integer({ min: 1, max: 256 }),
    });
    fc.assert(
      fc.property(coordinates, (tile) => {
        expect(parseTilePath(tilePath(tile))).toEqual(tile);
      }),
    );
  });

  it.each([
    "tile/0/1",
    "tile/00/001",
    "tile/64/001",
    "tile/0/x000/001",
    "tile/0/001/002",
    "tile/0/x001",
    "tile/0/001.p/0",
    "tile/0/001.p/256",
    "tile/0/001.p/017",
    "tile/0/001.p/",
    "tile/8/0/001",
    "tile/entries/x1/001",
    "/tile/0/001",
    "tile/0/001\n",
    "tile/0/x009/x223/x372/x036/x854/x775/808",
    "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
    "checkpoint",
    "",
  ])("do not include %j", (path) => {
    expect(() => parseTilePath(path)).toThrow(invalid);
  });

  it("exist for tiles that exist", () => {
    for (const tile of [
      { level: 64, index: 0, width: 1 },
      { level: 0, index: -1, width: 1 },
      { level: 0, index: 0, width: 0 },
      { level: 0, index: 0, width: 257 },
      { level: 0, index: 2 ** 53, width: 1 },
      { level: 0, index: 2n ** 63n, width: 1 },
      { level: 0, index: -1n, width: 1 },
    ])
      expect(() => tilePath(tile)).toThrow(invalid);
  });
});

describe("tiles of a log", () => {
  it("of 70,000 leaves are the golden ones, byte for byte", () => {
    let hashes = goldenLeafHashes(70_000);
    const layers: (readonly Uint8Array[])[] = [];
    while (hashes.length > 0) {
      layers.push(hashes);
      const tiles = Math.floor(hashes.length / TILE_WIDTH);
      const below = hashes;
      hashes = Array.from({ length: tiles }, (_, i) =>
        rootOf(below.slice(i * TILE_WIDTH, (i + 1) * TILE_WIDTH)),
      );
    }
    const found = [...tilesOf(70_000)].map(({ level, index, width }) => {
      const start = index * TILE_WIDTH;
      const bytes = concat(...(layers[level] ?? []).slice(start, start + width));
      return [tilePath({ level, index, width }), hex(sha256(bytes))];
    });
    expect(found).toEqual(vectors.tiles);
    expect(found).toHaveLength(277);
  });

  it("have the widths of the specification's example", () => {
    expect(tileWidth(70_000, 0, 272)).toBe(256);
    expect(tileWidth(70_000, 0, 273)).toBe(112);
    expect(tileWidth(70_000, 1, 1)).toBe(17);
    expect(tileWidth(70_000, 2, 0)).toBe(1);
    expect(tileWidth(70_000, 3, 0)).toBe(0);
    expect([...tilesOf(0)]).toEqual([]);
  });

  it("are exact up to 2^63 - 1 leaves", () => {
    const lastTile = MAX_POSITION / 256n;
    expect(tileWidth(MAX_POSITION, 0, lastTile)).toBe(255);
    expect(tileWidth(MAX_POSITION, 0, lastTile - 1n)).toBe(256);
    expect(tileWidth(MAX_POSITION, 0, lastTile + 1n)).toBe(0);
    expect(tileWidth(MAX_POSITION, 7, 0)).toBe(127);
    expect(tileWidth(MAX_POSITION, 8, 0)).toBe(0);
  });

  it("hold as many hashes as their width says", () => {
    expect(hashesOfTile(new Uint8Array(64), 2)).toHaveLength(2);
    expect(() => hashesOfTile(new Uint8Array(65), 2)).toThrow(
      expect.objectContaining({ code: "TILE_INCONSISTENT" }),
    );
  });
});

describe("entry bundles", () => {
  const entries = fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 20 });

  it("give back what was put in", () => {
    fc.assert(
      fc.property(entries, (list) => {
        expect(decodeEntryBundle(encodeEntryBundle(list))).toEqual(list);
      }),
    );
  });

  it("hold the largest entry and nothing larger", () => {
    const largest = new Uint8Array(MAX_ENTRY_BYTES).fill(7);
    expect(decodeEntryBundle(encodeEntryBundle([largest]))).toEqual([largest]);
    expect(() => encodeEntryBundle([new Uint8Array(MAX_ENTRY_BYTES + 1)])).toThrow(
      expect.objectContaining({ code: "ENTRY_TOO_LARGE" }),
    );
  });

  it("end where an entry ends", () => {
    const bundle = encodeEntryBundle([Uint8Array.of(1, 2, 3)]);
    for (const end of [1, 2, 4])
      expect(() => decodeEntryBundle(bundle.subarray(0, end))).toThrow(
        expect.objectContaining({ code: "TILE_INCONSISTENT" }),
      );
  });
});
