import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { afterEach, describe, expect, it } from "vitest";
import { type ClientOptions, WebSocket } from "ws";
import type { LiveEvent, LiveFrame } from "@/schemas/live-event";
import type { EventBus } from "@/server/adapters/db/event-bus";
import { createEventBus } from "@/server/adapters/db/event-bus";
import { createLiveStream, isLiveStream, type LiveStreamLimits } from "@/server/api/live-stream";
import { instantOf } from "@/server/domain/time";
import { aJobId, NOON } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";
import { createTestDatabase } from "@/test/support/database";
import { eventually } from "@/test/support/fakes";
import { ROOT } from "@/test/support/run-tool";
import { skipBecause } from "@/test/support/skip";

const house = ownContext();
const LIMITS: LiveStreamLimits = {
  connections: 100,
  perAddress: 100,
  bufferBytes: 262_144,
  slowMs: 10_000,
  pingMs: 20_000,
  closingMs: 2_000,
};

const schema = JSON.parse(
  readFileSync(join(ROOT, "public", "schemas", "live-event.schema.json"), "utf8"),
);
const isPublished = formats.default(new Ajv2020()).compile(schema);

type Door = { readonly url: string; kill(): Promise<void> };
const doors: Door[] = [];
const readers: WebSocket[] = [];
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.terminate();
  for (const door of doors.splice(0)) await door.kill();
});

/** A portal that has this door only. */
async function aDoor(
  limits: Partial<LiveStreamLimits> = {},
  bus: Pick<EventBus, "range" | "since" | "follow"> = house.context.bus,
  port = 0,
): Promise<Door> {
  const { logger, now } = house.context;
  const stream = createLiveStream({ bus, logger, now }, { ...LIMITS, ...limits });
  const server: Server = createServer((_, response) => stream.refuse(response));
  server.on("upgrade", (request, socket, head) => {
    if (isLiveStream(request)) stream.upgrade(request, socket, head);
    else socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.address() as AddressInfo;
  const door = {
    url: `ws://127.0.0.1:${address.port}/live/events`,
    async kill() {
      await stream.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  doors.push(door);
  return door;
}

/** A newsroom's script: collects every frame, and how it ended. */
function aReader(url: string, options: ClientOptions = {}) {
  const socket = new WebSocket(url, options);
  readers.push(socket);
  const frames: LiveFrame[] = [];
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: String(reason) }));
  });
  socket.on("message", (data, isBinary) => {
    const frame = JSON.parse(String(data));
    expect(isBinary).toBe(false);
    expect(isPublished(frame) ? [] : isPublished.errors).toEqual([]);
    frames.push(frame);
  });
  socket.on("error", () => {});
  const events = () => frames.filter((frame): frame is LiveEvent => "id" in frame);
  return {
    socket,
    frames,
    events,
    closed,
    sizes: () => events().map((event) => (event.kind === "log.published" ? event.size : -1)),
    /** The id of the last event. */
    last: () => events().at(-1)?.id ?? "0",
    greeted: () => eventually(() => frames.length > 0),
  };
}

const announce = (size: number) => house.context.bus.announce({ kind: "log.published", size });
const upTo = (n: number, from = 0) => Array.from({ length: n - from }, (_, i) => from + i);

/** A bus in memory: `count` events are stored, and none comes. */
function aBusOf(count: number): Pick<EventBus, "range" | "since" | "follow"> {
  const event = (id: number): LiveEvent => ({
    v: 1,
    id: String(id),
    at: instantOf(NOON),
    kind: "job.changed",
    jobId: aJobId(),
  });
  return {
    range: async () => ({ oldest: "1", newest: String(count) }),
    since: async (id) =>
      upTo(Math.min(count, Number(id) + 500) + 1, Number(id) + 1).map((each) => event(each)),
    follow: (signal) =>
      (async function* () {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      })(),
  };
}

