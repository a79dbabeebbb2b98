import { setTimeout as sleep } from "node:timers/promises";
import type { VantageRenter } from "@/server/adapters/golem/vantage";
import type { Context } from "@/server/context";
import { reapOrphans } from "@/server/services/reap-orphans";
import { LEASE_MS } from "@/server/services/run-session";

/** How often it is looked for agreements that nobody holds any more. */
const INTERVAL_MS = 30_000;

/** Ends orphaned agreements and answers their bills, from the start on and then again and again, until `signal` aborts. */
export async function reapAll(
  context: Context,
  renter: VantageRenter,
  signal: AbortSignal,
): Promise<void> {
  const log = context.logger.child({ component: "reaper" });
  while (!signal.aborted) {
    await reapOrphans({ ...context, renter, leaseMs: LEASE_MS, log }).catch((error: unknown) =>
      log.warn({ err: error }, "orphans were not looked for, it will be tried again"),
    );
    await sleep(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
}
