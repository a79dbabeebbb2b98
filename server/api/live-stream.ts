import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { EVENTS_KEPT_HOURS, EventId, type LiveFrame } from "@/schemas/live-event";
import type { EventBus } from "@/server/adapters/db/event-bus";
import { clientAddressOf } from "@/server/api/client-address";
import { eventsAfter, startingPoint } from "@/server/api/live-events";
import { instantOf } from "@/server/domain/time";
import type { Logger } from "@/server/telemetry/logger";

/** Where anybody follows what happens here: docs/live-events.md. */
export const LIVE_STREAM_PATH = "/live/events";

export type LiveStreamDeps = {
  readonly bus: Pick<EventBus, "range" | "since" | "follow">;
  readonly logger: Logger;
  readonly now: () => Date;
};

export type LiveStreamLimits = {
  readonly connections: number;
  readonly perAddress: number;
  /** What may wait in memory for one client. */
  readonly bufferBytes: number;
  /** How long more than that may wait. */
  readonly slowMs: number;
  readonly pingMs: number;
  /** How long a client may take to close after it was told to. */
  readonly closingMs: number;
};

/** A newsroom's scripts share an address; the buffer holds some 1,500 events. */
const LIMITS: LiveStreamLimits = {
  connections: 500,
  perAddress: 20,
  bufferBytes: 262_144,
  slowMs: 10_000,
  pingMs: 20_000,
  closingMs: 2_000,
};

/** Clients have nothing to say; what is longer than this is not even read. */
const MAX_MESSAGE_BYTES = 1_024;

/** Why a connection is closed (RFC 6455, section 7.4.1; 1012 and 1013 from the IANA registry). Reasons take 123 bytes. */
const CLOSE = {
  message: [1003, "This stream only tells: it takes no messages."],
  badAfter: [1008, "after is the id of an event: up to 19 digits, once."],
  perAddress: [1008, "Too many connections from this address."],
  failed: [1011, "The portal cannot read its events. Come back with ?after="],
  restart: [1012, "The portal stops. Come back with ?after="],
  full: [1013, "Too many connections. Come back later."],
  slow: [1013, "Events are read too slowly. Come back with ?after="],
} as const;

type Client = {
  readonly socket: WebSocket;
  readonly address: string;
  readonly gone: AbortController;
  isAlive: boolean;
};

export type LiveStream = {
  /** Takes over a connection that asks to become a WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Tells a client that came without asking for a WebSocket. */
  refuse(response: ServerResponse): void;
  /** How many clients follow now. */
  size(): number;
  /** Tells every client to come back, and ends. */
  close(): Promise<void>;
};

/** Whether a request is for the public stream. */
export const isLiveStream = ({ url }: IncomingMessage): boolean =>
  url?.split("?", 1)[0] === LIVE_STREAM_PATH;

/**
 * The public stream of live events: a WebSocket for anybody, from whatever page or program, without a
 * sign-in. What it tells is public, and it takes nothing in; that is why no origin is refused.
 */
export function createLiveStream(
  deps: LiveStreamDeps,
  limits: LiveStreamLimits = LIMITS,
): LiveStream {
  const log = deps.logger.child({ component: "live-stream" });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  const clients = new Set<Client>();

  function refusalOf(address: string): keyof typeof CLOSE | null {
    if (clients.size >= limits.connections) return "full";
    const own = [...clients].filter((client) => client.address === address).length;
    return own >= limits.perAddress ? "perAddress" : null;
  }

  function connected(socket: WebSocket, request: IncomingMessage): void {
    const client = clientOf(socket, request);
    const after = afterOf(request.url ?? "");
    const refusal = after === undefined ? "badAfter" : refusalOf(client.address);
    if (refusal !== null) return void end(client, refusal, limits);
    attend(client, clients, limits);
    follow(client, after ?? null, deps, limits).catch((error: unknown) => {
      if (client.gone.signal.aborted) return;
      log.warn({ err: error }, "events cannot be read");
      end(client, "failed", limits);
    });
  }

  const pings = setInterval(() => pingAll(clients), limits.pingMs).unref();
  let isClosing = false;
  return {
    upgrade(request, socket, head) {
      if (isClosing) return void socket.destroy();
      sockets.handleUpgrade(request, socket, head, (opened) => connected(opened, request));
    },
    refuse: askForSocket,
    size: () => clients.size,
    async close() {
      isClosing = true;
      clearInterval(pings);
      const closed = [...clients].map(
        ({ socket }) => new Promise((resolve) => socket.once("close", resolve)),
      );
      for (const client of clients) end(client, "restart", limits);
      await Promise.all(closed);
    },
  };
}

