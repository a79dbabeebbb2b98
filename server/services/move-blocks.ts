import type { BlockOutbox } from "@/server/adapters/db/block-outbox";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";

export type MoveBlocksDeps = {
  readonly outbox: Pick<BlockOutbox, "oldest" | "drop">;
  readonly blocks: Pick<ContentStore, "put">;
};

/** Blocks moved at a time: enough to keep up, few enough to leave the machine to those who ask. */
const BATCH = 64;

/**
 * Moves blocks that wait in the outbox into the content store. Stored first, forgotten then: a crash
 * in between stores them once more, which changes nothing.
 *
 * @returns how many were moved.
 */
export async function moveBlocks(deps: MoveBlocksDeps): Promise<number> {
  const waiting = await deps.outbox.oldest(BATCH);
  for (const { bytes } of waiting) await deps.blocks.put(bytes);
  await deps.outbox.drop(waiting.map(({ cid }) => cid));
  return waiting.length;
}
