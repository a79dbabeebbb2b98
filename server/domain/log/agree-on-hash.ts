import { equalBytes } from "@/server/domain/bytes";

/** Which of the three copies of a leaf's hash is alone with what it says. */
export type OddCopy = "bytes" | "leafHash" | "tile";

/**
 * A leaf's hash is kept three times: it follows from the bytes, it stands beside them, and in a tile.
 * Where two agree, the third is damaged. Where none do, what the bytes lead to counts.
 *
 * @param inTile undefined: the tile is missing or too short, which is another damage.
 */
export function agreeOnHash(
  fromBytes: Uint8Array,
  beside: Uint8Array,
  inTile: Uint8Array | undefined,
): { readonly hash: Uint8Array; readonly odd: readonly OddCopy[] } {
  const tile = inTile ?? fromBytes;
  const isBeside = equalBytes(fromBytes, beside);
  const isInTile = equalBytes(fromBytes, tile);
  if (isBeside && isInTile) return { hash: fromBytes, odd: [] };
  if (isInTile) return { hash: fromBytes, odd: ["leafHash"] };
  if (isBeside) return { hash: fromBytes, odd: ["tile"] };
  return equalBytes(beside, tile)
    ? { hash: tile, odd: ["bytes"] }
    : { hash: fromBytes, odd: ["leafHash", "tile"] };
}
