import { hex } from "@/server/domain/bytes";

/** Anything that has a leaf hash, 32 bytes. */
type Hashed = { readonly leafHash: Uint8Array };

/**
 * Tells the leaves of a batch that are new from those that are not, before any of them gets a
 * number: bytes stand in the log once, and no number is skipped.
 *
 * @param known where leaves of the batch stand in the log already, by their hash in hexadecimal.
 * @param size how many leaves the log has.
 * @returns `fresh` get the indices from `size` on, in this order. `repeated` are in the log, or came
 *   earlier in the same batch. `indices` has one index for each leaf of the batch.
 */
export function placeLeaves<T extends Hashed>(
  leaves: readonly T[],
  known: ReadonlyMap<string, number>,
  size: number,
): {
  readonly fresh: readonly T[];
  readonly repeated: readonly T[];
  readonly indices: readonly number[];
} {
  const places = new Map(known);
  const fresh: T[] = [];
  const repeated: T[] = [];
  const indices = leaves.map((leaf) => {
    const key = hex(leaf.leafHash);
    const place = places.get(key);
    if (place !== undefined) {
      repeated.push(leaf);
      return place;
    }
    const index = size + fresh.length;
    fresh.push(leaf);
    places.set(key, index);
    return index;
  });
  return { fresh, repeated, indices };
}
