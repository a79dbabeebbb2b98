import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { Activities } from "@/server/adapters/golem/loopback/activities";
import type { ProviderHost } from "@/server/adapters/golem/loopback/provider-host";
import { keyProblem } from "@/server/adapters/golem/loopback/router";
import type { VirtualNetworks } from "@/server/adapters/golem/loopback/virtual-networks";
import { WebSocketStream } from "@/server/adapters/golem/websocket-stream";

const TUNNEL = /^\/net-api\/v[12]\/(?:vpn\/)?net\/([^/]+)\/tcp\/([^/]+)\/(\d+)$/;

/** yagna pings a VPN socket this often. */
const PING_MS = 5_000;

/** How long a connect to a dead port takes before it is given up. Real yagna waits 5 s. */
const CONNECT_TIMEOUT_MS = 300;

type Refusal = "401 Unauthorized" | "404 Not Found" | "504 Gateway Timeout";

export type TunnelGateOptions = {
  readonly appKey: string;
  readonly networks: VirtualNetworks;
  readonly activities: Activities;
};

/** Where the VPN's WebSockets come in: each becomes a stream to one port inside a provider's machine. */
export class TunnelGate {
  readonly #options: TunnelGateOptions;
  readonly #server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #pings: NodeJS.Timeout;

  constructor(options: TunnelGateOptions) {
    this.#options = options;
    this.#pings = setInterval(() => this.#pingAll(), PING_MS).unref();
  }

  /** Answers one `upgrade` event of the HTTP server. */
  admit(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    // Without this, every small request through the tunnel waits for Nagle, about 40 ms.
    socket.setNoDelay(true);
    const target = this.#targetOf(request);
    if (typeof target === "string") deny(socket, target);
    else
      this.#server.handleUpgrade(request, socket, head, (webSocket: WebSocket) =>
        target.host.accept(target.port, new WebSocketStream(webSocket)),
      );
  }

  /** Ends all tunnels. */
  close(): void {
    clearInterval(this.#pings);
    for (const client of this.#server.clients) client.terminate();
  }

  /** The machine and port that a request asks for, or the status that refuses it. */
  #targetOf(request: IncomingMessage): { host: ProviderHost; port: number } | Refusal {
    const { appKey, networks, activities } = this.#options;
    const url = new URL(request.url ?? "/", "http://loopback");
    if (keyProblem(request, url, appKey) !== null) return "401 Unauthorized";
    const [, networkId, address = "", port] = TUNNEL.exec(url.pathname) ?? [];
    if (networkId === undefined) return "404 Not Found";
    const node = networks.nodeAt(networkId, address);
    const host = node === null ? null : activities.runningIn(networkId, node)?.agreement.host;
    if (!host || host.isGone || !host.listensOn(Number(port))) return "504 Gateway Timeout";
    return { host, port: Number(port) };
  }

  #pingAll(): void {
    for (const client of this.#server.clients) client.ping();
  }
}

function deny(socket: Socket, status: Refusal): void {
  const answer = `HTTP/1.1 ${status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`;
  const waitMs = status === "504 Gateway Timeout" ? CONNECT_TIMEOUT_MS : 0;
  setTimeout(() => socket.end(answer), waitMs).unref();
}
