import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";
import { type ServerOptions, type WebSocket, WebSocketServer } from "ws";
import type { TunnelEnd } from "@/server/adapters/golem/tunnel";
import { WebSocketStream } from "@/server/adapters/golem/websocket-stream";

/** A machine at the other end of Golem's VPN, with what the test lets it do. */
export type TunnelPeer = {
  readonly end: TunnelEnd;
  /** Connections that came in so far. */
  connections(): number;
  close(): Promise<void>;
};

/** Listens as yagna's VPN does: each WebSocket is one TCP connection into the machine. */
export async function aTunnelPeer(
  accept: (stream: Duplex, socket: WebSocket, tcp: Duplex) => void,
  options: ServerOptions = {},
): Promise<TunnelPeer> {
  const server = createServer();
  const gate = new WebSocketServer({ noServer: true, perMessageDeflate: false, ...options });
  let connections = 0;
  server.on("upgrade", (request, socket, head) =>
    gate.handleUpgrade(request, socket, head, (webSocket) => {
      connections += 1;
      const stream = new WebSocketStream(webSocket);
      stream.on("error", () => {});
      accept(stream, webSocket, socket);
    }),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    end: { uri: `ws://127.0.0.1:${port}/net-api/v1/net/n/tcp/10.0.0.2/8080`, appKey: "key" },
    connections: () => connections,
    async close() {
      for (const client of gate.clients) client.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** What a CONNECT proxy does with a target: dials a port of this host, or gives this answer. */
export type Dialling =
  | { readonly port: number; readonly localAddress?: string }
  | { readonly answer: string };

/** A CONNECT proxy in a machine. Everything that passes through it goes to `tap`, as its provider could read it. */
export const aConnectProxy =
  (dial: (authority: string) => Dialling, tap: (bytes: Buffer) => void = () => {}) =>
  (stream: Duplex): void => {
    stream.on("data", tap);
    stream.once("data", (head: Buffer) => {
      const authority = /^CONNECT (\S+) HTTP\/1\.1\r\n/.exec(head.toString("latin1"))?.[1] ?? "";
      const dialling = dial(authority);
      if ("answer" in dialling) return void stream.write(dialling.answer);
      const upstream = connect({ ...dialling, host: "127.0.0.1", noDelay: true });
      upstream.on("error", () => stream.destroy());
      upstream.once("connect", () => {
        stream.write("HTTP/1.1 200 Connection established\r\n\r\n");
        upstream.on("data", tap);
        upstream.pipe(stream).pipe(upstream);
      });
      upstream.once("close", () => stream.destroy());
      stream.once("close", () => upstream.destroy());
    });
  };
