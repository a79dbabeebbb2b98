import { getContext, openRenter } from "@/server/context";
import { runProcess } from "@/server/lifecycle";
import { golemProcessors } from "@/workers/processors";
import { runWorker } from "@/workers/run-worker";

/**
 * The Golem process: golem-js and the sessions that it serves, and nothing else. It may die at any
 * time; the supervisor starts it again and other sessions take over what it held.
 */
await runProcess("golem", async () => {
  const context = getContext();
  const stop = new AbortController();
  const log = context.logger.child({ component: "golem" });
  const renter = await openRenter(context, (reason) => {
    log.fatal(
      { reason },
      "golem-js can no longer be relied on: the process ends and is started again",
    );
    process.exit(1);
  });
  const processors = golemProcessors(context, renter);
  const on = {
    databaseUrl: context.env.DATABASE_URL ?? "",
    logger: context.logger,
    signal: stop.signal,
  };
  const workers = [
    runWorker("vantage.session", processors["vantage.session"], on),
    runWorker("allocation.release", processors["allocation.release"], on),
  ];
  return async () => {
    stop.abort();
    await Promise.all(workers.map((close) => close()));
    await renter.close();
    await context.close();
  };
});