function clientOf(socket: WebSocket, request: IncomingMessage): Client {
  // Whatever is wrong with a connection closes it; there is nothing else to do about it.
  socket.on("error", () => {});
  return {
    socket,
    address: clientAddressOf(request),
    gone: new AbortController(),
    isAlive: true,
  };
}

/** Counts a client among `clients` until it goes, and ends it when it says anything. */
function attend(client: Client, clients: Set<Client>, limits: LiveStreamLimits): void {
  const { socket, gone } = client;
  clients.add(client);
  socket.on("close", () => {
    clients.delete(client);
    gone.abort();
  });
  socket.on("pong", () => {
    client.isAlive = true;
  });
  socket.once("message", () => end(client, "message", limits));
}

function pingAll(clients: ReadonlySet<Client>): void {
  for (const client of clients) {
    if (!client.isAlive) client.socket.terminate();
    client.isAlive = false;
    client.socket.ping();
  }
}

/** Tells a client what happened since `after`, and then what happens, until it goes. */
async function follow(
  client: Client,
  after: string | null,
  { bus, now }: Pick<LiveStreamDeps, "bus" | "now">,
  limits: LiveStreamLimits,
): Promise<void> {
  const start = await startingPoint(bus, after);
  const about = { v: 1, at: instantOf(now()) } as const;
  const keptHours = EVENTS_KEPT_HOURS;
  const hello = { ...about, kind: "stream.hello", newestId: start.newest, keptHours } as const;
  await tell(client, hello, limits);
  if (after !== null && start.hasGap)
    await tell(client, { ...about, kind: "stream.gap", after, oldestId: start.oldest }, limits);
  for await (const event of eventsAfter(bus, start.from, client.gone.signal))
    if (!(await tell(client, event, limits))) return end(client, "slow", limits);
}

/** Sends one frame. False: the client reads too slowly, or has gone. */
async function tell(
  { socket, gone }: Client,
  frame: LiveFrame,
  { bufferBytes, slowMs }: LiveStreamLimits,
): Promise<boolean> {
  if (gone.signal.aborted) return false;
  const sent = new Promise<boolean>((resolve) => {
    socket.send(JSON.stringify(frame), (error) => resolve(!error));
  });
  if (socket.bufferedAmount <= bufferBytes) return true;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), slowMs);
  });
  const isInTime = await Promise.race([sent, late]);
  clearTimeout(timer);
  return isInTime;
}

function end(
  { socket, gone }: Client,
  why: keyof typeof CLOSE,
  { closingMs }: LiveStreamLimits,
): void {
  const [code, reason] = CLOSE[why];
  gone.abort();
  socket.close(code, reason);
  // One that does not answer, or does not read, is not waited for.
  setTimeout(() => socket.terminate(), closingMs).unref();
}

function askForSocket(response: ServerResponse): void {
  response.writeHead(426, {
    upgrade: "websocket",
    connection: "Upgrade",
    "content-type": "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
  });
  response.end("Here is a WebSocket: see docs/live-events.md.\n");
}

/** What a client asks to go on after; null: nothing; undefined: what it asks cannot be understood. */
function afterOf(url: string): string | null | undefined {
  const query = url.indexOf("?");
  const [first, ...more] = new URLSearchParams(query === -1 ? "" : url.slice(query)).getAll(
    "after",
  );
  if (first === undefined) return null;
  return more.length === 0 && EventId.safeParse(first).success ? first : undefined;
}