describe("who follows the stream", () => {
  it("is greeted, and told of everything from then on", async () => {
    await announce(0);
    const door = await aDoor();
    const reader = aReader(door.url);
    await reader.greeted();
    const newest = (await house.context.bus.range())?.newest;
    expect(reader.frames[0]).toMatchObject({
      v: 1,
      kind: "stream.hello",
      newestId: newest,
      keptHours: 24,
    });
    await announce(1);
    await house.context.bus.announce({ kind: "job.changed", jobId: aJobId() });
    await eventually(() => reader.frames.length === 3);
    expect(reader.events()).toMatchObject([
      { v: 1, kind: "log.published", size: 1 },
      { v: 1, kind: "job.changed", jobId: aJobId() },
    ]);
  });

  it("may come from a page of anybody's", async () => {
    const door = await aDoor();
    await aReader(door.url, { origin: "https://news.example.org" }).greeted();
  });

  it("gets 1,000 events in their order, however many announce at once", async () => {
    const door = await aDoor();
    const readers = [aReader(door.url), aReader(door.url)];
    await Promise.all(readers.map((reader) => reader.greeted()));
    await Promise.all(upTo(1_000).map(announce));
    for (const reader of readers) {
      await eventually(() => reader.events().length === 1_000);
      const ids = reader.events().map(({ id }) => Number(id));
      expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
      expect(reader.sizes().sort((a, b) => a - b)).toEqual(upTo(1_000));
    }
  });
});

describe("who comes back", () => {
  it("gets what it missed, then what comes: nothing twice, nothing missed", async () => {
    const door = await aDoor();
    const before = aReader(door.url);
    await before.greeted();
    for (const size of upTo(3)) await announce(size);
    await eventually(() => before.events().length === 3);
    before.socket.close();
    for (const size of upTo(700, 3)) await announce(size);
    const after = aReader(`${door.url}?after=${before.last()}`);
    for (const size of upTo(720, 700)) await announce(size);
    await eventually(() => after.events().length >= 717);
    await announce(720);
    await eventually(() => after.events().length >= 718);
    expect([...before.sizes(), ...after.sizes()]).toEqual(upTo(721));
  });

  it("after the portal was stopped is told to come back, and misses nothing", async () => {
    const door = await aDoor();
    const before = aReader(door.url);
    await before.greeted();
    await announce(0);
    await eventually(() => before.events().length === 1);
    await door.kill();
    expect(await before.closed).toMatchObject({ code: 1012 });
    for (const size of upTo(5, 1)) await announce(size);
    // Another process: another bus, over the same table.
    const bus = createEventBus(
      house.context.env.DATABASE_URL ?? "",
      house.context.now,
      house.context.logger,
    );
    const again = await aDoor({}, bus);
    const after = aReader(`${again.url}?after=${before.last()}`);
    await eventually(() => after.events().length === 4);
    await announce(5);
    await eventually(() => after.events().length === 5);
    expect([...before.sizes(), ...after.sizes()]).toEqual(upTo(6));
    await again.kill();
    await bus.close();
  });

  it("gets all that is kept after id 0, and is told of no gap where nothing was forgotten", async () => {
    const own = await createTestDatabase();
    const bus = createEventBus(own.url, house.context.now, house.context.logger);
    for (const size of upTo(3)) await bus.announce({ kind: "log.published", size });
    const door = await aDoor({}, bus);
    const reader = aReader(`${door.url}?after=0`);
    await eventually(() => reader.frames.length === 4);
    expect(reader.sizes()).toEqual([0, 1, 2]);
    await door.kill();
    await bus.close();
    await own.drop();
  });

  it("is told of a gap when what follows its id is no longer kept", async () => {
    const own = await createTestDatabase();
    const times = [0, 1, 2, 3].map((hour) => new Date(NOON.getTime() + hour * 3_600_000));
    const bus = createEventBus(own.url, () => times.shift() ?? NOON, house.context.logger);
    for (const size of upTo(4)) await bus.announce({ kind: "log.published", size });
    await bus.prune(new Date(NOON.getTime() + 2.5 * 3_600_000));
    const door = await aDoor({}, bus);
    const late = aReader(`${door.url}?after=1`);
    await eventually(() => late.frames.length === 4);
    expect(late.frames[1]).toMatchObject({ kind: "stream.gap", after: "1", oldestId: "3" });
    expect(late.sizes()).toEqual([2, 3]);
    for (const id of ["2", "3"]) {
      const inTime = aReader(`${door.url}?after=${id}`);
      await eventually(() => inTime.last() === "4");
      expect(inTime.frames.some(({ kind }) => kind === "stream.gap")).toBe(false);
    }
    await door.kill();
    await bus.close();
    await own.drop();
  });

  it.each(["9223372036854775807", "9999999999999999999"])(
    "with an id of another portal (%s) is told of a gap, and of everything from then on",
    async (id) => {
      const door = await aDoor();
      const reader = aReader(`${door.url}?after=${id}`);
      await eventually(() => reader.frames.length === 2);
      expect(reader.frames[1]).toMatchObject({ kind: "stream.gap", after: id });
      await announce(1);
      await eventually(() => reader.events().length === 1);
    },
  );

  it.each(["", "-1", "1e3", "0x1", "1; DROP TABLE", "99999999999999999999", "1&after=2"])(
    "with %j as its id is refused with a reason",
    async (id) => {
      const door = await aDoor();
      const reader = aReader(`${door.url}?after=${id}`);
      const { code, reason } = await reader.closed;
      expect({ code, frames: reader.frames }).toEqual({ code: 1008, frames: [] });
      expect(reason).toContain("up to 19 digits");
    },
  );
});

