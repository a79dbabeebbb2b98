import { setTimeout } from "node:timers/promises";
import type { Context } from "@/server/context";
import { moveBlocks } from "@/server/services/move-blocks";

/** How often the outbox is looked at when it was empty, or the content store did not answer. */
const POLL_MS = 2_000;
/** Between two batches: nobody waits for a block to move, and somebody may wait for the machine. */
const PAUSE_MS = 250;

/** Moves blocks from the outbox into the content store until `signal` aborts. */
export async function moveAllBlocks(context: Context, signal: AbortSignal): Promise<void> {
  const log = context.logger.child({ component: "block-mover" });
  while (!signal.aborted) {
    let moved = 0;
    try {
      moved = await moveBlocks(context);
    } catch (error) {
      log.warn({ err: error }, "the content store did not take blocks, it will be tried again");
    }
    await setTimeout(moved > 0 ? PAUSE_MS : POLL_MS, undefined, { signal }).catch(() => {});
  }
}
