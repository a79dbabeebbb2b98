import { migrationNames } from "@/prisma/migrate";
import { getContext, openServiceKeys } from "@/server/context";
import { openGolem, simulatedVendor } from "@/server/golem";
import { runProcess } from "@/server/lifecycle";
import { CHECKS_OF, checkHealth } from "@/server/services/check-health";
import { ensureSimulatedServices } from "@/server/services/ensure-simulated-services";
import { reapAll } from "@/workers/orphan-reaper";
import { golemProcessors } from "@/workers/processors";
import { runWorker } from "@/workers/run-worker";

/**
 * The Golem process: golem-js and the sessions that it serves, and nothing else. It may die at any
 * time; the supervisor starts it again and other sessions take over what it held.
 */
await runProcess("golem", async ({ health }) => {
  const context = getContext();
  const stop = new AbortController();
  const log = context.logger.child({ component: "golem" });
  const golem = await openGolem(context, (reason) => {
    log.fatal(
      { reason },
      "golem-js can no longer be relied on: the process ends and is started again",
    );
    process.exit(1);
  });
  if (context.simulated) await ensureSimulatedServices(context, await simulatedVendor(context.env));
  const processors = golemProcessors(context, golem, await openServiceKeys(context));
  const on = { ...context, databaseUrl: context.env.DATABASE_URL ?? "", signal: stop.signal };
  const reaping = reapAll(context, golem.renter, stop.signal);
  const workers = [
    runWorker("vantage.session", processors["vantage.session"], on),
    runWorker("allocation.release", processors["allocation.release"], on),
  ];
  const migrations = migrationNames();
  health.watch(() => {
    const queues = workers.map(({ queue, isRunning }) => ({
      queue,
      isRunning: isRunning(),
      everyMs: null,
    }));
    return checkHealth({ ...context, migrations, queues }, CHECKS_OF.golem);
  });
  return async () => {
    stop.abort();
    await Promise.all(workers.map((worker) => worker.close()));
    await reaping;
    await golem.renter.close();
    await context.close();
  };
});
