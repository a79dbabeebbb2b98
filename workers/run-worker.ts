import { setTimeout } from "node:timers/promises";
import { UnrecoverableError } from "bullmq";
import { PostgresWorker, queueConnection } from "@/server/adapters/queue/producer";
import { type Payload, QUEUES, type QueueName } from "@/server/adapters/queue/queues";
import { ERRORS, isBeaconError } from "@/server/domain/errors";
import type { Logger } from "@/server/telemetry/logger";

/** What a queue's messages lead to. `signal` aborts when the process is asked to stop. */
export type Processor<N extends QueueName> = (
  payload: Payload<N>,
  signal: AbortSignal,
) => Promise<void>;

/** How long a worker may take to reach its queue. */
const READY_MS = 15_000;
/** A message whose worker has not shown life for so long is handed to another. */
const LOCK_MS = 15_000;

/**
 * Works on one queue: parses each payload, logs, and tells BullMQ whether to try again. Processors
 * know none of this.
 *
 * A worker that cannot reach its queue, or that stops by itself, rejects with nobody to catch it: that
 * ends the process, and it is started again. (BullMQ gives up without a word when the database goes
 * away while it connects, and a process without its worker looks well and does nothing.)
 *
 * @returns how to stop: nothing new is taken, what is being worked on ends.
 */
export function runWorker<N extends QueueName>(
  name: N,
  process: Processor<N>,
  on: { readonly databaseUrl: string; readonly logger: Logger; readonly signal: AbortSignal },
): () => Promise<void> {
  const { payload, concurrency } = QUEUES[name];
  const log = on.logger.child({ component: "worker", queue: name });
  const worker = new PostgresWorker(
    name,
    async (message) => {
      const parsed = payload.safeParse(message.data);
      if (!parsed.success)
        throw new UnrecoverableError(`a payload of ${name} does not fit its schema`);
      try {
        await process(parsed.data as Payload<N>, on.signal);
      } catch (error) {
        if (isBeaconError(error) && !ERRORS[error.code].retryable)
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
  worker.on("failed", (message, error) =>
    log.warn(
      { messageId: message?.id, attempt: message?.attemptsMade, err: error },
      "message failed",
    ),
  );
  worker.on("error", (error) => log.error({ err: error }, "worker error"));
  let isClosing = false;
  void (async () => {
    await readyInTime(worker.waitUntilReady(), name);
    await worker.run();
    if (!isClosing) throw new Error(`the worker of ${name} has stopped by itself`);
  })().catch((error: unknown) => {
    if (!isClosing) throw error;
  });
  return () => {
    isClosing = true;
    return worker.close();
  };
}

async function readyInTime(ready: Promise<unknown>, name: QueueName): Promise<void> {
  const late = setTimeout(READY_MS, "late", { ref: false });
  if ((await Promise.race([ready, late])) === "late")
    throw new Error(`the worker of ${name} did not reach its queue in ${READY_MS} ms`);
}
