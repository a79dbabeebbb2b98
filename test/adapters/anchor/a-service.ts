import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll } from "vitest";

/** What a service is asked. */
export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Uint8Array;
};

/** How it answers: with bytes, with bytes that never end, with one now and then, or not at all. */
export type Answer =
  | { readonly status?: number; readonly body: Uint8Array | string; readonly location?: string }
  | "endless"
  | "drip"
  | "silence";

export type Service = {
  readonly url: string;
  readonly asked: Asked[];
  answer: (asked: Asked) => Answer | Promise<Answer>;
};

/** A loopback HTTP server for the calling test file. May be read from within tests and hooks only. */
export function ownService(): Service {
  const service: { url: string; asked: Asked[]; answer: Service["answer"] } = {
    url: "",
    asked: [],
    answer: () => ({ status: 500, body: "no test told it what to answer" }),
  };
  const server = createServer((request, response) => {
    void respond(service, request, response);
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return service;
}

async function respond(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const asked = {
    method: request.method ?? "",
    path: request.url ?? "",
    headers: request.headers,
    body: Uint8Array.from(Buffer.concat(chunks)),
  };
  service.asked.push(asked);
  const answer = await service.answer(asked);
  if (answer === "silence") return;
  if (answer === "drip") {
    response.write("0");
    const drip = setInterval(() => response.write("0"), 20);
    response.on("close", () => clearInterval(drip));
    return;
  }
  if (answer === "endless") {
    const pour = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
    };
    response.on("drain", pour);
    pour();
    return;
  }
  const { status = 200, body, location } = answer;
  response.writeHead(status, location === undefined ? {} : { location });
  response.end(body);
}
