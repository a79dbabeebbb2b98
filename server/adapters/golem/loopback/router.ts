import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { z } from "zod";
import { type Reply, refuse } from "@/server/adapters/golem/loopback/reply";
import type { YagnaTrouble } from "@/server/adapters/golem/loopback/yagna-trouble";

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
  /** Takes the response over as a stream of server-sent events. Returns what sends one. */
  stream(): (event: string, data: object) => void;
  /** Aborts when the caller has gone away: nobody waits for a long poll any more. */
  readonly closed: AbortSignal;
};

export type Route = {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** As in `/net/:id/nodes`. */
  readonly path: string;
  /** Open routes need no application key. */
  readonly open?: true;
  /** Not yagna's own: it answers also when yagna does not. */
  readonly outside?: true;
  /** Null: the handler has taken the response over, through `call.stream`. */
  readonly handle: (call: Call) => Reply | null | Promise<Reply | null>;
};

type CompiledRoute = Route & { readonly pattern: RegExp };

/** One exchange with yagna's REST, for whoever records them. Bodies are JSON values; undefined: there was none. */
export type RestExchange = {
  readonly method: string;
  /** The route's path, parameters with a colon. */
  readonly path: string;
  readonly query: readonly string[];
  readonly status: number;
  readonly request: unknown;
  readonly reply: unknown;
};

export type ListenerOptions = {
  readonly routes: readonly Route[];
  readonly appKey: string;
  readonly trouble: YagnaTrouble;
  readonly onExchange: (exchange: RestExchange) => void;
};

/** An HTTP listener for a table of routes. JSON in, JSON out, Bearer or `?authToken=` for what is not open. */
export function listenerFor({ routes, ...options }: ListenerOptions): RequestListener {
  const compiled: CompiledRoute[] = routes.map((route) => ({
    ...route,
    pattern: new RegExp(`^${route.path.replace(/:(\w+)/g, "(?<$1>[^/]+)")}$`),
  }));
  return (request, response) => {
    answer(compiled, options, request, response)
      .catch((error: unknown) =>
        error instanceof z.ZodError || error instanceof SyntaxError
          ? refuse(400, `Json deserialize error: ${error.message}`)
          : refuse(500, String(error)),
      )
      .then((reply) => reply === null || send(response, reply))
      .catch(() => response.destroy());
  };
}

type Listening = Omit<ListenerOptions, "routes">;

async function answer(
  routes: readonly CompiledRoute[],
  listening: Listening,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Reply | null> {
  const url = new URL(request.url ?? "/", "http://loopback");
  const route = routes.find(
    ({ method, pattern }) => method === request.method && pattern.test(url.pathname),
  );
  if (!route?.outside && listening.trouble.isDown) {
    request.socket.resetAndDestroy();
    return null;
  }
  const refusal = await refusalOf(route ?? null, listening, request, url);
  if (refusal !== null) return refusal;
  if (route === undefined) return refuse(404, `no route ${request.method} ${url.pathname}`);
  const body = await bodyOf(request);
  const reply = await route.handle(callOf(route, request, response, url, body));
  if (!route.outside && reply !== null)
    listening.onExchange({
      method: route.method,
      path: route.path,
      query: [...url.searchParams.keys()],
      status: reply.status,
      request: body === "" ? undefined : JSON.parse(body),
      reply: reply.body,
    });
  return reply;
}

/** Why a request is not handled at all: yagna is in trouble, or the key is missing. Null: it is. */
async function refusalOf(
  route: Route | null,
  { trouble, appKey }: Listening,
  request: IncomingMessage,
  url: URL,
): Promise<Reply | null> {
  if (!route?.outside) {
    trouble.hold(request.socket);
    if (trouble.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, trouble.delayMs));
    if (trouble.hasErrors) return refuse(500, "Internal error (scripted)");
  }
  const problem = route?.open ? null : keyProblem(request, url, appKey);
  return problem === null ? null : { status: 401, body: problem, contentType: "text/plain" };
}

function callOf(
  { pattern }: CompiledRoute,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  body: string,
): Call {
  const segments = pattern.exec(url.pathname)?.groups ?? {};
  const closed = new AbortController();
  response.once("close", () => closed.abort());
  return {
    param: (name) => decodeURIComponent(segments[name] ?? ""),
    query: url.searchParams,
    headers: request.headers,
    remoteAddress: request.socket.remoteAddress ?? "",
    read: (schema) => schema.parse(JSON.parse(body)),
    stream: () => eventStream(response),
    closed: closed.signal,
  };
}

function eventStream(response: ServerResponse): (event: string, data: object) => void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.flushHeaders();
  return (event, data) => {
    if (!response.destroyed) response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
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
