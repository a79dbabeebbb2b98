import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { Activities, Activity } from "@/server/adapters/golem/loopback/activities";
import { keyProblem } from "@/server/adapters/golem/loopback/router";
import type { VirtualNetworks } from "@/server/adapters/golem/loopback/virtual-networks";
import { VpnStream } from "@/server/adapters/golem/loopback/vpn-stream";
import type { YagnaTrouble } from "@/server/adapters/golem/loopback/yagna-trouble";
import { WebSocketStream } from "@/server/adapters/golem/websocket-stream";

const TUNNEL = /^\/net-api\/v[12]\/(?:vpn\/)?net\/([^/]+)\/tcp\/([^/]+)\/(\d+)$/;

/** yagna pings a VPN socket this often. */
const PING_MS = 5_000;

/** How long a connect to a dead port takes before it is given up. Real yagna waits 5 s. */
const CONNECT_TIMEOUT_MS = 300;

type Target = { readonly activity: Activity; readonly port: number };
type Refusal = "401 Unauthorized" | "404 Not Found" | "504 Gateway Timeout";

export type TunnelGateOptions = {
  readonly appKey: string;
  readonly networks: VirtualNetworks;
  readonly activities: Activities;
  readonly trouble: YagnaTrouble;
  readonly onProviderBytes: OnProviderBytes;
};

/** Hears all that the machines of providers see in the VPN. */
export type OnProviderBytes = (
  bytes: Uint8Array,
  seen: {
    readonly providerId: string;
    readonly port: number;
    readonly from: "requestor" | "machine";
  },
) => void;

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
    const { trouble } = this.#options;
    if (trouble.isDown) return void socket.resetAndDestroy();
    trouble.hold(socket);
    const target = this.#targetOf(request);
    if (typeof target === "string") deny(socket, target);
    else
      this.#server.handleUpgrade(request, socket, head, (webSocket: WebSocket) =>
        this.#connect(webSocket, target),
      );
  }

  /** Ends all tunnels. */
  close(): void {
    clearInterval(this.#pings);
    for (const client of this.#server.clients) client.terminate();
  }

  #connect(webSocket: WebSocket, { activity, port }: Target): void {
    const { host, conduct } = activity.agreement;
    const { id: providerId } = host.provider;
    const { onProviderBytes } = this.#options;
    const stream = new VpnStream(new WebSocketStream(webSocket), {
      isCorrupt: () => conduct.shows("corrupts"),
      onBytes: (bytes, from) => onProviderBytes(bytes, { providerId, port, from }),
    });
    host.accept(port, stream, { conduct, reach: activity.reach });
  }

  /** The machine and port that a request asks for, or the status that refuses it. */
  #targetOf(request: IncomingMessage): Target | Refusal {
    const { appKey, networks, activities } = this.#options;
    const url = new URL(request.url ?? "/", "http://loopback");
    if (keyProblem(request, url, appKey) !== null) return "401 Unauthorized";
    const [, networkId, address = "", port] = TUNNEL.exec(url.pathname) ?? [];
    if (networkId === undefined) return "404 Not Found";
    const node = networks.nodeAt(networkId, address);
    const activity = node === null ? null : activities.runningIn(networkId, node);
    if (activity === null) return "504 Gateway Timeout";
    const { host, conduct } = activity.agreement;
    if (conduct.isGone || !host.listensOn(Number(port))) return "504 Gateway Timeout";
    return { activity, port: Number(port) };
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
