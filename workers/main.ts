import { getContext } from "@/server/context";
import { runProcess } from "@/server/lifecycle";
import { anchorAll } from "@/workers/anchorer";
import { moveAllBlocks } from "@/workers/block-mover";
import { writeLog } from "@/workers/log-writer";
import { jobProcessors } from "@/workers/processors";
import { runWorker } from "@/workers/run-worker";

/** How often the sweep looks for what a crash left behind. */
const RECONCILE_MS = 2_000;

/** The log's writer and the workers that need no Golem. */
await runProcess("workers", async () => {
  const context = getContext();
  const stop = new AbortController();
  const on = {
    databaseUrl: context.env.DATABASE_URL ?? "",
    logger: context.logger,
    signal: stop.signal,
  };
  const processors = jobProcessors(context);
  const writing = Promise.all([
    writeLog(context, stop.signal),
    moveAllBlocks(context, stop.signal),
    anchorAll(context, stop.signal),
  ]);
  const workers = [
    runWorker("job.dispatch", processors["job.dispatch"], on),
    runWorker("job.compare", processors["job.compare"], on),
    runWorker("sweep.reconcile", processors["sweep.reconcile"], on),
  ];
  await context.producer.schedule("sweep.reconcile", RECONCILE_MS, {});
  return async () => {
    stop.abort();
    await Promise.all(workers.map((close) => close()));
    await writing;
    await context.close();
  };
});
