import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import { z } from "zod";
import { clientAddressOf } from "@/server/api/client-address";
import { isOwnOrigin } from "@/server/api/own-origin";
import { liveDoor } from "@/server/api/root";
import type { Context } from "@/server/context";

/** Where pages of this portal follow what happens. */
const PAGE_SOCKET_PATH = "/live";

export type PageSocketLimits = {
  readonly connections: number;
  readonly perAddress: number;
  /** What one page may follow at once. */
  readonly subscriptions: number;
  /** What one page may say in a minute: it subscribes, and answers pings. */
  readonly messagesPerMinute: number;
  /** What may wait in memory for one page that does not read. */
  readonly bufferBytes: number;
  readonly sweepMs: number;
};

/** A newsroom's browsers share an address; a page holds one socket, and a subscription for each live part of it. */
const LIMITS: PageSocketLimits = {
  connections: 1_000,
  perAddress: 100,
  subscriptions: 8,
  messagesPerMinute: 120,
  bufferBytes: 1_048_576,
  sweepMs: 1_000,
};

/** The largest message that a page may send: a subscription names its procedure and the last event that it saw. */
const MAX_MESSAGE_BYTES = 4_096;

export type PageSockets = {
  /** Takes over a connection that asks to become a WebSocket, or ends it. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  size(): number;
  /** Tells every page to come back, and ends. */
  close(): void;
};

/** Whether an address can be read at all: tRPC throws at one that cannot, and anybody may send such. */
const isReadable = ({ url = "", headers }: IncomingMessage): boolean =>
  URL.canParse(url, `http://${headers.host ?? "localhost"}`);

/** tRPC's door for the portal's own pages: what is live, for whoever looks, and bounded for each. */
export function createPageSockets(
  context: Context,
  limits: PageSocketLimits = LIMITS,
): PageSockets {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  const perAddress = new Map<string, number>();
  const heard = new WeakMap<WebSocket, Heard>();

  const hasRoom = (address: string): boolean =>
    sockets.clients.size < limits.connections && (perAddress.get(address) ?? 0) < limits.perAddress;

  function count(socket: WebSocket, address: string): void {
    perAddress.set(address, (perAddress.get(address) ?? 0) + 1);
    socket.on("close", () => {
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left === 0) perAddress.delete(address);
      else perAddress.set(address, left);
    });
    const own: Heard = { messages: 0, followed: new Set() };
    heard.set(socket, own);
    socket.on("message", (data) => {
      own.messages += 1;
      for (const call of callsIn(data)) note(own, call);
      if (own.messages > limits.messagesPerMinute || own.followed.size > limits.subscriptions)
        socket.terminate();
    });
  }

  // Before tRPC's own handler: what is too much is not answered.
  sockets.on("connection", (socket, request: IncomingMessage) =>
    count(socket, clientAddressOf(request)),
  );
  const live = applyWSSHandler({
    wss: sockets,
    router: liveDoor,
    // What is live is public; nobody acts through this door, whatever cookies come along.
    createContext: async () => ({ ...context, actor: null }),
    keepAlive: { enabled: true, pingMs: 20_000, pongWaitMs: 10_000 },
  });
  const slow = setInterval(() => {
    for (const socket of sockets.clients)
      if (socket.bufferedAmount > limits.bufferBytes) socket.terminate();
  }, limits.sweepMs).unref();
  const minute = setInterval(() => {
    for (const socket of sockets.clients) {
      const own = heard.get(socket);
      if (own !== undefined) own.messages = 0;
    }
  }, 60_000).unref();

  return {
    upgrade(request, socket, head) {
      const isAsked = request.url?.split("?")[0] === PAGE_SOCKET_PATH && isReadable(request);
      const mayEnter =
        isAsked &&
        isOwnOrigin(request.headers, context.publicUrl) &&
        hasRoom(clientAddressOf(request));
      if (!mayEnter) return void socket.destroy();
      sockets.handleUpgrade(request, socket, head, (opened) =>
        sockets.emit("connection", opened, request),
      );
    },
    size: () => sockets.clients.size,
    close() {
      clearInterval(slow);
      clearInterval(minute);
      live.broadcastReconnectNotification();
      for (const socket of sockets.clients) socket.terminate();
    },
  };
}

const Call = z.object({
  id: z.union([z.number(), z.string(), z.null()]).optional(),
  method: z.string().optional(),
});
type Call = z.infer<typeof Call>;
const Calls = z.union([z.array(Call), Call.transform((call) => [call])]);

/** What one page said in this minute, and the ids of the subscriptions that it began and did not end. */
type Heard = { messages: number; readonly followed: Set<Call["id"]> };

/** tRPC takes several calls in one message. */
const callsIn = (data: RawData): readonly Call[] =>
  Calls.safeParse(parsed(String(data))).data ?? [];

function note({ followed }: Heard, { id, method }: Call): void {
  if (method === "subscription") followed.add(id);
  if (method === "subscription.stop") followed.delete(id);
}

/** Pings are no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
