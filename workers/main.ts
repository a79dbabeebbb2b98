import { migrationNames } from "@/prisma/migrate";
import { getContext } from "@/server/context";
import { runProcess } from "@/server/lifecycle";
import { CHECKS_OF, checkHealth } from "@/server/services/check-health";
import { anchorAll } from "@/workers/anchorer";
import { moveAllBlocks } from "@/workers/block-mover";
import { writeLog } from "@/workers/log-writer";
import { measureInstallation } from "@/workers/measure-installation";
import { jobProcessors } from "@/workers/processors";
import { runWorker } from "@/workers/run-worker";

/** How often the sweep looks for what a crash left behind. */
const RECONCILE_MS = 2_000;

/** The log's writer and the workers that need no Golem. */
await runProcess("workers", async ({ health }) => {
  const context = getContext();
  const stop = new AbortController();
  const on = { ...context, databaseUrl: context.env.DATABASE_URL ?? "", signal: stop.signal };
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
  measureInstallation(context);
  const migrations = migrationNames();
  health.watch(() => {
    const queues = workers.map(({ queue, isRunning }) => ({
      queue,
      isRunning: isRunning(),
      everyMs: queue === "sweep.reconcile" ? RECONCILE_MS : null,
    }));
    return checkHealth({ ...context, migrations, queues }, CHECKS_OF.workers);
  });
  return async () => {
    stop.abort();
    await Promise.all(workers.map((worker) => worker.close()));
    await writing;
    await context.close();
  };
});
