import { equalBytes } from "@/server/domain/bytes";
import { agreeOnHash } from "@/server/domain/log/agree-on-hash";
import type { DamageBook } from "@/server/domain/log/damage-book";
import { createFrontier, type Frontier } from "@/server/domain/log/frontier";
import { HASH_BYTES } from "@/server/domain/log/merkle";
import { TILE_WIDTH } from "@/server/domain/log/tile";

/** One leaf of the log as three places know it; null where its row is missing. */
export type LeafCopies = { readonly fromBytes: Uint8Array; readonly beside: Uint8Array } | null;

/** Hands out a stored tile, or null when it is missing. Asked in order within each level. */
export type TakeTile = (level: number, index: number) => Promise<Uint8Array | null>;

/** A log's tree that is built again from its leaves, and holds the stored tiles against itself. */
export type TreeRebuild = {
  readonly tree: Pick<Frontier, "size" | "root">;
  /** How many tiles were held against the tree. */
  readonly tiles: number;
  /**
   * Takes the leaves of one tile, in order; fewer than 256 only at the end.
   *
   * @param onLeaf told after each leaf, when the tree has it.
   */
  addTile(leaves: readonly LeafCopies[], onLeaf: () => Promise<void>): Promise<void>;
  /** Compares what is left at the right edge. */
  finish(): Promise<void>;
};

/** A tile above level 0 as it follows from the one below. */
type UpperTile = {
  readonly level: number;
  readonly index: number;
  readonly hashes: readonly Uint8Array[];
};

/** A level of tiles lies eight layers of nodes above the one below. */
const LAYERS_PER_LEVEL = 8;

/** The tree of no leaves. Damages are named as `entry N` and `tile L/N`. */
export function rebuildTree(takeTile: TakeTile, book: DamageBook): TreeRebuild {
  const tree = createFrontier();
  /** Hashes of tiles above level 0 that are not complete. */
  const open: Uint8Array[][] = [];
  const closed: UpperTile[] = [];
  const counts: number[] = [];
  let tiles = 0;

  const close = (level: number): void => {
    const hashes = open[level] ?? [];
    if (hashes.length === 0) return;
    const index = counts[level] ?? 0;
    closed.push({ level, index, hashes });
    counts[level] = index + 1;
    open[level] = [];
  };
  const onSubtree = (height: number, hash: Uint8Array): void => {
    const level = height / LAYERS_PER_LEVEL;
    if (level === 0 || !Number.isInteger(level)) return;
    const hashes = open[level] ?? [];
    open[level] = hashes;
    hashes.push(hash);
    if (hashes.length === TILE_WIDTH) close(level);
  };
  const compareClosed = async (): Promise<void> => {
    for (const tile of closed.splice(0)) {
      tiles += 1;
      compareTile(tile, await takeTile(tile.level, tile.index), book);
    }
  };

  return {
    tree,
    get tiles() {
      return tiles;
    },
    async addTile(leaves, onLeaf) {
      const first = tree.size;
      const index = first / TILE_WIDTH;
      tiles += 1;
      const stored = await takeTile(0, index);
      if (stored?.length !== leaves.length * HASH_BYTES)
        book.add(`tile 0/${index}`, lengthProblem(stored, leaves.length));
      for (const [i, leaf] of leaves.entries()) {
        const inTile = stored === null ? undefined : hashAt(stored, i);
        tree.add(leafHash(leaf, inTile, { index: first + i, tile: index, at: i }, book), onSubtree);
        await onLeaf();
      }
      await compareClosed();
    },
    async finish() {
      for (let level = 1; level < open.length; level++) close(level);
      await compareClosed();
    },
  };
}

function compareTile(
  { level, index, hashes }: UpperTile,
  stored: Uint8Array | null,
  book: DamageBook,
): void {
  const where = `tile ${level}/${index}`;
  if (stored?.length !== hashes.length * HASH_BYTES)
    book.add(where, lengthProblem(stored, hashes.length));
  for (const [i, hash] of hashes.entries())
    if (stored !== null && !equalBytes(hash, hashAt(stored, i) ?? hash))
      book.add(where, `its hash ${i} does not follow from the tile below`);
}

const lengthProblem = (stored: Uint8Array | null, width: number): string =>
  stored === null
    ? "it is missing"
    : `it has ${stored.length} bytes, and ${width} hashes follow from the entries`;

function hashAt(tile: Uint8Array, i: number): Uint8Array | undefined {
  const hash = tile.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES);
  return hash.length === HASH_BYTES ? hash : undefined;
}

/** The hash to go on with; names what is damaged. A leaf whose row is missing is known by its tile. */
function leafHash(
  leaf: LeafCopies,
  inTile: Uint8Array | undefined,
  place: { readonly index: number; readonly tile: number; readonly at: number },
  book: DamageBook,
): Uint8Array {
  if (leaf === null) {
    book.add(`entry ${place.index}`, "it is missing");
    return inTile ?? new Uint8Array(HASH_BYTES);
  }
  const { hash, odd } = agreeOnHash(leaf.fromBytes, leaf.beside, inTile);
  if (odd.includes("bytes"))
    book.add(`entry ${place.index}`, "its bytes are not those that became the leaf");
  if (odd.includes("leafHash"))
    book.add(`entry ${place.index}`, "its leaf hash is not that of its bytes");
  if (odd.includes("tile"))
    book.add(`tile 0/${place.tile}`, `its hash ${place.at} is not that of entry ${place.index}`);
  return hash;
}
