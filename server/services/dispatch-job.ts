import type { JobId } from "@/schemas/primitives";
import type { EventBus } from "@/server/adapters/db/event-bus";
import type { JobStore } from "@/server/adapters/db/job-store";
import type { TaskStore } from "@/server/adapters/db/task-store";
import type { Producer } from "@/server/adapters/queue/producer";
import { sessionMessage } from "@/server/domain/job/session-message";
import { slotsFor } from "@/server/domain/job/slots";

export type DispatchJobDeps = {
  readonly jobs: Pick<JobStore, "markDispatched">;
  readonly tasks: Pick<TaskStore, "open">;
  readonly producer: Pick<Producer, "enqueue">;
  readonly bus: Pick<EventBus, "announce">;
  readonly now: () => Date;
};

/**
 * Asks for a job's sessions: one message a place and slot. Called only for jobs whose
 * intent a published checkpoint includes.
 *
 * Messages first, then the mark: a crash in between asks twice, and a slot is held by one session
 * only.
 */
export async function dispatchJob(deps: DispatchJobDeps, jobId: JobId): Promise<void> {
  for (const { country, queued } of await deps.tasks.open(jobId))
    for (const slot of slotsFor(queued, country)) {
      const { queue, payload } = sessionMessage(jobId, country, slot);
      await deps.producer.enqueue(queue, `${jobId}-${country}-${slot}`, payload);
    }
  if (await deps.jobs.markDispatched(jobId, deps.now()))
    await deps.bus.announce({ kind: "job.changed", jobId });
}
