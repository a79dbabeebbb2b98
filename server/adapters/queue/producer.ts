import { createPostgresBackend, withBackend } from "bullmq";
import { type Payload, QUEUES, type QueueName } from "@/server/adapters/queue/queues";
import type { Logger } from "@/server/telemetry/logger";

export type Producer = {
  /**
   * Rings the bell of a queue. While a message with the same key waits or is being worked on, a
   * second one changes nothing; afterwards the key is free again.
   *
   * @param key letters, digits and hyphens; never all digits, never a colon (BullMQ's rule).
   */
  enqueue<N extends QueueName>(name: N, key: string, payload: Payload<N>): Promise<void>;
  /** Rings a queue every `everyMs` without end. Set up once, however often and from wherever it is called. */
  schedule<N extends QueueName>(name: N, everyMs: number, payload: Payload<N>): Promise<void>;
  /** How many messages of each queue wait, are delayed or are worked on. */
  depths(): Promise<readonly QueueDepth[]>;
  close(): Promise<void>;
};

/** How full a queue is. */
export type QueueDepth = {
  readonly queue: QueueName;
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
};

/** BullMQ with PostgreSQL behind it. */
export const { Queue: PostgresQueue, Worker: PostgresWorker } = withBackend(createPostgresBackend);

/** How a queue reaches its tables (schema `bullmq`): two pooled connections, and one to listen on where it works. */
export const queueConnection = (databaseUrl: string) => ({
  connectionString: databaseUrl,
  migrate: true,
  max: 2,
  connectionTimeoutMillis: 10_000,
});

/** Sends messages through BullMQ. */
export function createProducer(databaseUrl: string, log: Logger): Producer {
  const queues = new Map<QueueName, InstanceType<typeof PostgresQueue>>();
  const queueOf = (name: QueueName) => {
    const known = queues.get(name);
    if (known) return known;
    const { attempts, backoffMs } = QUEUES[name];
    const queue = new PostgresQueue(name, {
      connection: queueConnection(databaseUrl),
      defaultJobOptions: {
        attempts,
        backoff: { type: "exponential", delay: backoffMs, jitter: 0.5 },
        removeOnComplete: true,
        removeOnFail: true,
      },
    });
    // A lost connection is opened again; nobody listening, BullMQ would print the error whole.
    queue.on("error", (err) => log.warn({ err, queue: name }, "a queue's connection was lost"));
    queues.set(name, queue);
    return queue;
  };
  /**
   * Works with a queue, and forgets one that failed: BullMQ remembers for ever that it could not
   * connect at its first try, and the database may only have been starting.
   */
  async function withQueue<T>(
    name: QueueName,
    work: (queue: InstanceType<typeof PostgresQueue>) => Promise<T>,
  ): Promise<T> {
    const queue = queueOf(name);
    try {
      return await work(queue);
    } catch (error) {
      if (queues.get(name) === queue) queues.delete(name);
      queue.close().catch(() => {});
      throw error;
    }
  }
  return {
    async enqueue(name, key, payload) {
      await withQueue(name, (queue) => queue.add(name, payload, { jobId: key }));
    },
    async schedule(name, everyMs, payload) {
      await withQueue(name, (queue) =>
        queue.upsertJobScheduler(name, { every: everyMs }, { name, data: payload }),
      );
    },
    depths: () =>
      Promise.all(
        (Object.keys(QUEUES) as QueueName[]).map(async (name) => {
          const counts = await withQueue(name, (queue) =>
            queue.getJobCounts("waiting", "prioritized", "delayed", "active"),
          );
          const { waiting = 0, prioritized = 0, delayed = 0, active = 0 } = counts;
          return { queue: name, waiting: waiting + prioritized, delayed, active };
        }),
      ),
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}
