import { Client } from "pg";
import { afterEach, describe, expect, it } from "vitest";
import type { LiveEvent } from "@/schemas/live-event";
import { AttestationId, ComparisonId } from "@/schemas/primitives";
import { type Announcement, createEventBus, type EventBus } from "@/server/adapters/db/event-bus";
import { createLogStore } from "@/server/adapters/db/log-store";
import { fileEntry } from "@/server/domain/log/filing";
import { logger } from "@/server/telemetry/logger";
import { aSigner } from "@/test/domain/log/a-signer";
import { aKeyEntry } from "@/test/domain/verify/a-log";
import { aJobId } from "@/test/support/builders";
import { createTestDatabase, ownDatabase } from "@/test/support/database";
import { eventually } from "@/test/support/fakes";

const db = ownDatabase();
const log = logger.child({}, { level: "silent" });
const buses: EventBus[] = [];
const controllers: AbortController[] = [];
afterEach(async () => {
  for (const controller of controllers.splice(0)) controller.abort();
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
});

function aBus(now = () => new Date()): EventBus {
  const bus = createEventBus(db.url, now, log);
  buses.push(bus);
  return bus;
}

/** Follows from now on; answers what has come so far. */
async function following(bus: EventBus): Promise<{ events: LiveEvent[]; stop(): void }> {
  const controller = new AbortController();
  controllers.push(controller);
  const events: LiveEvent[] = [];
  const stream = bus.follow(controller.signal);
  void (async () => {
    for await (const event of stream) events.push(event);
  })();
  await bus.since(null);
  return { events, stop: () => controller.abort() };
}
const changed = (n: number) => ({ kind: "job.changed", jobId: aJobId(n) }) as const;
const published = (size: number) => ({ kind: "log.published", size }) as const;

/** Cuts the connections of this database that listen; answers how many there were. */
async function cutListeners(): Promise<number> {
  const client = new Client({ connectionString: db.url });
  await client.connect();
  const { rowCount } = await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
  );
  await client.end();
  return rowCount ?? 0;
}

