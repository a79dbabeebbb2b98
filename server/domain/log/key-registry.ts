import type { KeyEntry, RevocationEntry } from "@/schemas/log-entry";
import type { KeyId } from "@/schemas/primitives";
import { readEntry } from "@/server/domain/log/read-entry";

/** A leaf of the log by its place: 0-based index and the entry's bytes. */
export type PlacedLeaf = { readonly index: number; readonly bytes: Uint8Array };

/** One entry by its place. */
type Placed<E> = { readonly index: number; readonly entry: E };

/**
 * What the log says of one key. What the key signed counts when it stands after the registration
 * and, where there is a revocation, before that.
 */
export type RegisteredKey = {
  readonly key: KeyId;
  readonly registration: Placed<KeyEntry>;
  readonly revocation: Placed<RevocationEntry> | null;
};

/**
 * The keys that the log has registered, in the order of their registration.
 *
 * @param leaves registrations and revocations, in the log's order; other leaves are passed over. A
 *   key's first registration counts, and the first revocation that names it.
 */
export function keyRegistryOf(leaves: readonly PlacedLeaf[]): readonly RegisteredKey[] {
  const keys = new Map<KeyId, RegisteredKey>();
  for (const { index, bytes } of leaves) {
    const entry = readEntry(bytes);
    if (entry?.type === "beacon.key/v1" && !keys.has(entry.key))
      keys.set(entry.key, {
        key: entry.key,
        registration: { index, entry },
        revocation: null,
      });
    if (entry?.type !== "beacon.revocation/v1") continue;
    const known = keys.get(entry.key);
    if (known?.revocation === null && known.registration.index === entry.registration)
      keys.set(entry.key, { ...known, revocation: { index, entry } });
  }
  return [...keys.values()];
}
