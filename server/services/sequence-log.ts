import type { PendingEntry } from "@/server/adapters/db/log-inserts";
import type { LogStore } from "@/server/adapters/db/log-store";
import type { Tree } from "@/server/adapters/tree/tree";
import { equalBytes, hex } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { placeLeaves } from "@/server/domain/log/place-leaves";

/** How many entries one transaction takes in. Larger batches save little and hold the lock longer. */
const BATCH = 1_024;

export type SequenceLogDeps = {
  readonly log: Pick<LogStore, "pending" | "write">;
  readonly tree: Pick<Tree, "append" | "hashLeaf">;
  readonly now: () => Date;
};

/**
 * Gives pending entries their place in the log: one batch, in one transaction that holds the log's
 * lock and moves its size by compare-and-set. Writers at once stand in line.
 *
 * Every entry's bytes are hashed again first, so that a bit that flipped in storage never becomes a
 * leaf (it would make the log unprovable for ever, as it did to a public log in 2021).
 *
 * @returns how many entries were sequenced; 0: nothing waits that is not in the log already.
 * @throws BeaconError LOG_ENTRY_CORRUPT, LOG_HALTED, LOG_WRITER_BUSY, TILE_INCONSISTENT,
 *   DATABASE_UNAVAILABLE
 */
export async function sequenceLog(deps: SequenceLogDeps): Promise<number> {
  // Without the lock: most calls find nothing, and must not stand in the way of those who append.
  if ((await deps.log.pending(1)).length === 0) return 0;
  return deps.log.write(async (log) => {
    if (log.haltedReason !== null) throw new BeaconError("LOG_HALTED", log.haltedReason);
    const pending = await log.pending(BATCH);
    for (const entry of pending) mustBeAsFiled(entry, deps.tree.hashLeaf(entry.bytes));
    const known = await log.known(pending.map(({ leafHash }) => leafHash));
    const { fresh, repeated } = placeLeaves(pending, known, log.size);
    if (repeated.length > 0) await log.dropPending(repeated.map(({ id }) => id));
    if (fresh.length === 0) return 0;
    const hashes = fresh.map(({ leafHash }) => leafHash);
    const grown = await deps.tree.append(log.size, hashes, log.readTile);
    await log.sequence(fresh, { ...grown, at: deps.now() });
    return fresh.length;
  });
}

function mustBeAsFiled({ id, leafHash }: PendingEntry, computed: Uint8Array): void {
  if (equalBytes(computed, leafHash)) return;
  throw new BeaconError(
    "LOG_ENTRY_CORRUPT",
    `pending entry ${id} no longer has the bytes that were filed`,
    { details: { pendingId: String(id), leafHash: hex(leafHash) } },
  );
}
