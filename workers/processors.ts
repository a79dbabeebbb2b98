import type { VantageRenter } from "@/server/adapters/golem/vantage";
import type { Context } from "@/server/context";
import { askTasks } from "@/server/services/ask-tasks";
import { closeTasks } from "@/server/services/close-tasks";
import { compareJob } from "@/server/services/compare-job";
import { dispatchJob } from "@/server/services/dispatch-job";
import { executeTask } from "@/server/services/execute-task";
import { lookAtExit } from "@/server/services/look-at-exit";
import { reconcile } from "@/server/services/reconcile";
import { releaseAllocation } from "@/server/services/release-allocation";
import { LEASE_MS, runSession } from "@/server/services/run-session";
import type { Processor } from "@/workers/run-worker";

/** Queues that need no Golem: payload to service. */
export const jobProcessors = (context: Context) =>
  ({
    "job.dispatch": ({ jobId }) => dispatchJob(context, jobId),
    "job.compare": ({ jobId }) => compareJob(context, jobId),
    "sweep.reconcile": () =>
      reconcile({
        ...context,
        leaseMs: LEASE_MS,
        closeTasks: (job, finished) => closeTasks(context, job, null, finished),
      }),
  }) satisfies { [N in "job.dispatch" | "job.compare" | "sweep.reconcile"]: Processor<N> };

/** Queues that rent: worked on in a process of their own, because golem-js may take it down. */
export const golemProcessors = (context: Context, renter: VantageRenter) =>
  ({
    "vantage.session": (slot, signal) =>
      runSession(
        {
          ...context,
          log: context.logger.child({ component: "vantage-session" }),
          renter,
          lookAtExit: (vantage, before, times) => lookAtExit(context, vantage, before, times),
          askTasks: (session, stop) =>
            askTasks(
              {
                ...context,
                leaseMs: LEASE_MS,
                execute: ({ job, id, vantage }, task) =>
                  executeTask(context, job, id, vantage, task),
                close: ({ job, id }, finished) => closeTasks(context, job, id, finished),
              },
              session,
              stop,
            ),
        },
        slot,
        signal,
      ),
    "allocation.release": ({ jobId }) => releaseAllocation({ ...context, renter }, jobId),
  }) satisfies { [N in "vantage.session" | "allocation.release"]: Processor<N> };
