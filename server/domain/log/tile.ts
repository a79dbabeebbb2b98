import type { MAX_ENTRY_BYTES } from "@/schemas/log-entry";
import { concat } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { fromDecimal, MAX_POSITION } from "@/server/domain/log/decimal";
import { HASH_BYTES, type Position } from "@/server/domain/log/merkle";

/** How many hashes a full tile holds, and how many entries a full bundle (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;

/** An entry's length is written in two bytes. */
const ENTRY_LIMIT: typeof MAX_ENTRY_BYTES = 65_535;

/** C2SP tlog-tiles allows levels 0 to 63. */
const MAX_LEVEL = 63;

/**
 * Which tile: the `index`-th of its level, 0-based, holding its first `width` hashes (1 to 256).
 * Level "entries" names the bundles of the leaves' own bytes.
 */
export type TileCoordinates = {
  readonly level: number | "entries";
  readonly index: Position;
  readonly width: number;
};

/**
 * How many hashes a tile has when the log has `size` leaves: 0 (no such tile yet) to 256.
 * One hash of level l stands for 256^l leaves.
 */
export function tileWidth(size: Position, level: number, index: Position): number {
  const hashes = BigInt(size) >> BigInt(8 * level);
  return Math.max(0, Math.min(TILE_WIDTH, Number(hashes - BigInt(index) * BigInt(TILE_WIDTH))));
}

/**
 * Every tile of hashes that a log of `size` leaves has, level by level from the leaves up. Whoever
 * walks a whole log counts in numbers.
 */
export function* tilesOf(
  size: number,
): Generator<{ readonly level: number; readonly index: number; readonly width: number }> {
  for (let level = 0; tileWidth(size, level, 0) > 0; level++) {
    for (let index = 0; ; index++) {
      const width = tileWidth(size, level, index);
      if (width === 0) break;
      yield { level, index, width };
    }
  }
}

/**
 * A tile's path below the log's prefix: `tile/0/x001/234.p/17`. A full tile's path has no `.p`.
 *
 * @throws BeaconError TILE_PATH_INVALID for coordinates that no tile can have.
 */
export function tilePath({ level, index, width }: TileCoordinates): string {
  const isLevel = level === "entries" || (isWhole(level) && level <= MAX_LEVEL);
  if (!isLevel || !isWhole(index) || !isWhole(width) || width < 1 || width > TILE_WIDTH)
    throw new BeaconError("TILE_PATH_INVALID", `no tile ${level}/${index} of width ${width}`);
  const partial = width === TILE_WIDTH ? "" : `.p/${width}`;
  return `tile/${level}/${threeDigitGroups(index)}${partial}`;
}

const isWhole = (value: Position): boolean =>
  (typeof value === "bigint" || Number.isSafeInteger(value)) && value >= 0 && value <= MAX_POSITION;

function threeDigitGroups(index: Position): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, "0");
  const groups = padded.match(/[0-9]{3}/g) ?? [];
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join("/");
}

/**
 * Reads what `tilePath` writes, and nothing else: one tile has one path.
 *
 * @throws BeaconError TILE_PATH_INVALID
 */
export function parseTilePath(path: string): TileCoordinates & { readonly index: bigint } {
  const [, level, groups, width] =
    /^tile\/(entries|[0-9]{1,2})\/((?:x[0-9]{3}\/){0,6}[0-9]{3})(?:\.p\/([0-9]{1,3}))?$/.exec(
      path,
    ) ?? [];
  const index = fromDecimal((groups ?? "").replace(/[x/]/g, "").replace(/^0+(?=[0-9])/, ""));
  if (level === undefined || index === null)
    throw new BeaconError("TILE_PATH_INVALID", "not the path of a tile");
  const tile: TileCoordinates & { readonly index: bigint } = {
    level: level === "entries" ? level : Number(level),
    index,
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  if (tilePath(tile) !== path)
    throw new BeaconError("TILE_PATH_INVALID", "a tile's path has one spelling");
  return tile;
}

/**
 * The hashes of a tile, one after the other, as separate hashes.
 *
 * @throws BeaconError TILE_INCONSISTENT when there are not exactly `width` of them.
 */
export function hashesOfTile(bytes: Uint8Array, width: number): readonly Uint8Array[] {
  if (bytes.length !== width * HASH_BYTES)
    throw new BeaconError("TILE_INCONSISTENT", `a tile of width ${width} has other bytes`, {
      details: { sizeBytes: bytes.length, width },
    });
  return Array.from({ length: width }, (_, i) =>
    bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  );
}

/**
 * An entry bundle: each entry's length as a big-endian uint16, then its bytes.
 *
 * @throws BeaconError ENTRY_TOO_LARGE above 65,535 bytes.
 */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  return concat(
    ...entries.flatMap((entry) => {
      if (entry.length > ENTRY_LIMIT)
        throw new BeaconError("ENTRY_TOO_LARGE", `an entry holds at most ${ENTRY_LIMIT} bytes`);
      return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry];
    }),
  );
}

/**
 * The entries of a bundle, in order.
 *
 * @throws BeaconError TILE_INCONSISTENT when the bytes end inside an entry.
 */
export function decodeEntryBundle(bytes: Uint8Array): readonly Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [high, low] = [bytes[at], bytes[at + 1]];
    const end = high === undefined || low === undefined ? null : at + 2 + high * 256 + low;
    if (end === null || end > bytes.length)
      throw new BeaconError("TILE_INCONSISTENT", "an entry bundle ends inside an entry");
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return entries;
}
