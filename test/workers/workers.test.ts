import { afterAll, describe, expect, it } from "vitest";
import type { JobId } from "@/schemas/primitives";
import { withDeadline } from "@/server/adapters/clock/deadline";
import { loopbackNetworks } from "@/server/adapters/geo/loopback-databases";
import type { VantageRenter } from "@/server/adapters/golem/vantage";
import type { Context } from "@/server/context";
import { BeaconError } from "@/server/domain/errors";
import type { Golem } from "@/server/golem";
import { aChatResponse, aVantage, submitted } from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { type OpenContext, openContext } from "@/test/support/context";
import { aModel, eventually } from "@/test/support/fakes";
import { writeLog } from "@/workers/log-writer";
import { measureInstallation } from "@/workers/measure-installation";
import { golemProcessors, jobProcessors } from "@/workers/processors";
import { runWorker } from "@/workers/run-worker";

const opened: OpenContext[] = [];
afterAll(() => Promise.all(opened.map((open) => open.close())));
async function aContext(over: Partial<Context> = {}): Promise<Context> {
  const open = await openContext();
  opened.push(open);
  return { ...open.context, withDeadline, ...over };
}

const renter = (rent: VantageRenter["rent"]): VantageRenter => ({
  simulated: true,
  createAllocation: async (total) => ({ id: "allocation", total, spent: "0", remaining: total }),
  allocation: async (id) => ({ id, total: "1", spent: "0", remaining: "1" }),
  amendAllocation: async (id, total) => ({ id, total, spent: "0", remaining: total }),
  releaseAllocation: async () => {},
  rent,
  reap: async () => ({ ended: [], bills: 0, problems: [] }),
  close: async () => {},
});

/** A network on which `hire` rents, and whose exits nobody looks at. */
const network = (hire: VantageRenter): Golem => ({
  renter: hire,
  lookAt: {
    databases: [],
    networks: loopbackNetworks,
    echoes: [],
    withDeadline,
    now: () => new Date(),
  },
  rentTimeoutMs: 60_000,
  backOffMs: 100,
  billGraceMs: 0,
  settleTimeoutMs: 5_000,
});

/** All workers of an installation in this process; answers how to stop them. */
function start(context: Context, hire: VantageRenter): () => Promise<void> {
  const stop = new AbortController();
  const databaseUrl = context.env.DATABASE_URL ?? "";
  const on = { ...context, databaseUrl, signal: stop.signal };
  const jobs = jobProcessors(context);
  const golem = golemProcessors(context, network(hire), { keyOf: async () => null });
  const writing = writeLog(context, stop.signal);
  const workers = [
    runWorker("job.dispatch", jobs["job.dispatch"], on),
    runWorker("job.compare", jobs["job.compare"], on),
    runWorker("sweep.reconcile", jobs["sweep.reconcile"], on),
    runWorker("vantage.session", golem["vantage.session"], on),
    runWorker("allocation.release", golem["allocation.release"], on),
  ];
  return async () => {
    stop.abort();
    await Promise.all(workers.map((worker) => worker.close()));
    await writing;
  };
}

/** How many tasks a job has, and in which places. */
async function jobOf({ tasks }: Context, id: JobId) {
  const rows = await tasks.ofJob(id);
  return { tasks: rows.length, places: new Set(rows.map(({ country }) => country)) };
}

