import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { z } from "zod";
import { type Reply, refuse } from "@/server/adapters/golem/loopback/reply";

/** The largest request body that is read. golem-js sends a few kilobytes. */
const MAX_BODY_BYTES = 1_048_576;

/** One request to a route. */
export type Call = {
  /** A segment of the path that the route names with a colon. */
  param(name: string): string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  /** The address that the request comes from. */
  readonly remoteAddress: string;
  /** The JSON body, parsed; what does not fit is answered with 400. */
  read<T>(schema: z.ZodType<T>): T;
  /** Aborts when the caller has gone away: nobody waits for a long poll any more. */
  readonly closed: AbortSignal;
};

export type Route = {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** As in `/net/:id/nodes`. */
  readonly path: string;
  /** Open routes need no application key. */
  readonly open?: true;
  readonly handle: (call: Call) => Reply | Promise<Reply>;
};

type CompiledRoute = Route & { readonly pattern: RegExp };

/** An HTTP listener for a table of routes. JSON in, JSON out, Bearer or `?authToken=` for what is not open. */
export function listenerFor(routes: readonly Route[], appKey: string): RequestListener {
  const compiled: CompiledRoute[] = routes.map((route) => ({
    ...route,
    pattern: new RegExp(`^${route.path.replace(/:(\w+)/g, "(?<$1>[^/]+)")}$`),
  }));
  return (request, response) => {
    answer(compiled, appKey, request, response)
      .catch((error: unknown) =>
        error instanceof z.ZodError || error instanceof SyntaxError
          ? refuse(400, `Json deserialize error: ${error.message}`)
          : refuse(500, String(error)),
      )
      .then((reply) => send(response, reply))
      .catch(() => response.destroy());
  };
}

async function answer(
  routes: readonly CompiledRoute[],
  appKey: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Reply> {
  const url = new URL(request.url ?? "/", "http://loopback");
  const route = routes.find(
    ({ method, pattern }) => method === request.method && pattern.test(url.pathname),
  );
  if (!route?.open) {
    const problem = keyProblem(request, url, appKey);
    if (problem !== null) return { status: 401, body: problem, contentType: "text/plain" };
  }
  if (route === undefined) return refuse(404, `no route ${request.method} ${url.pathname}`);
  const body = await bodyOf(request);
  const segments = route.pattern.exec(url.pathname)?.groups ?? {};
  const closed = new AbortController();
  response.once("close", () => closed.abort());
  return route.handle({
    param: (name) => decodeURIComponent(segments[name] ?? ""),
    query: url.searchParams,
    headers: request.headers,
    remoteAddress: request.socket.remoteAddress ?? "",
    read: (schema) => schema.parse(JSON.parse(body)),
    closed: closed.signal,
  });
}

/** Why a request may not pass, in yagna's words; null when it carries the application key. */
export function keyProblem(request: IncomingMessage, url: URL, appKey: string): string | null {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  const given = bearer ?? url.searchParams.get("authToken");
  if (given === null) return "Missing application key";
  return given === appKey ? null : "Invalid application key";
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new SyntaxError("the body is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, { status, body, contentType }: Reply): void {
  if (body === undefined) {
    response.writeHead(status).end();
    return;
  }
  response
    .writeHead(status, { "content-type": contentType ?? "application/json" })
    .end(contentType === "text/plain" ? String(body) : JSON.stringify(body));
}
