import { Client } from "pg";
import { afterEach, describe, expect, it } from "vitest";
import type { JobId } from "@/schemas/primitives";
import { createProducer, type Producer } from "@/server/adapters/queue/producer";
import { BeaconError } from "@/server/domain/errors";
import { createPulses } from "@/server/domain/health/pulse";
import { createMetrics } from "@/server/meters";
import { logger } from "@/server/telemetry/logger";
import { aJobId } from "@/test/support/builders";
import { ownDatabase } from "@/test/support/database";
import { eventually } from "@/test/support/fakes";
import { type Processor, runWorker } from "@/workers/run-worker";

const db = ownDatabase();
const silent = logger.child({}, { level: "silent" });
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function aProducer(): Producer {
  const producer = createProducer(db.url, silent);
  closing.push(() => producer.close());
  return producer;
}

/** A worker on `job.dispatch`, and what it was given; warnings and errors are counted. */
function aWorker(work: (jobId: JobId, signal: AbortSignal) => Promise<void> = async () => {}) {
  const done: JobId[] = [];
  const said: string[] = [];
  const stop = new AbortController();
  const say = (_: unknown, message: string) => void said.push(message);
  const listening = { child: () => ({ warn: say, error: say }) } as never;
  const process: Processor<"job.dispatch"> = async ({ jobId }, signal) => {
    done.push(jobId);
    await work(jobId, signal);
  };
  const metrics = createMetrics();
  const pulses = createPulses(() => new Date());
  const { close } = runWorker("job.dispatch", process, {
    databaseUrl: db.url,
    logger: listening,
    metrics,
    pulses,
    signal: stop.signal,
  });
  closing.push(close);
  return { done, said, stop, close, metrics, pulses };
}
let count = 0;
const nextJob = () => aJobId(++count);
const ring = (producer: Producer, jobId: JobId) =>
  producer.enqueue("job.dispatch", jobId, { jobId });
/** Long enough for a message that should not come to have come. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 700));

async function onDatabase<T>(query: string): Promise<T[]> {
  const client = new Client({ connectionString: db.url });
  await client.connect();
  const { rows } = await client.query(query);
  await client.end();
  return rows;
}

describe("a producer", () => {
  it("sends when the database is there, although it was not at the first try", async () => {
    const url = new URL(db.url);
    const name = `late_${Date.now()}`;
    url.pathname = `/${name}`;
    const producer = createProducer(url.href, silent);
    await expect(ring(producer, nextJob())).rejects.toThrow();
    await onDatabase(`CREATE DATABASE ${name}`);
    await ring(producer, nextJob());
    await producer.close();
    await onDatabase(`DROP DATABASE ${name} WITH (FORCE)`);
  });
});

describe("a message", () => {
  it("rings once however often it is sent while it waits", async () => {
    const producer = aProducer();
    const jobId = nextJob();
    await Promise.all([ring(producer, jobId), ring(aProducer(), jobId), ring(producer, jobId)]);
    const { done } = aWorker();
    await eventually(() => done.length > 0);
    await aWhile();
    expect(done).toEqual([jobId]);
  });

  it("rings once while it is worked on, and again when it is done", async () => {
    const producer = aProducer();
    const jobId = nextJob();
    let finish: () => void = () => {};
    const { done } = aWorker(
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    );
    await ring(producer, jobId);
    await eventually(() => done.length === 1);
    await ring(producer, jobId);
    await aWhile();
    expect(done).toHaveLength(1);
    finish();
    await eventually(async () => {
      await ring(producer, jobId);
      return done.length === 2;
    });
    finish();
  });

  it("that fails and may succeed later is tried again; its key stays taken until then", async () => {
    const jobId = nextJob();
    const producer = aProducer();
    const { done, said } = aWorker(async () => {
      if (done.length === 1) throw new BeaconError("GOLEM_UNAVAILABLE", "not now");
    });
    await ring(producer, jobId);
    await eventually(() => said.length === 1);
    await ring(producer, jobId);
    await eventually(() => done.length === 2);
    await aWhile();
    expect(done).toHaveLength(2);
  });

  it("that can never succeed is tried once, and its key is free again", async () => {
    const jobId = nextJob();
    const producer = aProducer();
    const { done, said } = aWorker(async () => {
      throw new BeaconError("JOB_NOT_FOUND", "no such job");
    });
    await ring(producer, jobId);
    await eventually(() => said.length === 1);
    await aWhile();
    expect(done).toHaveLength(1);
    await ring(producer, jobId);
    await eventually(() => done.length === 2);
  });

  it("whose payload does not fit its schema reaches nobody and is never tried again", async () => {
    const producer = aProducer();
    const { done, said } = aWorker();
    const jobId = nextJob();
    await producer.enqueue("job.dispatch", jobId, { jobId, more: 1 } as never);
    await eventually(() => said.length === 1);
    await aWhile();
    expect(done).toEqual([]);
    expect(said).toEqual(["message failed"]);
  });

  it("that nobody works on yet is still there for the next process", async () => {
    const jobId = nextJob();
    const producer = createProducer(db.url, silent);
    await ring(producer, jobId);
    await producer.close();
    const { done } = aWorker();
    await eventually(() => done.length === 1);
  });
});

describe("whoever watches a worker", () => {
  it("learns what became of each message, and that its worker lives", async () => {
    const { queueOf, metrics, pulses } = await worked(async () => {
      throw new BeaconError("JOB_NOT_FOUND", "there is no such job");
    });
    expect(queueOf("failed")).toBe(1);
    expect(queueOf("done")).toBe(0);
    expect(await metrics.render()).toContain("beacon_queue_message_duration_seconds_count");
    expect(pulses.of("job.dispatch")?.lastGoodAt).toBeInstanceOf(Date);
    const again = await worked(async () => {});
    expect(again.queueOf("done")).toBe(1);
  });

  it("learns how many messages wait", async () => {
    const producer = aProducer();
    const before = (await producer.depths()).find(({ queue }) => queue === "home.session");
    expect(before).toMatchObject({ waiting: 0, active: 0, delayed: 0 });
    const jobId = nextJob();
    await producer.enqueue("home.session", jobId, { jobId });
    const after = (await producer.depths()).find(({ queue }) => queue === "home.session");
    expect(after).toMatchObject({ waiting: 1, active: 0 });
  });

  /** One message, worked on once. */
  async function worked(work: (jobId: JobId) => Promise<void>) {
    const { done, close, metrics, pulses } = aWorker(work);
    await ring(aProducer(), nextJob());
    await eventually(() => done.length === 1);
    await close();
    const text = await metrics.render();
    const queueOf = (outcome: string) =>
      Number(
        new RegExp(
          `^beacon_queue_messages_total\\{queue="job.dispatch",outcome="${outcome}"\\} (\\d+)$`,
          "m",
        ).exec(text)?.[1],
      );
    return { queueOf, metrics, pulses };
  }
});

