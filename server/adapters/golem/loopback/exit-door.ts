import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";

/** The port inside every provider's machine on which the CONNECT proxy listens. */
export const EXIT_DOOR_PORT = 8080;

export type ExitDoorOptions = {
  /** The provider's own address: what the other side sees. */
  readonly localAddress: string;
  /** Where one may go, as `host:port`. */
  readonly allowed: ReadonlySet<string>;
};

/**
 * A CONNECT proxy inside a provider's machine. It dials from the provider's address and passes
 * bytes on without reading them; a TLS session inside ends at the requestor.
 */
export function createExitDoor({ localAddress, allowed }: ExitDoorOptions): Server {
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on("connect", (request, client: Duplex, head) => {
    const target = request.url ?? "";
    client.on("error", () => client.destroy());
    if (!allowed.has(target)) return refuse(client, "403 Forbidden");
    const { hostname: host, port } = new URL(`http://${target}`);
    const upstream = connect({ host, port: Number(port || 80), localAddress, noDelay: true });
    upstream.once("connect", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      if (head.length > 0) upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on("error", () => refuse(client, "502 Bad Gateway"));
    upstream.once("close", () => client.destroy());
    client.once("close", () => upstream.destroy());
  });
  return server;
}

const refuse = (client: Duplex, status: string): void => {
  if (!client.destroyed) client.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`);
};
