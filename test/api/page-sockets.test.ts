import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { LiveEvent } from "@/schemas/live-event";
import type { EventBus } from "@/server/adapters/db/event-bus";
import { createPageSockets, type PageSocketLimits } from "@/server/api/page-sockets";
import { instantOf } from "@/server/domain/time";
import { NOON } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";
import { eventually } from "@/test/support/fakes";

const house = ownContext();
const LIMITS: PageSocketLimits = {
  connections: 100,
  perAddress: 100,
  subscriptions: 8,
  messagesPerMinute: 120,
  bufferBytes: 1_048_576,
  sweepMs: 50,
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A portal that has this door only. */
async function aDoor(limits: Partial<PageSocketLimits> = {}, bus = house.context.bus) {
  const pages = createPageSockets({ ...house.context, bus }, { ...LIMITS, ...limits });
  const server = createServer((_, response) => response.end());
  server.on("upgrade", (request, socket, head) => pages.upgrade(request, socket, head));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(async () => {
    pages.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { port, pages, url: `ws://127.0.0.1:${port}/live` };
}

/** A page's socket: whether it was let in, and whether it still is. */
function aPage(url: string) {
  const socket = new WebSocket(url);
  let isOpen = false;
  const said: string[] = [];
  const settled = new Promise<boolean>((resolve) => {
    socket.on("open", () => {
      isOpen = true;
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
  socket.on("message", (data) => said.push(String(data)));
  socket.on("close", () => {
    isOpen = false;
  });
  closing.push(async () => socket.terminate());
  return { socket, settled, said, isOpen: () => isOpen };
}

const subscription = (id: number, lastEventId: string | null = null) => ({
  id,
  method: "subscription",
  params: { path: "live.events", input: { json: { lastEventId } } },
});

/** A bus that has so many events and no new ones. */
function aBusOf(count: number): EventBus {
  const at = instantOf(NOON);
  const eventOf = (n: number): LiveEvent => ({
    v: 1,
    id: String(n),
    at,
    kind: "log.published",
    size: n,
  });
  return {
    ...house.context.bus,
    range: async () => ({ oldest: "1", newest: String(count) }),
    since: async (id) => {
      // As a database does, it leaves others their turn.
      await new Promise((resolve) => setImmediate(resolve));
      const first = Number(id ?? count) + 1;
      const length = Math.max(0, Math.min(500, count - first + 1));
      return Array.from({ length }, (_, n) => eventOf(first + n));
    },
  };
}

/** Sends a request as it stands; resolves when the connection has ended. */
const sendRaw = (port: number, lines: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`${lines.join("\r\n")}\r\n\r\n`));
    let answer = "";
    socket.on("data", (data) => {
      answer += String(data);
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
  });

describe("the door of the portal's own pages", () => {
  it("follows what is live", async () => {
    const { url } = await aDoor();
    const page = aPage(url);
    expect(await page.settled).toBe(true);
    page.socket.send(JSON.stringify(subscription(1)));
    await eventually(() => page.said.some((text) => text.includes("started")));
    await house.context.bus.announce({ kind: "log.published", size: 41 });
    await eventually(() => page.said.some((text) => text.includes('"size":41')));
  });

  it.each(["a b[", "[::1", "x:99999999"])(
    "ends a connection whose host is %j, and lives",
    async (host) => {
      const { port, url } = await aDoor();
      const answer = await sendRaw(port, [
        "GET /live HTTP/1.1",
        `Host: ${host}`,
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
      ]);
      expect(answer).not.toContain("101 Switching");
      expect(await aPage(url).settled).toBe(true);
    },
  );

  it("takes so many connections from one address, and has room again when one has left", async () => {
    const { url } = await aDoor({ perAddress: 2 });
    const pages = [aPage(url), aPage(url)];
    expect(await Promise.all(pages.map(({ settled }) => settled))).toEqual([true, true]);
    expect(await aPage(url).settled).toBe(false);
    pages[0]?.socket.close();
    await eventually(async () => aPage(url).settled);
  });

  it("takes so many connections in all", async () => {
    const { url, pages } = await aDoor({ connections: 1 });
    expect(await aPage(url).settled).toBe(true);
    expect(await aPage(url).settled).toBe(false);
    expect(pages.size()).toBe(1);
  });

  it("lets a page follow so much at once, in whatever messages it says so", async () => {
    const { url } = await aDoor({ subscriptions: 2 });
    const [good, bad] = [aPage(url), aPage(url)];
    await Promise.all([good.settled, bad.settled]);
    const stop = { id: 1, method: "subscription.stop" };
    for (const call of [subscription(1), subscription(2), stop, subscription(3)])
      good.socket.send(JSON.stringify(call));
    // Ending what was never begun makes no room.
    bad.socket.send(JSON.stringify([{ id: 9, method: "subscription.stop" }, subscription(1)]));
    bad.socket.send(JSON.stringify([subscription(2), subscription(3)]));
    await eventually(() => !bad.isOpen());
    expect(good.isOpen()).toBe(true);
  });

  it("ends a page that says too much", async () => {
    const { url } = await aDoor({ messagesPerMinute: 5 });
    const page = aPage(url);
    await page.settled;
    for (let n = 0; n < 6; n++) page.socket.send("PONG");
    await eventually(() => !page.isOpen());
  });

  it("ends a page that does not read what it asked for", async () => {
    const { url, pages } = await aDoor({ bufferBytes: 65_536 }, aBusOf(400_000));
    const page = aPage(url);
    await page.settled;
    page.socket.send(JSON.stringify(subscription(1, "0")));
    await eventually(() => page.said.length > 0);
    page.socket.pause();
    // What the kernels take in is some megabytes; then it waits in the portal's memory.
    await eventually(() => pages.size() === 0, 20_000);
    page.socket.resume();
    await eventually(() => !page.isOpen());
    expect(page.said.length).toBeLessThan(400_000);
  });
});
