import { migrationNames } from "@/prisma/migrate";
import { getContext, openServiceKeys } from "@/server/context";
import { openHome } from "@/server/golem";
import { runProcess } from "@/server/lifecycle";
import { CHECKS_OF, checkHealth } from "@/server/services/check-health";
import { homeProcessors } from "@/workers/processors";
import { runWorker } from "@/workers/run-worker";

/** The home process: asks services from this machine, without a provider. It alone needs no Golem. */
await runProcess("home", async ({ health }) => {
  const context = getContext();
  const stop = new AbortController();
  const processors = homeProcessors(
    context,
    await openHome(context),
    await openServiceKeys(context),
  );
  const worker = runWorker("home.session", processors["home.session"], {
    ...context,
    databaseUrl: context.env.DATABASE_URL ?? "",
    signal: stop.signal,
  });
  const migrations = migrationNames();
  health.watch(() => {
    const queues = [{ queue: worker.queue, isRunning: worker.isRunning(), everyMs: null }];
    return checkHealth({ ...context, migrations, queues }, CHECKS_OF.home);
  });
  return async () => {
    stop.abort();
    await worker.close();
    await context.close();
  };
});