describe("who misbehaves", () => {
  it.each([
    ["says something", "hello", 1003],
    ["says something in bytes", Buffer.from([0]), 1003],
    ["says too much", "x".repeat(2_000), 1009],
  ])("and %s is closed", async (_, message, code) => {
    const door = await aDoor();
    const reader = aReader(door.url);
    await reader.greeted();
    reader.socket.send(message);
    expect((await reader.closed).code).toBe(code);
  });

  it("and floods the door with messages is closed at the first, and others notice nothing", async () => {
    const door = await aDoor();
    const [flood, other] = [aReader(door.url), aReader(door.url)];
    await Promise.all([flood.greeted(), other.greeted()]);
    for (const n of upTo(1_000)) flood.socket.send(String(n));
    expect((await flood.closed).code).toBe(1003);
    await announce(7);
    await eventually(() => other.events().length === 1);
    expect(flood.events()).toEqual([]);
  });

  it("and does not read is closed with a reason, and holds no more than its buffer", async () => {
    const bus = aBusOf(400_000);
    let pages = 0;
    const counted = { ...bus, since: (id: string | null) => bus.since(id).finally(() => pages++) };
    const door = await aDoor({ bufferBytes: 50_000, slowMs: 300, closingMs: 60_000 }, counted);
    const reader = aReader(`${door.url}?after=0`);
    await reader.greeted();
    reader.socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 600));
    const read = pages;
    await new Promise((resolve) => setTimeout(resolve, 200));
    // What the two ends' kernels take in is some megabytes; all 400,000 events are 800 pages.
    expect(pages).toBe(read);
    expect(read).toBeLessThan(400);
    reader.socket.resume();
    expect(await reader.closed).toEqual({
      code: 1013,
      reason: "Events are read too slowly. Come back with ?after=",
    });
    const ids = reader.events().map(({ id }) => Number(id));
    expect(ids).toEqual(upTo(ids.length + 1, 1));
  });

  it("and answers no ping is dropped", async () => {
    const door = await aDoor({ pingMs: 50 });
    const silent = aReader(door.url, { autoPong: false });
    const fine = aReader(door.url);
    await Promise.all([silent.greeted(), fine.greeted()]);
    expect((await silent.closed).code).toBe(1006);
    expect(fine.socket.readyState).toBe(WebSocket.OPEN);
  });

  it("and never finishes its handshake keeps nobody else from the stream", async () => {
    const door = await aDoor();
    const { port } = new URL(door.url);
    const halves = upTo(20).map(() => connect(Number(port), "127.0.0.1"));
    for (const half of halves) half.write("GET /live/events HTTP/1.1\r\nUpgrade: websocket\r\n");
    await aReader(door.url).greeted();
    for (const half of halves) half.destroy();
  });
});

