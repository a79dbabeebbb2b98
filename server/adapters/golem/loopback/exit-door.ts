import { createServer, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createAnswerPath } from "@/server/adapters/golem/loopback/answer-path";
import type { Conduct } from "@/server/adapters/golem/loopback/conduct";
import { pour } from "@/server/adapters/golem/loopback/pour";
import type { ProviderHost } from "@/server/adapters/golem/loopback/provider-host";
import type { Reach } from "@/server/adapters/golem/loopback/reach";

/** The port inside every provider's machine on which the CONNECT proxy listens. */
export const EXIT_DOOR_PORT = 8080;

/** How long the proxy dials before it gives up. */
const DIAL_MS = 3_000;

const GARBAGE = Buffer.alloc(16_384, "Z");
const HEADER_LINES = `x-flood: ${"a".repeat(1_000)}\r\n`.repeat(16);

export type ExitDoorOptions = {
  readonly host: ProviderHost;
  /** The network's own echo services as `host:port`: every exit leads there, and no fault but the stream's touches them. */
  readonly echoes: ReadonlySet<string>;
  /** How much longer the answers of a slow provider take. */
  readonly slowMs: number;
};

/**
 * A CONNECT proxy inside a provider's machine. It leads where the agreement's manifest allows, dials
 * from the provider's address and passes bytes on without reading them; a TLS session inside ends
 * at the requestor. It refuses with 403 what is not allowed, with 502 what it cannot dial, and with
 * 504 what takes too long to dial.
 */
export function createExitDoor(options: ExitDoorOptions): Server {
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on("connect", (request, client: Duplex, head) => {
    client.on("error", () => client.destroy());
    admit(options, request.url ?? "", client, head).catch(() => client.destroy());
  });
  return server;
}

async function admit(
  { host, echoes, slowMs }: ExitDoorOptions,
  url: string,
  client: Duplex,
  head: Buffer,
): Promise<void> {
  const visit = host.visitOf(client);
  const target = /^([a-z0-9.-]+):(\d{1,5})$/i.exec(url);
  if (visit === null || target === null) return refuse(client, "403 Forbidden");
  const [, name = "", port = ""] = target;
  const { conduct } = visit;
  const isEcho = echoes.has(url);
  const addresses = await addressesOf(visit.reach, name, Number(port), isEcho);
  if (addresses === null) return refuse(client, "403 Forbidden");
  if (conduct.shows("floods") && !isEcho) return floodWithHeaders(client);
  const [address] = addresses;
  if (address === undefined) return refuse(client, "502 Bad Gateway");
  const upstream = await dial(address, Number(port), conduct);
  if (typeof upstream === "string") return refuse(client, upstream);
  client.write("HTTP/1.1 200 Connection established\r\n\r\n");
  relay(client, head, upstream, isEcho ? null : { conduct, slowMs });
}

async function addressesOf(
  reach: Reach | null,
  name: string,
  port: number,
  isEcho: boolean,
): Promise<readonly string[] | null> {
  if (reach === null) return null;
  return isEcho ? [name] : reach(name, port);
}

/** A connection from the provider's own address, or the status that says why there is none. */
function dial(
  host: string,
  port: number,
  { place }: Conduct,
): Promise<Socket | "502 Bad Gateway" | "504 Gateway Timeout"> {
  return new Promise((resolve) => {
    const upstream = connect({ host, port, localAddress: place.address, noDelay: true });
    const giveUp = setTimeout(() => {
      upstream.destroy();
      resolve("504 Gateway Timeout");
    }, DIAL_MS).unref();
    upstream.once("connect", () => {
      clearTimeout(giveUp);
      resolve(upstream);
    });
    upstream.on("error", () => {
      clearTimeout(giveUp);
      resolve("502 Bad Gateway");
    });
  });
}

/** Passes bytes on, as fast as the slower side takes them. An end is passed on after the last byte. */
function relay(
  client: Duplex,
  head: Buffer,
  upstream: Socket,
  faults: { readonly conduct: Conduct; readonly slowMs: number } | null,
): void {
  upstream.on("error", () => client.destroy());
  client.once("close", () => upstream.destroy());
  if (faults === null) {
    if (head.length > 0) upstream.write(head);
    client.pipe(upstream).pipe(client);
    return;
  }
  const onFlood = () => {
    path.answers.unpipe(client);
    pour(client, GARBAGE);
  };
  const path = createAnswerPath({ ...faults, onFlood });
  path.questions.on("error", () => client.destroy());
  path.answers.on("error", () => client.destroy());
  if (head.length > 0) path.questions.write(head);
  client.pipe(path.questions).pipe(upstream).pipe(path.answers).pipe(client);
}

const refuse = (client: Duplex, status: string): void => {
  if (!client.destroyed) client.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`);
};

/** An answer to CONNECT whose header never ends. */
function floodWithHeaders(client: Duplex): void {
  client.write("HTTP/1.1 200 Connection established\r\n");
  pour(client, HEADER_LINES);
}
