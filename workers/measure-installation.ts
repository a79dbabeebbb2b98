import type { Present, Totals } from "@/server/adapters/db/vital-store";
import type { QueueDepth } from "@/server/adapters/queue/producer";
import type { Context } from "@/server/context";
import type { Metrics } from "@/server/meters";

/** Whoever scrapes more often is answered from the last look: those who work come first. */
const FRESH_MS = 10_000;

type Look = {
  readonly present: Present;
  readonly totals: Totals;
  readonly depths: readonly QueueDepth[];
  readonly freeBytes: number;
};

/**
 * Has metrics say how the whole installation stands: the log, what waits, what was spent. One process
 * of an installation does so. Where it cannot be read nothing is shown, and that is counted.
 */
export function measureInstallation(context: Context): void {
  const { metrics, now } = context;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<Look> | null = null;
  metrics.of.scrapeFailures.add({}, 0);
  metrics.beforeRendering(async () => {
    const at = now().getTime();
    if (looking === null || at - lookedAt >= FRESH_MS) {
      lookedAt = at;
      looking = look(context);
    }
    try {
      show(metrics, await looking, now());
    } catch (error) {
      looking = null;
      forget(metrics);
      metrics.of.scrapeFailures.add({});
      context.logger.warn({ err: error }, "how the installation stands could not be read");
    }
  });
}

async function look({ vitals, producer, freeSpace }: Context): Promise<Look> {
  const [present, totals, depths, { freeBytes }] = await Promise.all([
    vitals.present(),
    vitals.totals(),
    producer.depths(),
    freeSpace(),
  ]);
  return { present, totals, depths, freeBytes };
}

function show(metrics: Metrics, { present, totals, depths, freeBytes }: Look, now: Date): void {
  const { of } = metrics;
  showLog(metrics, present, now);
  of.openTasks.set({ status: "queued" }, totals.tasks.queued);
  of.openTasks.set({ status: "running" }, totals.tasks.running);
  of.openJobs.set({}, totals.openJobs);
  of.sessions.set({ status: "renting" }, totals.sessions.renting);
  of.sessions.set({ status: "open" }, totals.sessions.open);
  for (const status of ["pending", "final", "failed"] as const)
    of.anchors.set({ status }, totals.anchors[status]);
  of.missingBlocks.set({}, totals.missingBlocks);
  for (const { network, rentals, glm, usd } of totals.spent) {
    of.rentals.total({ network }, rentals);
    of.rentalCost.total({ network }, glm);
    of.serviceCost.total({ network }, usd);
  }
  for (const { queue, ...depth } of depths)
    for (const state of ["waiting", "delayed", "active"] as const)
      of.queueDepth.set({ queue, state }, depth[state]);
  of.diskFree.set({}, freeBytes);
}

function showLog({ of }: Metrics, present: Present, now: Date): void {
  const { size, publishedSize, publishedAt, outbox, witnesses } = present;
  const secondsSince = (at: Date) => Math.max(0, (now.getTime() - at.getTime()) / 1_000);
  of.logEntries.set({}, size);
  of.logPublished.set({}, publishedSize);
  of.logUnpublished.set({}, size - publishedSize);
  of.logPending.set({}, present.pending);
  of.logWait.set({}, present.oldestAt === null ? 0 : secondsSince(present.oldestAt));
  if (publishedAt !== null) of.logCheckpointAge.set({}, secondsSince(publishedAt));
  of.logHalted.set({}, present.halted === null ? 0 : 1);
  of.outboxBlocks.set({}, outbox.blocks);
  of.outboxWait.set({}, outbox.oldestAt === null ? 0 : secondsSince(outbox.oldestAt));
  const failed = witnesses.filter(({ code }) => code !== null).length;
  of.witnesses.set({ state: "cosigned" }, witnesses.length - failed);
  of.witnesses.set({ state: "failed" }, failed);
}

/** What rises and falls is not known any more. What only rises has not fallen. */
function forget({ of }: Metrics): void {
  for (const one of [
    of.logEntries,
    of.logPublished,
    of.logUnpublished,
    of.logPending,
    of.logWait,
    of.logCheckpointAge,
    of.logHalted,
    of.outboxBlocks,
    of.outboxWait,
    of.witnesses,
    of.openTasks,
    of.openJobs,
    of.sessions,
    of.anchors,
    of.missingBlocks,
    of.queueDepth,
    of.diskFree,
  ])
    one.clear();
}
