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

/** A message whose worker has not shown life for so long is handed to another. */
const LOCK_MS = 15_000;

/**
 * Works on one queue: parses each payload, logs, and tells BullMQ whether to try again. Processors
 * know none of this.
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
  return () => worker.close();
}
