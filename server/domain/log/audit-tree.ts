import { concat, equalBytes } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { rootOf, type TreeHashes } from "@/server/domain/log/merkle";
import { decodeEntryBundle, TILE_WIDTH, tilePath } from "@/server/domain/log/tile";

/** Reads what the log serves below its prefix: `checkpoint`, `tile/…`. Null: not served. */
export type ReadPublished = (path: string) => Promise<Uint8Array | null>;

/** What is done with a bundle's leaves once they are hashed: their bytes, and the first one's index. */
export type TakeLeaves = (leaves: readonly Uint8Array[], from: number) => void;

/** What the bytes of all entries lead to. */
export type AuditedTree = {
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** How many tiles of hashes were read and compared. */
  readonly tiles: number;
  /** Paths of tiles that do not hold the hashes that the entries lead to. */
  readonly wrongTiles: readonly string[];
};

/** So many bundles are fetched while one is hashed: twice what a browser asks of one host at a time. */
const AHEAD = 12;

/** @throws BeaconError TILE_NOT_FOUND */
export async function readPresent(read: ReadPublished, path: string): Promise<Uint8Array> {
  const bytes = await read(path);
  if (bytes === null) throw new BeaconError("TILE_NOT_FOUND", `The log does not serve ${path}.`);
  return bytes;
}

/**
 * Rebuilds the tree of the first `size` leaves from the entry bundles, and compares every tile of
 * hashes with what they lead to. It holds one unfinished tile a level, and no leaf for longer than
 * `take` does.
 *
 * @throws BeaconError TILE_NOT_FOUND, TILE_INCONSISTENT when a bundle is not one.
 */
export async function auditTree(
  size: number,
  read: ReadPublished,
  { leafHashOf, nodeHash }: TreeHashes,
  take: TakeLeaves,
): Promise<AuditedTree> {
  const wrongTiles: string[] = [];
  let tiles = 0;
  /** What each level has behind its last whole tile. */
  const open: Uint8Array[][] = [];
  const done: number[] = [];

  const compare = (level: number, tile: Uint8Array): void => {
    const hashes = open[level] ?? [];
    const index = done[level] ?? 0;
    if (!equalBytes(tile, concat(...hashes)))
      wrongTiles.push(tilePath({ level, index, width: hashes.length }));
    tiles += 1;
  };
  const readTile = (level: number): Promise<Uint8Array> =>
    readPresent(
      read,
      tilePath({ level, index: done[level] ?? 0, width: open[level]?.length ?? 0 }),
    );
  const close = async (level: number): Promise<void> => {
    const hashes = open[level] ?? [];
    if (hashes.length < TILE_WIDTH) return;
    open[level] = [];
    done[level] = (done[level] ?? 0) + 1;
    const above = [...(open[level + 1] ?? []), rootOf(hashes, nodeHash)];
    open[level + 1] = above;
    if (above.length < TILE_WIDTH) return;
    compare(level + 1, await readTile(level + 1));
    await close(level + 1);
  };

  for await (const { bundle, tile, from, width } of bundlesOf(size, read)) {
    const leaves = decodeEntryBundle(bundle);
    if (leaves.length !== width)
      throw new BeaconError(
        "TILE_INCONSISTENT",
        `The bundle at entry ${from} does not hold ${width}.`,
      );
    open[0] = leaves.map((leaf) => leafHashOf(leaf));
    compare(0, tile);
    take(leaves, from);
    await close(0);
  }
  for (let level = 1; level < open.length; level++)
    if (open[level]?.length) compare(level, await readTile(level));
  return { root: rootOfOpen(open, nodeHash), tiles, wrongTiles };
}

/** The root over what is left open at each level: the ragged right edge of one is the last node of the next. */
function rootOfOpen(
  open: readonly (readonly Uint8Array[])[],
  nodeHash: TreeHashes["nodeHash"],
): Uint8Array {
  let edge: readonly Uint8Array[] = [];
  for (const hashes of open) {
    const nodes = [...hashes, ...edge];
    edge = nodes.length === 0 ? [] : [rootOf(nodes, nodeHash)];
  }
  return rootOf(edge, nodeHash);
}

type FetchedBundle = {
  readonly bundle: Uint8Array;
  /** The tile of the same leaves' hashes. */
  readonly tile: Uint8Array;
  readonly from: number;
  readonly width: number;
};

/** Every bundle with its tile, in order, some of them fetched ahead. */
async function* bundlesOf(size: number, read: ReadPublished): AsyncGenerator<FetchedBundle> {
  const fetchAt = async (index: number): Promise<FetchedBundle> => {
    const from = index * TILE_WIDTH;
    const width = Math.min(TILE_WIDTH, size - from);
    const [bundle, tile] = await Promise.all([
      readPresent(read, tilePath({ level: "entries", index, width })),
      readPresent(read, tilePath({ level: 0, index, width })),
    ]);
    return { bundle, tile, from, width };
  };
  const count = Math.ceil(size / TILE_WIDTH);
  const fetching: Promise<FetchedBundle>[] = [];
  for (let next = 0, at = 0; at < count; at++) {
    for (; next < count && next < at + AHEAD; next++) {
      const fetched = fetchAt(next);
      // Whoever waits for it hears of its failure; those behind an earlier failure nobody waits for.
      fetched.catch(() => undefined);
      fetching.push(fetched);
    }
    const first = fetching.shift();
    if (first === undefined) throw new Error("a bundle is fetched before it is waited for");
    yield await first;
  }
}
