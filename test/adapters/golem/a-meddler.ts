import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { LoopbackNetwork } from "@/server/adapters/golem/loopback/network";

/** One exchange with yagna, before its reply goes on. */
export type Passing = {
  readonly method: string;
  readonly url: URL;
  readonly status: number;
  /** The reply as JSON; null when it has no body. */
  readonly body: unknown;
};

export type Meddling = {
  /** A status with which a request is refused before yagna hears of it; null: it goes on. */
  readonly refuse?: (method: string, url: URL) => number | null;
  /** What to reply instead; null: the reply as it is; a promise: held back until then. */
  readonly reply?: (
    passing: Passing,
  ) => null | Promise<null> | { readonly status: number; readonly body: unknown };
};

/** A network whose yagna is reached through something that looks into its REST replies and may change them. */
export async function aMeddledNetwork(
  network: LoopbackNetwork,
  { refuse = () => null, reply = () => null }: Meddling,
): Promise<LoopbackNetwork> {
  const server = createServer((request, response) => {
    pass(network.url, request, response, { refuse, reply }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...network,
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await network.stop();
    },
  };
}

async function pass(
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
  { refuse, reply }: Required<Meddling>,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const { method = "GET" } = request;
  const url = new URL(request.url ?? "/", target);
  const refused = refuse(method, url);
  if (refused !== null) {
    response.writeHead(refused, { "content-type": "application/json" });
    response.end(JSON.stringify({ message: "database is locked" }));
    return;
  }
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const answer = await fetch(url, {
    method,
    headers: {
      "content-type": request.headers["content-type"] ?? "application/json",
      authorization: request.headers.authorization ?? "",
    },
    body: method === "GET" || chunks.length === 0 ? null : Buffer.concat(chunks),
    signal: gone.signal,
  });
  const text = await answer.text();
  const type = answer.headers.get("content-type") ?? "";
  const body: unknown = type.includes("json") && text !== "" ? JSON.parse(text) : text || null;
  const changed = await reply({ method, url, status: answer.status, body });
  const isJson = changed !== null || type.includes("json");
  response.writeHead(
    changed?.status ?? answer.status,
    isJson ? { "content-type": "application/json" } : {},
  );
  response.end(changed === null ? text : JSON.stringify(changed.body));
}
