import { WebSocket } from "ws";
import { type OpenDoor, openLineDoor } from "@/server/adapters/golem/http-exchange";
import { type KeepAlive, WebSocketStream } from "@/server/adapters/golem/websocket-stream";

/** How long the VPN may take to connect: yagna gives up after 5 s itself. */
const CONNECT_MS = 8_000;

/** The longest WebSocket message that is taken. yagna cuts a TCP stream into far smaller ones. */
const MAX_MESSAGE_BYTES = 4_194_304;

/** yagna pings every 5 s and drops a client after 10 s of silence; we wait 20 s for it. */
const KEEP_ALIVE: KeepAlive = { pingMs: 5_000, missedPings: 4 };

export type TunnelEnd = {
  /** yagna's VPN address of one port inside a provider's machine. */
  readonly uri: string;
  readonly appKey: string;
};

/** One TCP connection into a provider's machine: each is a WebSocket of its own. */
export function connectTunnel(
  { uri, appKey }: TunnelEnd,
  keepAlive: KeepAlive = KEEP_ALIVE,
): WebSocketStream {
  const socket = new WebSocket(uri, {
    headers: { authorization: `Bearer ${appKey}` },
    handshakeTimeout: CONNECT_MS,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  // Without this, every small request waits for Nagle, about 40 ms.
  socket.on("upgrade", (response) => response.socket.setNoDelay(true));
  return new WebSocketStream(socket, keepAlive);
}

/**
 * Opens a door to the model server inside a provider's machine. Connects when it is first used, and
 * listens nowhere: there is nothing on this host that a neighbour could use.
 */
export function openDoor(end: TunnelEnd): OpenDoor {
  return openLineDoor("http://door", async () => {
    const tunnel = connectTunnel(end);
    return { stream: tunnel, peer: null, bytesSent: () => tunnel.bytesWritten };
  });
}