describe("the workers", () => {
  it("take a job from its submission to its published comparison, without a sweep", async () => {
    const context = await aContext({ model: aModel(aChatResponse()) });
    const stop = start(
      context,
      renter(async ({ country }) => aVantage({ country })),
    );
    const id = await submitted(context);
    const { log, jobs } = context;
    await eventually(async () => {
      const index = (await jobs.byId(id))?.comparisonIndex ?? null;
      return index !== null && index < (await log.state()).publishedSize;
    }, 20_000);
    await stop();
    const report = await checkLog(context);
    expect(report.jobs).toMatchObject([{ announced: 4, results: 4, hasComparison: true }]);
    const kinds = (await log.entries(0, 10)).map(({ kind }) => kind);
    expect(kinds[1]).toBe("beacon.intent/v1");
    expect(kinds).toContain("beacon.comparison/v1");
    expect(kinds).toContain("beacon.session/v1");
  });

  it("count what they do as they do it, each thing once, and show how the whole stands", async () => {
    const context = await aContext({ model: aModel(aChatResponse()) });
    const stop = start(
      context,
      renter(async ({ country }) => aVantage({ country })),
    );
    measureInstallation(context);
    const id = await submitted(context);
    await eventually(async () => (await context.jobs.byId(id))?.comparedAt !== null, 20_000);
    await eventually(async () => (await context.log.state()).size > 8);
    await stop();
    const text = await context.metrics.render();
    const seriesValue = (series: string): number | null => {
      const line = text.split("\n").find((each) => each.startsWith(`${series} `));
      return line === undefined ? null : Number(line.slice(series.length + 1));
    };
    const closed = (place: string) =>
      seriesValue(`beacon_tasks_closed_total{kind="result",state="answered",place="${place}"}`) ??
      0;
    const { tasks, places } = await jobOf(context, id);
    expect([...places].reduce((sum, place) => sum + closed(place), 0)).toBe(tasks);
    for (const place of places) {
      expect(seriesValue(`beacon_sessions_opened_total{place="${place}"}`)).toBe(1);
      expect(seriesValue(`beacon_sessions_ended_total{place="${place}",result="settled"}`)).toBe(1);
    }
    expect(seriesValue('beacon_task_run_duration_seconds_count{kind="result"}')).toBe(tasks);
    expect(seriesValue("beacon_task_queue_duration_seconds_count")).toBe(tasks);
    const calls = [
      ...text.matchAll(/^beacon_service_calls_total\{[^}]*state="answered"\} (\d+)$/gm),
    ];
    expect(calls.reduce((sum, [, n]) => sum + Number(n), 0)).toBe(tasks);
    expect(
      seriesValue('beacon_queue_messages_total{queue="job.compare",outcome="done"}'),
    ).toBeGreaterThan(0);
    expect(seriesValue('beacon_queue_messages_total{queue="job.compare",outcome="failed"}')).toBe(
      0,
    );
    expect(seriesValue('beacon_witness_requests_total{outcome="cosigned"}')).toBeGreaterThan(0);
    const { size, publishedSize } = await context.log.state();
    expect(seriesValue("beacon_log_entries")).toBe(size);
    expect(seriesValue("beacon_log_published_entries")).toBe(publishedSize);
    expect(seriesValue("beacon_log_batch_entries_sum")).toBe(size);
    expect(seriesValue("beacon_log_halted")).toBe(0);
    expect(seriesValue('beacon_open_tasks{status="queued"}')).toBe(0);
    expect(text).not.toContain(id);
    await checkLog(context);
  });

  it("go on after providers were lost, with the sweep alone", async () => {
    const context = await aContext({ model: aModel(aChatResponse()) });
    let rentals = 0;
    const stop = start(
      context,
      renter(async ({ country }) => {
        if (++rentals <= 3) throw new BeaconError("GOLEM_NO_OFFER", "nobody yet");
        return aVantage({ country });
      }),
    );
    await context.producer.schedule("sweep.reconcile", 300, {});
    const id = await submitted(context);
    await eventually(async () => (await context.jobs.byId(id))?.comparedAt !== null, 20_000);
    await stop();
    expect(rentals).toBeGreaterThanOrEqual(5);
    expect((await context.jobs.tallies([id])).get(id)?.counts.succeeded).toBe(4);
    await checkLog(context);
  });
});

describe("writeLog", () => {
  it("dispatches nothing before the intent is published, and goes on when witnesses come back", async () => {
    const context = await aContext();
    let isAway = true;
    const witnesses = context.witnesses.map((witness) => ({
      ...witness,
      addCheckpoint: async (request: Parameters<typeof witness.addCheckpoint>[0]) => {
        if (isAway) throw new BeaconError("WITNESS_UNAVAILABLE", "not now");
        return witness.addCheckpoint(request);
      },
    }));
    const dispatched: string[] = [];
    const producer = {
      ...context.producer,
      enqueue: async (_: string, key: string) => void dispatched.push(key),
    };
    const stop = new AbortController();
    const writing = writeLog({ ...context, witnesses, producer }, stop.signal);
    const id = await submitted(context);
    await eventually(async () => (await context.log.state()).size > 0);
    expect(dispatched).toEqual([]);
    expect(await context.log.published()).toBeNull();
    isAway = false;
    await eventually(() => dispatched.length > 0);
    stop.abort();
    await writing;
    expect(new Set(dispatched)).toEqual(new Set([id]));
    await checkLog(context);
  });

  it("that two processes run writes one log", async () => {
    const context = await aContext();
    const stop = new AbortController();
    const writing = [writeLog(context, stop.signal), writeLog(context, stop.signal)];
    const ids = await Promise.all(Array.from({ length: 25 }, () => submitted(context)));
    await eventually(async () => (await context.log.state()).publishedSize === 26, 20_000);
    stop.abort();
    await Promise.all(writing);
    expect((await checkLog(context)).jobs.map(({ job }) => job).sort()).toEqual([...ids].sort());
  });
});
