import { HOME } from "@/schemas/country";
import type { OpenSession } from "@/server/adapters/golem/open-session";
import type { Context, ServiceKeys } from "@/server/context";
import { costOf } from "@/server/domain/service/cost";
import { type JobPrices, pricesOfJob } from "@/server/domain/service/known-services";
import { dayOf } from "@/server/domain/time";
import type { Golem, Home } from "@/server/golem";
import { askTasks } from "@/server/services/ask-tasks";
import { compareJob } from "@/server/services/compare-job";
import { dispatchJob } from "@/server/services/dispatch-job";
import { type ExecuteTaskDeps, executeTask } from "@/server/services/execute-task";
import { fileSession } from "@/server/services/file-session";
import { forgetSignIns } from "@/server/services/forget-sign-ins";
import { lookAtExit } from "@/server/services/look-at-exit";
import { openHome } from "@/server/services/open-home";
import { reconcile } from "@/server/services/reconcile";
import { releaseAllocation } from "@/server/services/release-allocation";
import { rentVantage } from "@/server/services/rent-vantage";
import { fileLateRevocations } from "@/server/services/revoke-attester-keys";
import { LEASE_MS, type RunSessionDeps, runSession } from "@/server/services/run-session";
import { closeAndCount, measuredClaims, measuredModel, measuredSessions } from "@/workers/measure";
import type { Processor } from "@/workers/run-worker";

/** Queues that talk to nobody outside: payload to service. */
export const jobProcessors = (context: Context) =>
  ({
    "job.dispatch": ({ jobId }) => dispatchJob(context, jobId),
    "job.compare": ({ jobId }) => compareJob(context, jobId),
    "sweep.reconcile": async () => {
      await forgetSignIns(context);
      await fileLateRevocations(context);
      await reconcile({
        ...context,
        leaseMs: LEASE_MS,
        sessions: measuredSessions(context),
        closeTasks: (job, finished) => closeAndCount(context, job, null, finished),
        fileSession: (id) => fileSession(context, id),
      });
    },
  }) satisfies { [N in "job.dispatch" | "job.compare" | "sweep.reconcile"]: Processor<N> };

/** Asks what a session may ask. Prices are looked up once, so that all its questions cost alike. */
async function askAll(
  context: Context,
  keys: ServiceKeys,
  session: Omit<OpenSession, "paid">,
  stop: AbortSignal,
): Promise<void> {
  const { spec } = session.job;
  const { prices, atMostUsd }: JobPrices = pricesOfJob(
    spec,
    await context.services.list(),
    dayOf(context.now()),
  );
  const asking: ExecuteTaskDeps = {
    ...context,
    model: measuredModel(context),
    keyOf: keys.keyOf,
    enter: context.gate.enter,
    costOf: (service, usage) => {
      const price = prices.get(service.id);
      const usd = price === undefined ? null : costOf(usage, price);
      return price === undefined || usd === null
        ? null
        : { usd, source: price.source, date: price.date };
    },
  };
  await askTasks(
    {
      ...context,
      tasks: measuredClaims(context, session.job.createdAt),
      atMostUsd,
      leaseMs: LEASE_MS,
      execute: (open, task, ending) => executeTask(asking, open, task, ending),
      close: ({ job, id }, finished) => closeAndCount(context, job, id, finished),
    },
    { ...session, paid: prices },
    stop,
  );
}

/** What every session does, whatever it asks through. */
const sessionDeps = (
  context: Context,
  keys: ServiceKeys,
  open: RunSessionDeps["open"],
): RunSessionDeps => ({
  ...context,
  sessions: measuredSessions(context),
  log: context.logger.child({ component: "session" }),
  async open(job, session, signals) {
    const opened = await open(job, session, signals);
    context.metrics.of.sessionsOpened.add({ place: session.country });
    return opened;
  },
  askTasks: (session, stop) => askAll(context, keys, session, stop),
  file: (id) => fileSession(context, id),
});

/** Queues that rent: worked on in a process of their own, because golem-js may take it down. */
export const golemProcessors = (context: Context, golem: Golem, keys: ServiceKeys) =>
  ({
    "vantage.session": (slot, signal) =>
      runSession(
        sessionDeps(context, keys, (job, { id }, signals) =>
          rentVantage(
            {
              ...context,
              ...golem,
              lookAtExit: (vantage, before, when) =>
                lookAtExit(golem.lookAt, vantage, before, when),
            },
            job,
            { id, country: slot.country },
            signals,
          ),
        ),
        slot,
        signal,
      ),
    "allocation.release": ({ jobId }) => releaseAllocation({ ...context, ...golem }, jobId),
  }) satisfies { [N in "vantage.session" | "allocation.release"]: Processor<N> };

/** The queue of what is asked from this machine. */
export const homeProcessors = (context: Context, home: Home, keys: ServiceKeys) =>
  ({
    "home.session": ({ jobId }, signal) =>
      runSession(
        sessionDeps(context, keys, (job, { id }) => openHome({ ...context, ...home }, job, id)),
        { jobId, country: HOME, slot: 0 },
        signal,
      ),
  }) satisfies { "home.session": Processor<"home.session"> };
