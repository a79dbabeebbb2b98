import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTileTree } from "@/server/adapters/tree/tile-tree";
import type { ReadTile, Tile } from "@/server/adapters/tree/tree";
import { fromBase64, hex } from "@/server/domain/bytes";
import { EMPTY_ROOT, rootOf, verifyConsistency, verifyInclusion } from "@/server/domain/log/merkle";
import { tilePath, tilesOf, tileWidth } from "@/server/domain/log/tile";
import { oracleConsistency, oracleInclusion } from "@/test/domain/log/oracle";
import { golden, goldenLeafHashes } from "@/test/vectors/golden";

const tree = createTileTree();
const leaves = goldenLeafHashes(70_000);
const refused = (code: string) => expect.objectContaining({ code });

/** Tiles as a store keeps them: the newest bytes of each, cut to what a size asks for. */
function aTileStore() {
  const tiles = new Map<string, Uint8Array>();
  const asked: string[] = [];
  const readerAt =
    (size: number): ReadTile =>
    async (level, index) => {
      asked.push(`${level}/${index}`);
      const bytes = tiles.get(`${level}/${index}`) ?? expect.fail(`no tile ${level}/${index}`);
      return bytes.subarray(0, tileWidth(size, level, index) * 32);
    };
  const keep = (grown: readonly Tile[]) => {
    for (const { level, index, hashes } of grown) tiles.set(`${level}/${index}`, hashes);
  };
  return { tiles, asked, readerAt, keep };
}

/** A log that took in `batches` one after the other; its roots after each. */
async function aLogOf(batches: readonly number[]) {
  const store = aTileStore();
  const roots: Uint8Array[] = [];
  let size = 0;
  for (const batch of batches) {
    const fresh = leaves.slice(size, size + batch);
    const { root, tiles } = await tree.append(size, fresh, store.readerAt(size));
    store.keep(tiles);
    roots.push(root);
    size += batch;
  }
  return { ...store, roots, size };
}

describe("appending", () => {
  it("makes the golden tiles, however the leaves come in", async () => {
    const vectors = golden<{ root: string; tiles: [string, string][] }>("tiles-70000.json");
    const log = await aLogOf([1, 255, 1, 299, 9_444, 55_536, 4_464]);
    const found = [...tilesOf(log.size)].map((tile) => {
      const bytes = log.tiles.get(`${tile.level}/${tile.index}`) ?? expect.fail(tilePath(tile));
      return [tilePath(tile), createHash("sha256").update(bytes).digest("hex")];
    });
    expect(found).toEqual(vectors.tiles);
    expect(log.tiles.size).toBe(vectors.tiles.length);
    expect(log.roots.at(-1)).toEqual(fromBase64(vectors.root));
  });

  it("has the domain's root after every batch", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(300), { minLength: 1, maxLength: 8 }), async (batches) => {
        const log = await aLogOf(batches);
        let size = 0;
        for (const [i, batch] of batches.entries()) {
          size += batch;
          expect(log.roots[i]).toEqual(rootOf(leaves.slice(0, size)));
        }
        expect(await tree.rootOf(log.size, log.readerAt(log.size))).toEqual(log.roots.at(-1));
      }),
      { numRuns: 40 },
    );
  });

  it("gives only tiles that are new or have grown, and reads only the right edge", async () => {
    const log = await aLogOf([66_000]);
    log.asked.length = 0;
    const { tiles } = await tree.append(66_000, leaves.slice(66_000, 66_300), log.readerAt(66_000));
    expect(tiles.map(({ level, index }) => `${level}/${index}`)).toEqual(["0/257", "0/258", "1/1"]);
    const edge = ["0/257", "1/1", "2/0"];
    expect(log.asked.filter((tile) => !edge.includes(tile))).toEqual([]);
  });

  it("of nothing changes nothing", async () => {
    const log = await aLogOf([300]);
    const { root, tiles } = await tree.append(300, [], log.readerAt(300));
    expect(tiles).toEqual([]);
    expect(root).toEqual(log.roots[0]);
    expect(await tree.rootOf(0, log.readerAt(0))).toEqual(EMPTY_ROOT);
  });

  it("refuses a tile that is not as long as the size says", async () => {
    const short: ReadTile = async () => new Uint8Array(31);
    await expect(tree.append(300, leaves.slice(300, 301), short)).rejects.toThrow(
      refused("TILE_INCONSISTENT"),
    );
    await expect(tree.rootOf(300, short)).rejects.toThrow(refused("TILE_INCONSISTENT"));
  });
});

describe("proofs", () => {
  it("are those of the recursive definition", async () => {
    const log = await aLogOf([600]);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 600 }), fc.nat(), async (size, n) => {
        const at = n % size;
        const readTile = log.readerAt(size);
        const some = leaves.slice(0, size);
        expect(await tree.proveInclusion(at, size, readTile)).toEqual(oracleInclusion(at, some));
        expect(await tree.proveConsistency(at + 1, size, readTile)).toEqual(
          oracleConsistency(at + 1, some),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("hold for sizes around the edges of tiles and levels", async () => {
    const log = await aLogOf([70_000]);
    const sizes = [1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 65_793, 70_000];
    const roots = new Map(sizes.map((size) => [size, rootOf(leaves.slice(0, size))]));
    const rootAt = (size: number) => roots.get(size) ?? expect.fail("no root");
    for (const size of sizes) {
      const readTile = log.readerAt(size);
      const root = await tree.rootOf(size, readTile);
      expect(hex(root)).toBe(hex(rootAt(size)));
      for (const index of new Set([0, 1, 255, 256, 65_535, size - 1].filter((i) => i < size))) {
        const proof = await tree.proveInclusion(index, size, readTile);
        const leafHash = leaves[index] ?? expect.fail("no leaf");
        expect(() => verifyInclusion({ index, size, leafHash, proof, root })).not.toThrow();
      }
      for (const oldSize of sizes.filter((other) => other <= size)) {
        const proof = await tree.proveConsistency(oldSize, size, readTile);
        const claim = { oldSize, newSize: size, oldRoot: rootAt(oldSize), newRoot: root, proof };
        expect(() => verifyConsistency(claim)).not.toThrow();
      }
    }
  });

  it("are empty from size 0 and between equal sizes", async () => {
    const log = await aLogOf([300]);
    expect(await tree.proveConsistency(0, 300, log.readerAt(300))).toEqual([]);
    expect(await tree.proveConsistency(300, 300, log.readerAt(300))).toEqual([]);
    expect(await tree.proveInclusion(0, 1, log.readerAt(1))).toEqual([]);
  });

  it("do not exist for places that do not", async () => {
    const log = await aLogOf([10]);
    const readTile = log.readerAt(10);
    const invalid = refused("LOG_POSITION_INVALID");
    for (const index of [10, -1, 0.5, 2 ** 53])
      await expect(tree.proveInclusion(index, 10, readTile)).rejects.toThrow(invalid);
    for (const oldSize of [11, -1, 0.5])
      await expect(tree.proveConsistency(oldSize, 10, readTile)).rejects.toThrow(invalid);
  });
});
