import type { LogStore, PendingEntry } from "@/server/adapters/db/log-store";
import type { Tree } from "@/server/adapters/tree/tree";
import { equalBytes, hex } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { leafHashOf } from "@/server/domain/log/merkle";

/** How many entries one transaction takes in. Larger batches save little and hold the lock longer. */
const BATCH = 1_024;

export type SequenceLogDeps = {
  readonly log: Pick<
    LogStore,
    "state" | "pending" | "sequence" | "dropPending" | "known" | "tileReader"
  >;
  readonly tree: Pick<Tree, "append">;
  readonly now: () => Date;
};

/**
 * Gives pending entries their place in the log: one batch, in one transaction, by compare-and-set on
 * the size of the tree. Two writers at once do no harm: one of them finds the size moved and stops.
 *
 * Every entry's bytes are hashed again first, so that a bit that flipped in storage never becomes a
 * leaf (it would make the log unprovable for ever, as it did to a public log in 2021).
 *
 * @returns how many entries were sequenced; 0: nothing waits, or another writer was faster.
 * @throws BeaconError LOG_ENTRY_CORRUPT
 */
export async function sequenceLog(deps: SequenceLogDeps): Promise<number> {
  // The size comes first: whoever sequences anything after this line makes the compare-and-set fail.
  const { size } = await deps.log.state();
  const pending = await deps.log.pending(BATCH);
  if (pending.length === 0) return 0;
  const fresh = await withoutKnown(deps, pending);
  if (fresh.length === 0) return 0;
  for (const entry of fresh)
    if (!equalBytes(leafHashOf(entry.bytes), entry.leafHash))
      throw new BeaconError(
        "LOG_ENTRY_CORRUPT",
        "a pending entry no longer has the bytes that were filed",
        {
          details: { pendingId: String(entry.id), leafHash: hex(entry.leafHash) },
        },
      );
  const { root, tiles } = await deps.tree.append(
    size,
    fresh.map((entry) => entry.leafHash),
    deps.log.tileReader(size),
  );
  const done = await deps.log.sequence({
    fromSize: size,
    entries: fresh,
    tiles,
    root,
    at: deps.now(),
  });
  return done ? fresh.length : 0;
}

/** Leaves out, and forgets, entries whose bytes are in the log already: a leaf stands there once. */
async function withoutKnown(
  deps: SequenceLogDeps,
  pending: readonly PendingEntry[],
): Promise<readonly PendingEntry[]> {
  const known = new Set((await deps.log.known(pending.map((entry) => entry.leafHash))).map(hex));
  if (known.size === 0) return pending;
  const isKnown = (entry: PendingEntry) => known.has(hex(entry.leafHash));
  await deps.log.dropPending(pending.filter(isKnown).map((entry) => entry.id));
  return pending.filter((entry) => !isKnown(entry));
}
