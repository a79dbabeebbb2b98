import { getContext, openServiceKeys } from "@/server/context";
import { openHome } from "@/server/golem";
import { runProcess } from "@/server/lifecycle";
import { homeProcessors } from "@/workers/processors";
import { runWorker } from "@/workers/run-worker";

/** The home process: asks services from this machine, without a provider. It alone needs no Golem. */
await runProcess("home", async () => {
  const context = getContext();
  const stop = new AbortController();
  const processors = homeProcessors(
    context,
    await openHome(context),
    await openServiceKeys(context),
  );
  const close = runWorker("home.session", processors["home.session"], {
    databaseUrl: context.env.DATABASE_URL ?? "",
    logger: context.logger,
    signal: stop.signal,
  });
  return async () => {
    stop.abort();
    await close();
    await context.close();
  };
});
