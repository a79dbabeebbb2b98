import { equalBytes, hex } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { hashesOfTile, TILE_WIDTH, tileWidth } from "@/server/domain/log/tile";

/** Where the leaves of a log are read from, and how they are hashed. */
export type LeafSource = {
  /** The bytes of the leaves from `from` to before `to`, in order. */
  leafBytes(from: number, to: number): Promise<readonly Uint8Array[]>;
  /** The hashes of a tile of level 0 of the tree of `to` leaves. */
  readTile(level: number, index: number): Promise<Uint8Array>;
  hashLeaf(bytes: Uint8Array): Uint8Array;
};

/**
 * Hashes the stored bytes of the leaves from `from` to before `to` again and holds them against their
 * tiles: to be done before a tree that they are new in is signed. What was signed must be provable
 * for ever; a public log had to be given up in 2021 for one bit that flipped between the two.
 *
 * @throws BeaconError LOG_ENTRY_CORRUPT naming the first leaf that is not the one in the tree.
 */
export async function recheckLeaves(
  { leafBytes, readTile, hashLeaf }: LeafSource,
  from: number,
  to: number,
): Promise<void> {
  for (let tile = Math.floor(from / TILE_WIDTH); tile * TILE_WIDTH < to; tile++) {
    const start = Math.max(from, tile * TILE_WIDTH);
    const end = Math.min(to, (tile + 1) * TILE_WIDTH);
    const hashes = hashesOfTile(await readTile(0, tile), tileWidth(to, 0, tile));
    const leaves = await leafBytes(start, end);
    for (let index = start; index < end; index++) {
      const bytes = leaves[index - start];
      const hash = hashes[index - tile * TILE_WIDTH];
      if (bytes === undefined || hash === undefined || !equalBytes(hashLeaf(bytes), hash))
        throw new BeaconError(
          "LOG_ENTRY_CORRUPT",
          `entry ${index} no longer has the bytes that became the leaf`,
          { details: { leafIndex: index, leafHash: hex(hash ?? new Uint8Array()) } },
        );
    }
  }
}
