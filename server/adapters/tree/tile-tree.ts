import { MerkleTree } from "merkletreejs";
import { hashLeaf, hashPair } from "@/server/adapters/tree/native-hash";
import type { ReadTile, Tile, Tree } from "@/server/adapters/tree/tree";
import { concat } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { EMPTY_ROOT } from "@/server/domain/log/merkle";
import { hashesOfTile, TILE_WIDTH, tileWidth } from "@/server/domain/log/tile";

/** A tile has 256 = 2^8 hashes, so that eight layers of nodes lie between two levels of tiles. */
const LAYERS_PER_LEVEL = 8;

/**
 * The log's tree out of merkletreejs, one MerkleTree for each tile of at most 256 hashes: what an
 * append or a proof costs does not grow with the log.
 *
 * The library gets leaf hashes, the node hash and no option: with that its trees are those
 * of RFC 9162 (an odd node moves up unhashed). Its own proofs and `verify` are not used: they know
 * neither index nor size.
 */
export function createTileTree(): Tree {
  return {
    hashLeaf,
    append,
    rootOf: (size, readTile) => viewOf(size, readTile).root(),
    proveInclusion,
    proveConsistency,
  };
}

type Layers = readonly (readonly Uint8Array[])[];

/** All layers over the hashes of one tile, the hashes themselves first, its root last. */
const layersOver = (hashes: readonly Uint8Array[]): Layers =>
  new MerkleTree(hashes.map(asBuffer), hashPair).getLayers();

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A tree of one size, as `append` and the proofs look at it. */
type View = {
  /** The `position`-th node of a layer, counted from the leaves (layer 0). 32 bytes. */
  node(layer: number, position: number): Promise<Uint8Array>;
  root(): Promise<Uint8Array>;
};

const topOf = (layers: Layers): Uint8Array => layers.at(-1)?.[0] ?? EMPTY_ROOT;

/**
 * A tree of `size` leaves, read tile by tile, each at most once. Level l of the tiles has one hash
 * for each 256^l leaves, and in this view one more for the leaves left over at the right edge.
 */
function viewOf(size: number, readTile: ReadTile): View {
  const tiles = new Map<string, Promise<Layers>>();
  const spanOf = (level: number): number => TILE_WIDTH ** level;
  const lastTileOf = (level: number): number =>
    Math.floor((Math.ceil(size / spanOf(level)) - 1) / TILE_WIDTH);

  const tile = (level: number, index: number): Promise<Layers> => {
    const key = `${level}/${index}`;
    const known = tiles.get(key) ?? readLayers(level, index);
    tiles.set(key, known);
    return known;
  };

  const readLayers = async (level: number, index: number): Promise<Layers> => {
    const width = tileWidth(size, level, index);
    const whole = width === 0 ? [] : hashesOfTile(await readTile(level, index), width);
    const hasRest = index === lastTileOf(level) && size % spanOf(level) !== 0;
    const rest = hasRest ? [topOf(await tile(level - 1, lastTileOf(level - 1)))] : [];
    return layersOver([...whole, ...rest]);
  };

  return {
    async node(layer: number, position: number): Promise<Uint8Array> {
      const level = Math.floor(layer / LAYERS_PER_LEVEL);
      const layerInTile = layer % LAYERS_PER_LEVEL;
      const perTile = 2 ** (LAYERS_PER_LEVEL - layerInTile);
      const layers = await tile(level, Math.floor(position / perTile));
      const node = layers[layerInTile]?.[position % perTile] ?? topOf(layers);
      return Uint8Array.from(node);
    },
    async root(): Promise<Uint8Array> {
      if (size === 0) return EMPTY_ROOT;
      let level = 0;
      while (size > spanOf(level + 1)) level++;
      return Uint8Array.from(topOf(await tile(level, 0)));
    },
  };
}

