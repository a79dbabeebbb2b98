import { setTimeout } from "node:timers/promises";
import type { Context } from "@/server/context";
import { failureCodeOf } from "@/server/domain/health/pulse";
import { moveBlocks } from "@/server/services/move-blocks";
import { probeBlocks } from "@/server/services/probe-blocks";

/** How often the outbox is looked at when it was empty. */
const POLL_MS = 2_000;
/** Between two batches: nobody waits for a block to move, and somebody may wait for the machine. */
const PAUSE_MS = 250;
/** A content store that has been away for long is asked so often. */
const LONGEST_MS = 60_000;
/** Between two sweeps of looks: the shorter while there is more to look for than one sweep takes. */
const SWEEP_MS = { behind: 10_000, done: 60_000 } as const;

/** Moves blocks from the outbox into the content stores, and looks for those that are there, until `signal` aborts. */
export async function moveAllBlocks(context: Context, signal: AbortSignal): Promise<void> {
  await Promise.all([keepMoving(context, signal), keepLooking(context, signal)]);
}

/** How long the mover waits after its `failures`-th failure in a row: twice as long each time. */
export const backOffMs = (failures: number): number =>
  Math.min(POLL_MS * 2 ** (failures - 1), LONGEST_MS);

async function keepMoving(context: Context, signal: AbortSignal): Promise<void> {
  const log = context.logger.child({ component: "block-mover" });
  context.pulses.watch("content-stores");
  let failures = 0;
  // Blocks that a store refused stay at the front: those behind them are reached by leaving them out.
  let skip = 0;
  while (!signal.aborted) {
    let pauseMs = PAUSE_MS;
    try {
      const { moved, refused } = await moveBlocks(context, skip);
      tell(context, moved, refused.length);
      skip += refused.length;
      if (refused.length > 0)
        log.warn({ refused }, "a content store refused blocks, they are kept");
      if (moved + refused.length === 0) {
        failures = skip > 0 ? failures + 1 : 0;
        pauseMs = failures > 0 ? backOffMs(failures) : POLL_MS;
        skip = 0;
      }
    } catch (error) {
      failures += 1;
      context.pulses.bad("content-stores", failureCodeOf(error));
      pauseMs = backOffMs(failures);
      log.warn({ err: error, pauseMs }, "a content store took no blocks, it will be tried again");
    }
    await sleep(pauseMs, signal);
  }
}

/** What became of moving some blocks. Where there was none, no store was asked, and nothing is known. */
function tell({ pulses, metrics }: Context, moved: number, refused: number): void {
  metrics.of.blocksMoved.add({ outcome: "moved" }, moved);
  metrics.of.blocksMoved.add({ outcome: "refused" }, refused);
  if (refused > 0) pulses.bad("content-stores", "CONTENT_STORE_REFUSED");
  else if (moved > 0) pulses.good("content-stores");
}

async function keepLooking(context: Context, signal: AbortSignal): Promise<void> {
  const log = context.logger.child({ component: "block-prober" });
  await sleep(SWEEP_MS.behind, signal);
  while (!signal.aborted) {
    let isBehind = false;
    try {
      const sweep = await probeBlocks(context, signal);
      isBehind = sweep.isBehind;
      const { looked, restored, missing } = sweep;
      if (looked > 0 && missing.length === 0) context.pulses.good("content-stores");
      if (restored.length > 0)
        log.warn({ restored }, "blocks that a store had lost were put again");
      if (missing.length > 0) log.error({ looked, missing }, "a content store lacks blocks");
    } catch (error) {
      log.warn({ err: error }, "blocks were not looked for, it will be tried again");
    }
    await sleep(isBehind ? SWEEP_MS.behind : SWEEP_MS.done, signal);
  }
}

/** Sleeps for `ms`, or until `signal` aborts. */
const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  setTimeout(ms, undefined, { signal }).catch(() => {});
