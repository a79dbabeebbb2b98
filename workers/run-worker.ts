import { setTimeout } from "node:timers/promises";
import { UnrecoverableError } from "bullmq";
import { PostgresWorker, queueConnection } from "@/server/adapters/queue/producer";
import { type Payload, QUEUES, type QueueName } from "@/server/adapters/queue/queues";
import type { Context } from "@/server/context";
import { ERRORS, isBeaconError } from "@/server/domain/errors";
import { MESSAGE_OUTCOMES } from "@/server/telemetry/metrics";

/** What a queue's messages lead to. `signal` aborts when the process is asked to stop. */
export type Processor<N extends QueueName> = (
  payload: Payload<N>,
  signal: AbortSignal,
) => Promise<void>;

/** How long a worker may take to reach its queue. */
const READY_MS = 15_000;
/** A message whose worker has not shown life for so long is handed to another. */
const LOCK_MS = 15_000;

/** What a worker works with, and when it is to stop. */
export type WorkerOn = Pick<Context, "logger" | "metrics" | "pulses"> & {
  readonly databaseUrl: string;
  readonly signal: AbortSignal;
};

/** A worker of one queue. */
export type RunningWorker = {
  readonly queue: QueueName;
  isRunning(): boolean;
  /** Nothing new is taken, what is being worked on ends. */
  close(): Promise<void>;
};

/**
 * Works on one queue: parses each payload, logs, counts, and tells BullMQ whether to try again.
 * Processors know none of this.
 *
 * A worker that cannot reach its queue, or that stops by itself, rejects with nobody to catch it: that
 * ends the process, and it is started again. (BullMQ gives up without a word when the database goes
 * away while it connects, and a process without its worker looks well and does nothing.)
 */
export function runWorker<N extends QueueName>(
  name: N,
  process: Processor<N>,
  on: WorkerOn,
): RunningWorker {
  const { payload, concurrency } = QUEUES[name];
  const log = on.logger.child({ component: "worker", queue: name });
  const count = countMessages(name, on);
  const worker = new PostgresWorker(
    name,
    async (message) => {
      const startedAt = performance.now();
      const parsed = payload.safeParse(message.data);
      if (!parsed.success) {
        count("failed", startedAt);
        throw new UnrecoverableError(`a payload of ${name} does not fit its schema`);
      }
      try {
        await process(parsed.data as Payload<N>, on.signal);
        count("done", startedAt);
      } catch (error) {
        const isLast = (message.attemptsMade ?? 0) + 1 >= QUEUES[name].attempts;
        count(isLast || !mayTryAgain(error) ? "failed" : "retried", startedAt);
        if (isBeaconError(error) && !mayTryAgain(error))
          throw new UnrecoverableError(`${error.code}: ${error.message}`);
        throw error;
      }
    },
    {
      connection: queueConnection(on.databaseUrl),
      concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: LOCK_MS,
      autorun: false,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    },
  );
  // A payload that fits carries ids, and nothing else.
  worker.on("failed", (message, error) =>
    log.warn(
      {
        ...payload.safeParse(message?.data).data,
        messageId: message?.id,
        attempt: message?.attemptsMade,
        err: error,
      },
      "message failed",
    ),
  );
  worker.on("error", (error) => {
    on.pulses.bad(name, "INTERNAL");
    log.error({ err: error }, "worker error");
  });
  worker.on("ready", () => on.pulses.good(name));
  let isClosing = false;
  void (async () => {
    await readyInTime(worker.waitUntilReady(), name);
    await worker.run();
    if (!isClosing) throw new Error(`the worker of ${name} has stopped by itself`);
  })().catch((error: unknown) => {
    if (!isClosing) throw error;
  });
  return {
    queue: name,
    isRunning: () => worker.isRunning(),
    close() {
      isClosing = true;
      return worker.close();
    },
  };
}

/** What nobody foresaw may be over at the next try. */
const mayTryAgain = (error: unknown): boolean =>
  !isBeaconError(error) || ERRORS[error.code].retryable;

/** Counts messages of one queue, from none on. One that was worked on shows that its worker lives. */
function countMessages(queue: QueueName, { metrics, pulses }: WorkerOn) {
  for (const outcome of MESSAGE_OUTCOMES) metrics.of.queueMessages.add({ queue, outcome }, 0);
  pulses.watch(queue);
  return (outcome: (typeof MESSAGE_OUTCOMES)[number], startedAt: number): void => {
    metrics.of.queueMessages.add({ queue, outcome });
    metrics.of.queueDuration.observe({ queue }, (performance.now() - startedAt) / 1_000);
    pulses.good(queue);
  };
}

async function readyInTime(ready: Promise<unknown>, name: QueueName): Promise<void> {
  const late = setTimeout(READY_MS, "late", { ref: false });
  if ((await Promise.race([ready, late])) === "late")
    throw new Error(`the worker of ${name} did not reach its queue in ${READY_MS} ms`);
}
