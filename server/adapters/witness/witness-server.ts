import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parseAddCheckpoint } from "@/server/adapters/witness/add-checkpoint-body";
import { readBounded } from "@/server/adapters/witness/bounded-body";
import { monitoringPath } from "@/server/adapters/witness/monitoring-path";
import type { WitnessCore } from "@/server/adapters/witness/witness-core";
import { BeaconError } from "@/server/domain/errors";

export type WitnessServerOptions = {
  readonly core: Pick<WitnessCore, "addCheckpoint" | "state">;
  /** The logs that it watches, by origin. */
  readonly origins: readonly string[];
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** A whole request must be there within so long. */
  readonly requestLimitMs: number;
  /** Told of a request that failed for a reason of our own. */
  readonly onFailure: (error: unknown) => void;
};

export type WitnessServer = {
  readonly url: string;
  /** Stops taking requests, ends those under way, then ends. */
  close(): Promise<void>;
};

/** The largest note that is read (128 KiB), 63 proof lines, and some to spare. */
const MAX_BODY_BYTES = 160 * 1_024;
/** How often connections are looked over for requests that take too long. */
const CHECK_INTERVAL_MS = 250;
/** Longer than the pauses of a log that publishes now and then: connections are to be used again. */
const KEEP_ALIVE_MS = 75_000;

type Reply = {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/**
 * A witness over HTTP (C2SP tlog-witness): `POST /add-checkpoint`, and
 * `GET /<hex sha256 of the origin>/checkpoint` for monitors.
 *
 * @throws BeaconError PORT_IN_USE, CONFIG_INVALID when the address cannot be listened on.
 */
export async function startWitnessServer(options: WitnessServerOptions): Promise<WitnessServer> {
  const monitored = new Map(
    options.origins.map((origin) => [`/${monitoringPath(origin)}`, origin]),
  );
  const server = createServer(
    {
      requestTimeout: options.requestLimitMs,
      headersTimeout: options.requestLimitMs,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      noDelay: true,
    },
    async (request, response) => {
      try {
        const reply = await replyTo(request, options.core, monitored);
        // A connection that is kept alive would keep a closing server alive too.
        if (!server.listening) response.setHeader("connection", "close");
        send(response, request.method, reply);
      } catch (error) {
        if (request.destroyed && !request.complete) return; // the client went away, or was too slow
        options.onFailure(error);
        send(response, request.method, { status: 500, body: "the witness has failed\n" });
      }
    },
  );
  await listen(server, options.host, options.port);
  const { address, port, family } = server.address() as AddressInfo;
  const host = family === "IPv6" ? `[${address}]` : address;
  return {
    url: `http://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        // Node stops looking for slow requests once it closes.
        setTimeout(() => server.closeAllConnections(), options.requestLimitMs).unref();
      }),
  };
}

async function replyTo(
  request: IncomingMessage,
  core: Pick<WitnessCore, "addCheckpoint" | "state">,
  monitored: ReadonlyMap<string, string>,
): Promise<Reply> {
  const [path = ""] = (request.url ?? "").split("?");
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (path === "/add-checkpoint")
    return request.method === "POST" ? addCheckpoint(request, core) : notAllowed("POST");
  const origin = monitored.get(path);
  if (origin === undefined) return { status: 404, body: "nothing is here\n" };
  if (!isRead) return notAllowed("GET, HEAD");
  const { note } = await core.state(origin);
  if (note === null) return { status: 404, body: "nothing is cosigned yet\n" };
  return { status: 200, body: note, headers: { "cache-control": "no-cache" } };
}

async function addCheckpoint(
  request: IncomingMessage,
  core: Pick<WitnessCore, "addCheckpoint">,
): Promise<Reply> {
  const body = await readBounded(request, MAX_BODY_BYTES);
  if (body === null)
    return {
      status: 413,
      body: `a request has at most ${MAX_BODY_BYTES} bytes\n`,
      headers: { connection: "close" },
    };
  const asked = parseAddCheckpoint(body);
  if (asked === null) return { status: 400, body: "not an add-checkpoint request\n" };
  const answer = await core.addCheckpoint(asked);
  switch (answer.kind) {
    case "cosigned":
      return { status: 200, body: answer.lines };
    case "stale":
      return { status: 409, body: `${answer.size}\n`, type: "text/x.tlog.size" };
    case "refused":
      return { status: answer.status, body: `${answer.reason}\n` };
  }
}

const notAllowed = (allow: string): Reply => ({
  status: 405,
  body: `only ${allow} is answered here\n`,
  headers: { allow },
});

function send(response: ServerResponse, method: string | undefined, reply: Reply): void {
  const body = Buffer.from(reply.body);
  response.writeHead(reply.status, {
    "content-type": reply.type ?? "text/plain; charset=utf-8",
    "content-length": body.length,
    ...reply.headers,
  });
  response.end(method === "HEAD" ? undefined : body);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      const isTaken = "code" in cause && cause.code === "EADDRINUSE";
      const reason = isTaken ? "is in use by another program" : "cannot be listened on";
      const code = isTaken ? "PORT_IN_USE" : "CONFIG_INVALID";
      reject(new BeaconError(code, `${host}:${port} ${reason}`, { cause }));
    });
    server.listen(port, host, resolve);
  });
}