describe("limits", () => {
  it("of connections in all: one too many is told to come later, until there is room", async () => {
    const door = await aDoor({ connections: 2 });
    const [first, second] = [aReader(door.url), aReader(door.url)];
    await Promise.all([first.greeted(), second.greeted()]);
    expect(await aReader(door.url).closed).toMatchObject({ code: 1013 });
    first.socket.close();
    await first.closed;
    await eventually(async () => {
      const next = aReader(door.url);
      await Promise.race([next.greeted(), next.closed]);
      return next.frames.length > 0;
    });
  });

  it("of one address leave room for others", async () => {
    const door = await aDoor({ perAddress: 1 });
    await aReader(door.url).greeted();
    expect(await aReader(door.url).closed).toMatchObject({ code: 1008 });
    await aReader(door.url, { localAddress: "127.0.0.2" }).greeted();
  });

  it("count whom a proxy on this machine names, by its last word, and a network of IPv6 as one", async () => {
    const door = await aDoor({ perAddress: 1 });
    const from = (address: string) =>
      aReader(door.url, { headers: { "x-forwarded-for": address } });
    await from("203.0.113.1").greeted();
    await from("203.0.113.1, 203.0.113.2").greeted();
    expect(await from("198.51.100.7, 203.0.113.2").closed).toMatchObject({ code: 1008 });
    await from("2001:db8::1").greeted();
    expect(await from("2001:db8::2").closed).toMatchObject({ code: 1008 });
    await from("2001:db8:0:1::2").greeted();
  });
});

describe("a portal that cannot read its events", () => {
  it("says so with a code, instead of being silent", async () => {
    const range = async () => {
      throw new Error("the database is away");
    };
    const door = await aDoor({}, { ...aBusOf(1), range });
    expect(await aReader(door.url).closed).toMatchObject({ code: 1011 });
  });
});

describe("the programs that docs/live-events.md shows", () => {
  const page = readFileSync(join(ROOT, "docs", "live-events.md"), "utf8");
  const programOf = (language: string) =>
    new RegExp(`\\n\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? "";

  it("in Node prints every event once, past a portal that was stopped", async () => {
    // Where its `import "ws"` finds the package.
    const folder = mkdtempSync(join(ROOT, "node_modules", ".live-"));
    const file = join(folder, "follow.mjs");
    writeFileSync(file, programOf("js"));
    const door = await aDoor();
    const child = spawn(process.execPath, [file, door.url.replace("/live/events", "")]);
    try {
      const printed: LiveFrame[] = [];
      createInterface({ input: child.stdout }).on("line", (line) => printed.push(JSON.parse(line)));
      await eventually(() => printed.length === 1);
      await announce(1);
      await eventually(() => printed.length === 2);
      await door.kill();
      await announce(2);
      const { port } = new URL(door.url);
      await aDoor({}, house.context.bus, Number(port));
      await eventually(() => printed.length === 4, 20_000);
      await announce(3);
      await eventually(() => printed.length === 5);
      expect(printed.map((frame) => ("size" in frame ? frame.size : frame.kind))).toEqual([
        "stream.hello",
        1,
        "stream.hello",
        2,
        3,
      ]);
    } finally {
      child.kill();
      rmSync(folder, { recursive: true });
    }
  });

  it("in Python is Python", (context) => {
    const parse = "import ast, sys; ast.parse(sys.stdin.read())";
    const { error, status, stderr } = spawnSync("python3", ["-c", parse], {
      input: programOf("python"),
      encoding: "utf8",
    });
    if (error !== undefined) skipBecause(context, "there is no python3 here");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(programOf("python")).toContain("websockets");
  });
});

describe("the address of the stream", () => {
  it("says to a browser what it is", async () => {
    const door = await aDoor();
    const answer = await fetch(door.url.replace("ws:", "http:"));
    expect(answer.status).toBe(426);
    expect(answer.headers.get("upgrade")).toBe("websocket");
    expect(await answer.text()).toContain("WebSocket");
  });

  it("is one path and nothing below it", () => {
    const isIt = (url: string) => isLiveStream({ url } as Parameters<typeof isLiveStream>[0]);
    expect(["/live/events", "/live/events?after=1", "/live/events?%zz"].map(isIt)).toEqual([
      true,
      true,
      true,
    ]);
    expect(["/live", "/live/events/", "/live/events2", "//live/events"].map(isIt)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
