import { setTimeout } from "node:timers/promises";
import type { Context } from "@/server/context";
import { anchorCheckpoint } from "@/server/services/anchor-checkpoint";
import { upgradeAnchors } from "@/server/services/upgrade-anchors";

/** How often it is looked whether an anchor's turn has come. Most looks ask nobody. */
const POLL_MS = 15_000;

/**
 * Has published checkpoints anchored until `signal` aborts. Without a configured service there is nothing
 * to do and nobody to ask.
 */
export async function anchorAll(context: Context, signal: AbortSignal): Promise<void> {
  const log = context.logger.child({ component: "anchorer" });
  while (!signal.aborted && context.anchorServices.length > 0) {
    try {
      const laidDown = await anchorCheckpoint(context, { isForced: false });
      const learned = await upgradeAnchors(context, signal);
      if (laidDown + learned > 0) log.info({ laidDown, learned }, "anchors went on");
    } catch (error) {
      log.warn({ err: error }, "anchors did not go on, it will be tried again");
    }
    await setTimeout(POLL_MS, undefined, { signal }).catch(() => {});
  }
}
