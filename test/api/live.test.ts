import { describe, expect, it } from "vitest";
import type { LiveEvent } from "@/schemas/live-event";
import { createPrisma } from "@/server/adapters/db/client";
import { createCaller } from "@/server/api/root";
import { ownContext } from "@/test/support/context";
import { eventually } from "@/test/support/fakes";

const house = ownContext();

/** Subscribes as a browser does; collects the sizes that it is told of. */
async function subscribed(lastEventId: string | null) {
  const stop = new AbortController();
  const caller = createCaller({ ...house.context, actor: null }, { signal: stop.signal });
  const stream = await caller.live.events({ lastEventId });
  const events: LiveEvent[] = [];
  const ended = (async () => {
    for await (const [, event] of stream as AsyncIterable<[string, LiveEvent, unknown]>)
      events.push(event);
  })();
  return {
    events,
    sizes: () => events.map((event) => (event.kind === "log.published" ? event.size : -1)),
    stop: async () => {
      stop.abort();
      await ended;
    },
  };
}
const announce = (size: number) => house.context.bus.announce({ kind: "log.published", size });
const upTo = (n: number) => Array.from({ length: n }, (_, size) => size);

describe("live.events", () => {
  it("replays all that was missed, then follows, without loss or doubles", async () => {
    await announce(0);
    const prisma = createPrisma(house.context.env.DATABASE_URL ?? "", 1);
    const first = await prisma.liveEvent.findFirstOrThrow({ orderBy: { id: "desc" } });
    const at = new Date();
    await prisma.liveEvent.createMany({
      data: upTo(1_200).map((size) => ({ kind: "log.published", size: BigInt(size), at })),
    });
    await prisma.$disconnect();
    const client = await subscribed(String(first.id));
    for (let size = 1_200; size < 1_260; size++) await announce(size);
    await eventually(() => client.events.length >= 1_260);
    await announce(1_260);
    await eventually(() => client.events.length >= 1_261);
    await client.stop();
    expect(client.sizes()).toEqual(upTo(1_261));
  });

  it("goes on after the last event that a client has seen", async () => {
    const before = await subscribed(null);
    await announce(1);
    await announce(2);
    await eventually(() => before.events.length === 2);
    await before.stop();
    await announce(3);
    const again = await subscribed(before.events.at(-1)?.id ?? null);
    await announce(4);
    await eventually(() => again.events.length === 2);
    await again.stop();
    expect(again.sizes()).toEqual([3, 4]);
  });

  it("tells a client that comes with an id of another portal what happens from now on", async () => {
    await announce(5);
    const client = await subscribed("9223372036854775807");
    await announce(6);
    await eventually(() => client.events.length === 1);
    await client.stop();
    expect(client.sizes()).toEqual([6]);
  });

  it("has nothing to replay for a client that has just come", async () => {
    const earlier = await subscribed(null);
    await announce(8);
    await eventually(() => earlier.events.length === 1);
    await earlier.stop();
    const client = await subscribed(null);
    await announce(9);
    await eventually(() => client.events.length === 1);
    await client.stop();
    expect(client.sizes()).toEqual([9]);
  });
});
