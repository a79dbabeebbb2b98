import type { JobId } from "@/schemas/primitives";
import type { BlockAvailability } from "@/schemas/snapshot";
import type { ProbeStore } from "@/server/adapters/db/probe-store";
import { instantOf } from "@/server/domain/time";

export type ShowBlocksDeps = { readonly probes: Pick<ProbeStore, "counts" | "missing"> };

/** A page names so many missing blocks; it counts all. */
const NAMED = 20;

/** What the last looks for the blocks of one job found, or for those of all when `jobId` is null. */
export async function showBlocks(
  deps: ShowBlocksDeps,
  jobId: JobId | null,
): Promise<BlockAvailability> {
  const [{ firstLookAt, lastLookAt, ...counts }, missingBlocks] = await Promise.all([
    deps.probes.counts(jobId),
    deps.probes.missing(jobId, NAMED),
  ]);
  return {
    ...counts,
    firstLookAt: firstLookAt === null ? null : instantOf(firstLookAt),
    lastLookAt: lastLookAt === null ? null : instantOf(lastLookAt),
    missingBlocks,
  };
}
