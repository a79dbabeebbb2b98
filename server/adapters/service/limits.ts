import type { PrismaClient } from "@/generated/prisma/client";
import { type Desk, openDesk, type ServicePass } from "@/server/adapters/service/desk";
import { createGateRows } from "@/server/adapters/service/gate-row";
import { base32 } from "@/server/domain/bytes";

/** Keeps all workers together within what a service bears. */
export type ServiceGate = {
  /**
   * Waits for its turn: within the requests per minute and the concurrency of the service, and not while
   * it is paused.
   *
   * @param signal ends the waiting. When it aborts with a "TimeoutError", that is told as SERVICE_PAUSED or
   *   MODEL_RATE_LIMITED, whichever kept it waiting; any other reason is thrown as it is.
   * @param deadline how long is waited for a pause to end, where that is known: a longer one is told at once.
   * @throws BeaconError SERVICE_NOT_FOUND, SERVICE_PAUSED, MODEL_RATE_LIMITED
   */
  enter(serviceId: string, signal: AbortSignal, deadline?: Date): Promise<ServicePass>;
  /** Gives back what this process holds. */
  close(): Promise<void>;
};

export type ServiceGateOptions = {
  readonly now: () => Date;
  readonly random16: () => Uint8Array;
  /** Resolves after so many milliseconds, or as soon as the signal aborts. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
};

/** A service's gate over PostgreSQL. What comes at the same time in one process shares a statement. */
export function createServiceGate(prisma: PrismaClient, options: ServiceGateOptions): ServiceGate {
  const { now, random16, wait = realWait } = options;
  const rows = createGateRows(prisma);
  const name = base32(random16());
  const desks = new Map<string, Desk>();
  return {
    enter(serviceId, signal, deadline) {
      let desk = desks.get(serviceId);
      if (desk === undefined) {
        desk = openDesk({ serviceId, name, rows, now, wait });
        desks.set(serviceId, desk);
      }
      return desk.enter(signal, deadline?.getTime() ?? null);
    },
    async close() {
      await Promise.all([...desks.values()].map((desk) => desk.close()));
    },
  };
}

function realWait(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}
