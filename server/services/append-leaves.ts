import type { LogStore } from "@/server/adapters/db/log-store";
import type { Tree } from "@/server/adapters/tree/tree";
import { BeaconError } from "@/server/domain/errors";
import { placeLeaves } from "@/server/domain/log/place-leaves";
import { mustBeForeign } from "@/server/domain/log/submission";

export type AppendLeavesDeps = {
  readonly log: Pick<LogStore, "write">;
  readonly tree: Pick<Tree, "append" | "hashLeaf">;
  readonly now: () => Date;
};

/**
 * Adds leaves to the log at once, in one transaction: durable, and with an index, when it returns.
 * Bytes that are in the log already, or come twice in the batch, keep the one index that they have,
 * so that whoever does not know whether an earlier call went through may make it again.
 *
 * @param leaves 1 to 65,535 bytes each, none of them an entry of this log's own kinds: one that is
 *   makes the whole batch fail, so it is to be told apart before (`mustBeForeign`).
 * @returns each leaf's index, in order.
 * @throws BeaconError LOG_ADD_REFUSED, LOG_HALTED, LOG_WRITER_BUSY, TILE_INCONSISTENT, DATABASE_UNAVAILABLE
 */
export async function appendLeaves(
  deps: AppendLeavesDeps,
  leaves: readonly Uint8Array[],
): Promise<readonly number[]> {
  for (const bytes of leaves) mustBeForeign(bytes);
  const hashed = leaves.map((bytes) => ({ bytes, leafHash: deps.tree.hashLeaf(bytes) }));
  return deps.log.write(async (log) => {
    if (log.haltedReason !== null) throw new BeaconError("LOG_HALTED", log.haltedReason);
    const known = await log.known(hashed.map(({ leafHash }) => leafHash));
    const { fresh, indices } = placeLeaves(hashed, known, log.size);
    if (fresh.length === 0) return indices;
    const hashes = fresh.map(({ leafHash }) => leafHash);
    const grown = await deps.tree.append(log.size, hashes, log.readTile);
    await log.append(fresh, { ...grown, at: deps.now() });
    return indices;
  });
}
