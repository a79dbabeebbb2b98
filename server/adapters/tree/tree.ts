/** One tile: up to 256 hashes of 32 bytes, concatenated. `level` and `index` as in C2SP tlog-tiles. */
export type Tile = { readonly level: number; readonly index: number; readonly hashes: Uint8Array };

/** Reads a tile of a tree of `size` leaves: exactly the hashes that it has at that size. */
export type ReadTile = (level: number, index: number) => Promise<Uint8Array>;

/** The tree of the log, tile by tile. */
export type Tree = {
  /** The hash of a leaf's bytes, as the domain's `leafHashOf`, by the fastest means at hand. */
  hashLeaf(bytes: Uint8Array): Uint8Array;
  /**
   * Appends leaf hashes to a tree of `size` leaves.
   *
   * @param readTile reads tiles of the old tree; only those on its right edge are asked for.
   * @returns the new root and every tile that is new or has grown.
   */
  append(
    size: number,
    leafHashes: readonly Uint8Array[],
    readTile: ReadTile,
  ): Promise<{ readonly root: Uint8Array; readonly tiles: readonly Tile[] }>;
  /** RFC 9162 section 2.1.3.1, from leaf to root. @throws BeaconError LOG_POSITION_INVALID */
  proveInclusion(index: number, size: number, readTile: ReadTile): Promise<readonly Uint8Array[]>;
  /** RFC 9162 section 2.1.4.1. Empty for equal sizes and from size 0. @throws BeaconError LOG_POSITION_INVALID */
  proveConsistency(
    oldSize: number,
    newSize: number,
    readTile: ReadTile,
  ): Promise<readonly Uint8Array[]>;
  rootOf(size: number, readTile: ReadTile): Promise<Uint8Array>;
};
