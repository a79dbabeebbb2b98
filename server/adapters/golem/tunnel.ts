import { Agent, type ClientRequest, type IncomingMessage, request as send } from "node:http";
import { WebSocket } from "ws";
import type { Door, DoorRequest, DoorResponse } from "@/server/adapters/golem/vantage";
import { TunnelClosedError, WebSocketStream } from "@/server/adapters/golem/websocket-stream";
import { BeaconError, type ErrorCode } from "@/server/domain/errors";

/** How long the VPN may take to connect: yagna gives up after 5 s itself. */
const CONNECT_MS = 8_000;

/** The longest WebSocket message that is taken. yagna cuts a TCP stream into far smaller ones. */
const MAX_MESSAGE_BYTES = 4_194_304;

export type TunnelEnd = {
  /** yagna's VPN address of one port inside a provider's machine. */
  readonly uri: string;
  readonly appKey: string;
};

/** One TCP connection into a provider's machine: each is a WebSocket of its own. */
export function connectTunnel({ uri, appKey }: TunnelEnd): WebSocketStream {
  const socket = new WebSocket(uri, {
    headers: { authorization: `Bearer ${appKey}` },
    handshakeTimeout: CONNECT_MS,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  // Without this, every small request waits for Nagle, about 40 ms.
  socket.on("upgrade", (response) => response.socket.setNoDelay(true));
  return new WebSocketStream(socket);
}

/** `node:http` over the VPN: no listener on this host, nothing that a neighbour could use. */
class TunnelAgent extends Agent {
  readonly #end: TunnelEnd;

  constructor(end: TunnelEnd) {
    super({ keepAlive: true, maxSockets: 256, scheduling: "lifo" });
    this.#end = end;
  }

  override createConnection(): WebSocketStream {
    return connectTunnel(this.#end);
  }
}

/** A door and the means to shut it: closing ends its connections. */
export type OpenDoor = { readonly door: Door; close(): void };

/** Opens a door to one port inside a provider's machine. Connects when it is first used. */
export function openDoor(end: TunnelEnd): OpenDoor {
  const agent = new TunnelAgent(end);
  return {
    door: { request: (request) => exchangeAfresh(agent, request) },
    close: () => agent.destroy(),
  };
}

/** A kept connection turned out to be closed before anything was sent through it. */
class StaleConnection extends Error {}

/** One request and its answer, past kept connections that the other side has closed meanwhile. */
async function exchangeAfresh(agent: Agent, request: DoorRequest): Promise<DoorResponse> {
  for (;;) {
    try {
      return await exchange(agent, request);
    } catch (error) {
      // Each of them leaves the agent for good, so this ends with a new connection at the latest.
      if (!(error instanceof StaleConnection)) throw error;
    }
  }
}

/** One request and its answer. Settles exactly once; whatever ends it early also ends its connection. */
function exchange(agent: Agent, request: DoorRequest): Promise<DoorResponse> {
  const { signal, method, path, headers, body } = request;
  return new Promise((resolve, reject) => {
    const length = body === null ? {} : { "content-length": String(body.length) };
    const outgoing = send({
      agent,
      method,
      path,
      headers: { host: "door", ...headers, ...length },
    });
    const hasAnswered = watchFirstByte(outgoing);
    const giveUp = (error: Error) => {
      signal.removeEventListener("abort", onAbort);
      outgoing.destroy();
      reject(error);
    };
    const fail = (code: ErrorCode, message: string, cause?: unknown) =>
      giveUp(new BeaconError(code, message, { cause }));
    const breakOff = (cause?: unknown) => {
      if (hasAnswered())
        fail("MODEL_RESPONSE_CUT_SHORT", "the answer ended before it was whole", cause);
      else if (outgoing.reusedSocket && cause instanceof TunnelClosedError)
        giveUp(new StaleConnection());
      else fail("MODEL_UNREACHABLE", "the tunnel gave no answer", cause);
    };
    const onAbort = () =>
      isTimeout(signal.reason)
        ? fail("MODEL_TIMED_OUT", "no whole answer in time", signal.reason)
        : breakOff(signal.reason);
    outgoing.on("error", breakOff);
    outgoing.once("response", (incoming) => {
      collect(incoming, request.maxBytes).then((whole) => {
        if (whole === "too-large")
          return fail("MODEL_RESPONSE_TOO_LARGE", `more than ${request.maxBytes} bytes`);
        signal.removeEventListener("abort", onAbort);
        resolve({ status: incoming.statusCode ?? 0, headers: flat(incoming.headers), body: whole });
      }, breakOff);
    });
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    outgoing.end(body ?? undefined);
  });
}

const isTimeout = (reason: unknown): boolean =>
  reason instanceof Error && reason.name === "TimeoutError";

/** Tells whether any byte came back for this request, be it half a status line. */
function watchFirstByte(outgoing: ClientRequest): () => boolean {
  let before = 0;
  outgoing.once("socket", ({ bytesRead }) => {
    before = bytesRead;
  });
  return () => (outgoing.socket?.bytesRead ?? 0) > before;
}

async function collect(
  incoming: IncomingMessage,
  maxBytes: number,
): Promise<Uint8Array | "too-large"> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return "too-large";
    chunks.push(chunk);
  }
  return Uint8Array.from(Buffer.concat(chunks));
}

const flat = (headers: IncomingMessage["headers"]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value ?? ""].flat().join(", ")]),
  );