describe("follow", () => {
  it("hears of what any process announces from now on, and of nothing before", async () => {
    const [here, there] = [aBus(), aBus()];
    await there.announce(changed(1));
    const { events } = await following(here);
    await there.announce(changed(2));
    await here.announce(published(7));
    await eventually(() => events.length === 2);
    expect(events).toMatchObject([changed(2), published(7)]);
  });

  it("is told of events in the order of their ids, however many announce at once", async () => {
    const follower = aBus();
    const announcers = Array.from({ length: 4 }, () => aBus());
    const { events } = await following(follower);
    await Promise.all(
      Array.from({ length: 80 }, (_, n) => announcers[n % 4]?.announce(published(n))),
    );
    await eventually(() => events.length === 80);
    const ids = events.map(({ id }) => Number(id));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  it("ends when its signal aborts, also one that had aborted before", async () => {
    const bus = aBus();
    for (const signal of [AbortSignal.abort(), AbortSignal.timeout(20)]) {
      const events = [];
      for await (const event of bus.follow(signal)) events.push(event);
      expect(events).toEqual([]);
    }
  });
});

describe("since", () => {
  it("replays what was announced after an id, oldest first", async () => {
    const bus = aBus();
    const { events } = await following(bus);
    for (let n = 1; n <= 3; n++) await bus.announce(changed(n));
    await eventually(() => events.length === 3);
    expect(await bus.since(events[0]?.id ?? null)).toEqual(events.slice(1));
    expect(await bus.since(null)).toEqual([]);
    expect(await bus.since("9999999999999999999")).toEqual([]);
  });

  it("tells an event as it was told to those who followed, whatever its kind", async () => {
    const at = new Date("2026-11-22T12:00:00.007Z");
    const bus = aBus(() => at);
    const { events } = await following(bus);
    const [comparisonId, attestationId] = [
      ComparisonId.parse(`cmp-${"a".repeat(26)}`),
      AttestationId.parse(`att-${"b".repeat(26)}`),
    ];
    const kinds: readonly Announcement[] = [
      changed(1),
      published(9_007_199_254_740_991),
      { kind: "comparison.filed", jobId: aJobId(1), comparisonId },
      { kind: "attestation.filed", jobId: aJobId(1), attestationId },
    ];
    const before = (await bus.range())?.newest ?? "0";
    for (const one of kinds) await bus.announce(one);
    await eventually(() => events.length === kinds.length);
    expect(events).toEqual(
      kinds.map((one, n) => ({ v: 1, id: events[n]?.id, at: at.toISOString(), ...one })),
    );
    expect(await bus.since(before)).toEqual(events);
  });
});

describe("what was pruned", () => {
  const noon = new Date("2026-11-22T12:00:00.000Z");

  /** Announces one event for each of `minutes` after noon, prunes what came before `minute`, and answers what is left. */
  async function leftOf(minutes: readonly number[], minute: number) {
    const own = await createTestDatabase();
    const times = minutes.map((after) => new Date(noon.getTime() + after * 60_000));
    const bus = createEventBus(own.url, () => times.shift() ?? noon, log);
    for (const n of minutes.keys()) await bus.announce(changed(n));
    for (const _ of [1, 2]) await bus.prune(new Date(noon.getTime() + minute * 60_000));
    const left = { range: await bus.range(), ids: (await bus.since("0")).map(({ id }) => id) };
    await bus.close();
    await own.drop();
    return left;
  }

  it("is forgotten, but for the newest of it: after that nothing is missing", async () => {
    expect(await leftOf([0, 1, 2, 3, 4], 3)).toEqual({
      range: { oldest: "3", newest: "5" },
      ids: ["3", "4", "5"],
    });
    expect(await leftOf([0, 1, 2], 60)).toEqual({
      range: { oldest: "3", newest: "3" },
      ids: ["3"],
    });
  });

  it("leaves no hole where the clocks of two processes differ", async () => {
    expect((await leftOf([0, 9, 1, 9], 5)).ids).toEqual(["1", "2", "3", "4"]);
    expect((await leftOf([0, 0, 9, 1, 9], 5)).ids).toEqual(["2", "3", "4", "5"]);
  });

  it("is nothing where nothing is old, or nothing is there", async () => {
    expect((await leftOf([0, 1], 0)).ids).toEqual(["1", "2"]);
    expect(await leftOf([], 5)).toEqual({ range: null, ids: [] });
  });
});

describe("a listening connection that is cut", () => {
  it("is opened again, and nothing is missed or told twice", async () => {
    const [bus, other] = [aBus(), aBus()];
    const { events } = await following(bus);
    await other.announce(published(1));
    await eventually(() => events.length === 1);
    expect(await cutListeners()).toBe(1);
    for (let n = 2; n <= 5; n++) await other.announce(published(n));
    await eventually(() => events.length >= 5);
    await other.announce(published(6));
    await eventually(() => events.length >= 6);
    expect(events).toMatchObject([1, 2, 3, 4, 5, 6].map(published));
    expect(await cutListeners()).toBe(1);
  });

  it("rings for entries that were filed meanwhile, and again for later ones", async () => {
    const bus = aBus();
    const signer = aSigner(1);
    const file = (second: number) =>
      createLogStore(db.prisma, db.url).file([
        fileEntry(aKeyEntry({ at: `2026-11-22T12:00:0${second}.000Z` as never }), "origin", signer),
      ]);
    let rings = 0;
    const stop = bus.onPendingEntries(() => {
      rings += 1;
    });
    await eventually(() => rings === 1);
    await file(1);
    await eventually(() => rings === 2);
    await cutListeners();
    await eventually(() => rings === 3);
    await file(2);
    await eventually(() => rings === 4);
    stop();
    await file(3);
    expect(rings).toBe(4);
  });
});

it("a bus whose database is away tries one connection at a time", async () => {
  const warnings: unknown[] = [];
  const counted = { warn: (...args: unknown[]) => warnings.push(args) } as never;
  const bus = createEventBus("postgres://nobody@127.0.0.1:9/none", () => new Date(), counted);
  bus.onPendingEntries(() => {});
  await new Promise((resolve) => setTimeout(resolve, 1_700));
  await bus.close();
  // At 0, 500, 1,000 and 1,500 ms; each says at most that it was lost and that it cannot listen.
  expect(warnings.length).toBeLessThanOrEqual(8);
  expect(warnings.length).toBeGreaterThanOrEqual(3);
});
