import type { LogStore } from "@/server/adapters/db/log-store";
import { BeaconError } from "@/server/domain/errors";
import { HASH_BYTES } from "@/server/domain/log/merkle";
import { encodeEntryBundle, parseTilePath, TILE_WIDTH, tileWidth } from "@/server/domain/log/tile";

export type ReadTileDeps = {
  readonly log: Pick<LogStore, "publishedSize" | "tileReader" | "leafBytes">;
};

/**
 * The bytes of one tile or entry bundle of the published log, by its C2SP tlog-tiles path. A partial
 * tile stays available after it has grown: it is the beginning of the wider one.
 *
 * @throws BeaconError TILE_PATH_INVALID; TILE_NOT_FOUND beyond what is published; TILE_INCONSISTENT
 *   when the store lacks what it published.
 */
export async function readTile(deps: ReadTileDeps, path: string): Promise<Uint8Array> {
  const { level, index, width } = parseTilePath(path);
  const lowest = level === "entries" ? 0 : level;
  const hashes = Number(index) * TILE_WIDTH + width;
  const size = await deps.log.publishedSize(hashes * TILE_WIDTH ** lowest);
  if (tileWidth(size, lowest, index) < width)
    throw new BeaconError("TILE_NOT_FOUND", `The published log has no ${path}.`);
  // Within the published size, so exact as a number.
  const place = Number(index);
  if (level !== "entries")
    return (await deps.log.tileReader(size)(level, place)).subarray(0, width * HASH_BYTES);
  const from = place * TILE_WIDTH;
  const leaves = await deps.log.leafBytes(from, from + width);
  if (leaves.length !== width)
    throw new BeaconError("TILE_INCONSISTENT", `${path} lacks entries that were published`);
  return encodeEntryBundle(leaves);
}
