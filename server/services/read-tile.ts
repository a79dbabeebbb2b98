import type { LogStore } from "@/server/adapters/db/log-store";
import { BeaconError } from "@/server/domain/errors";
import { encodeEntryBundle, parseTilePath, TILE_WIDTH, tileWidth } from "@/server/domain/log/tile";

export type ReadTileDeps = { readonly log: Pick<LogStore, "published" | "tileReader" | "entries"> };

/**
 * The bytes of one tile or entry bundle of the published log, by its C2SP tlog-tiles path. A partial
 * tile stays available after it has grown: it is the beginning of the wider one.
 *
 * @throws BeaconError TILE_PATH_INVALID, TILE_NOT_FOUND beyond what is published.
 */
export async function readTile(deps: ReadTileDeps, path: string): Promise<Uint8Array> {
  const { level, index, width } = parseTilePath(path);
  const size = (await deps.log.published())?.size ?? 0;
  if (tileWidth(size, level === "entries" ? 0 : level, index) < width)
    throw new BeaconError("TILE_NOT_FOUND", `The published log has no ${path}.`);
  if (level === "entries") {
    const from = index * TILE_WIDTH;
    return encodeEntryBundle(
      (await deps.log.entries(from, from + width)).map(({ bytes }) => bytes),
    );
  }
  return (await deps.log.tileReader(size)(level, index)).subarray(0, width * 32);
}