async function append(
  size: number,
  leafHashes: readonly Uint8Array[],
  readTile: ReadTile,
): Promise<{ readonly root: Uint8Array; readonly tiles: readonly Tile[] }> {
  const tiles: Tile[] = [];
  let fresh = leafHashes;
  for (let level = 0; fresh.length > 0; level++) {
    const grown = await grow(level, size, fresh, readTile);
    tiles.push(...grown.map(({ index, hashes }) => ({ level, index, hashes: concat(...hashes) })));
    const full = grown.filter(({ hashes }) => hashes.length === TILE_WIDTH);
    fresh = full.map(({ hashes }) => topOf(layersOver(hashes)));
  }
  const grownTiles = new Map(tiles.map((tile) => [`${tile.level}/${tile.index}`, tile.hashes]));
  const readGrown: ReadTile = async (level, index) =>
    grownTiles.get(`${level}/${index}`) ?? (await readTile(level, index));
  return { root: await viewOf(size + leafHashes.length, readGrown).root(), tiles };
}

/** The tiles of one level that take in `fresh` hashes, with the hashes that they had before. */
async function grow(
  level: number,
  size: number,
  fresh: readonly Uint8Array[],
  readTile: ReadTile,
): Promise<readonly { readonly index: number; readonly hashes: readonly Uint8Array[] }[]> {
  const had = Math.floor(size / TILE_WIDTH ** level);
  const first = Math.floor(had / TILE_WIDTH);
  const width = had % TILE_WIDTH;
  const before = width === 0 ? [] : hashesOfTile(await readTile(level, first), width);
  const hashes = [...before, ...fresh];
  return Array.from({ length: Math.ceil(hashes.length / TILE_WIDTH) }, (_, i) => ({
    index: first + i,
    hashes: hashes.slice(i * TILE_WIDTH, (i + 1) * TILE_WIDTH),
  }));
}

async function proveInclusion(
  index: number,
  size: number,
  readTile: ReadTile,
): Promise<readonly Uint8Array[]> {
  mustBeWhole(index, size);
  if (index >= size)
    throw new BeaconError("LOG_POSITION_INVALID", `a tree of ${size} has no leaf ${index}`);
  return siblingsAbove(0, index, size, viewOf(size, readTile));
}

async function proveConsistency(
  oldSize: number,
  newSize: number,
  readTile: ReadTile,
): Promise<readonly Uint8Array[]> {
  mustBeWhole(oldSize, newSize);
  if (oldSize > newSize)
    throw new BeaconError("LOG_POSITION_INVALID", `${oldSize} leaves come after ${newSize}`);
  if (oldSize === newSize || oldSize === 0) return [];
  // The proof starts at the largest whole subtree at the old tree's right edge; when that is the old
  // tree itself, its hash is left out.
  let layer = 0;
  while (oldSize % 2 ** (layer + 1) === 0) layer++;
  const position = oldSize / 2 ** layer - 1;
  const view = viewOf(newSize, readTile);
  const start = position === 0 ? [] : [await view.node(layer, position)];
  return [...start, ...(await siblingsAbove(layer, position, newSize, view))];
}

/** The siblings that one meets from a node up to the root. A node at the right edge may have none. */
async function siblingsAbove(
  fromLayer: number,
  fromPosition: number,
  size: number,
  view: View,
): Promise<readonly Uint8Array[]> {
  const siblings: Uint8Array[] = [];
  let position = fromPosition;
  for (let layer = fromLayer; 2 ** layer < size; layer++) {
    const sibling = position % 2 === 0 ? position + 1 : position - 1;
    if (sibling * 2 ** layer < size) siblings.push(await view.node(layer, sibling));
    position = Math.floor(position / 2);
  }
  return siblings;
}

function mustBeWhole(...positions: readonly number[]): void {
  if (!positions.every((position) => Number.isSafeInteger(position) && position >= 0))
    throw new BeaconError("LOG_POSITION_INVALID", "positions and sizes are whole numbers");
}