describe("a schedule", () => {
  it("rings again and again, once an interval, from however many it was set up", async () => {
    const [one, other] = [aProducer(), aProducer()];
    let rings = 0;
    const hear = async () => {
      rings += 1;
    };
    closing.push(
      runWorker("sweep.reconcile", hear, {
        databaseUrl: db.url,
        logger: silent,
        metrics: createMetrics(),
        pulses: createPulses(() => new Date()),
        signal: new AbortController().signal,
      }).close,
    );
    await one.schedule("sweep.reconcile", 200, {});
    await other.schedule("sweep.reconcile", 200, {});
    await eventually(() => rings >= 2);
    const before = rings;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(rings - before).toBeGreaterThanOrEqual(2);
    expect(rings - before).toBeLessThanOrEqual(6);
  });
});

describe("closing", () => {
  it("lets what is being worked on end, takes nothing new, and leaves no connection", async () => {
    const producer = createProducer(db.url, silent);
    const order: string[] = [];
    const { close, stop, done } = aWorker(async (_, signal) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      order.push("worked");
    });
    await ring(producer, nextJob());
    await eventually(() => done.length === 1);
    stop.abort();
    await close();
    order.push("closed");
    await ring(producer, nextJob());
    await aWhile();
    await producer.close();
    expect(order).toEqual(["worked", "closed"]);
    expect(done).toHaveLength(1);
    await eventually(async () => {
      const rows = await onDatabase<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ILIKE '%bullmq%'`,
      );
      return rows[0]?.n === 0;
    });
    const next = aWorker();
    await eventually(() => next.done.length === 1);
  });
});

it("goes on when every connection was cut", async () => {
  const producer = aProducer();
  const { done } = aWorker();
  await ring(producer, nextJob());
  await eventually(() => done.length === 1);
  await onDatabase(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  const jobId = nextJob();
  await eventually(async () => {
    await ring(producer, jobId).catch(() => {});
    return done.includes(jobId);
  });
});
