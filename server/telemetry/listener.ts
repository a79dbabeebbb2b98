import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { METRICS_TYPE } from "@/server/telemetry/meter";

/** What a process tells those who watch it. */
export type Watched = {
  /** Its metrics, in Prometheus's text format. */
  readonly metrics: () => Promise<string>;
  /** Its readiness: whether it is ready, and the JSON that says why not. */
  readonly readiness: () => Promise<{ readonly isReady: boolean; readonly body: unknown }>;
};

export type ListenerOptions = Watched & {
  readonly host: string;
  readonly port: number;
  /** Told when it listens, and when it does not: the port is another program's, and is tried again. */
  readonly onState: (isListening: boolean, cause: Error | null) => void;
  /** How long after a port that was taken; 5 s. */
  readonly tryAgainMs?: number;
};

/** A port that a process of ours is leaving is free within seconds. */
const TRY_AGAIN_MS = 5_000;
/** A watcher that says nothing for so long has gone. */
const REQUEST_MS = 10_000;

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\]|::1)$/;

/**
 * Serves `/metrics`, `/healthz` and `/readyz` to those who watch this process. Whether it can listen is
 * no condition of the process's life: where the port is taken it tries again until it is closed.
 *
 * On a loopback address only requests for a loopback address are answered: a page that has its own name
 * point here reads nothing.
 */
export function startListener(options: ListenerOptions): { close(): Promise<void> } {
  const { host, port, onState, tryAgainMs = TRY_AGAIN_MS } = options;
  let server: Server | null = null;
  let again: NodeJS.Timeout | undefined;
  let isClosed = false;

  function open(): void {
    const next = createServer({ requestTimeout: REQUEST_MS }, (request, response) => {
      answer(options, request, response).catch(() => response.destroy());
    });
    next.once("error", (cause) => {
      if (isClosed) return;
      onState(false, cause);
      again = setTimeout(open, tryAgainMs);
      again.unref();
    });
    next.listen(port, host, () => {
      server = next;
      if (isClosed) next.close();
      else onState(true, null);
    });
  }
  open();

  return {
    async close() {
      isClosed = true;
      clearTimeout(again);
      const open = server;
      if (open === null) return;
      open.closeAllConnections();
      await new Promise((resolve) => open.close(resolve));
    },
  };
}

type Reply = { readonly status: number; readonly type: string; readonly body: string };

const text = (status: number, body: string): Reply => ({
  status,
  type: "text/plain; charset=utf-8",
  body: `${body}\n`,
});

async function answer(
  options: ListenerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, type, body } = await replyTo(options, request);
  response.writeHead(status, {
    "content-type": type,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

async function replyTo(options: ListenerOptions, request: IncomingMessage): Promise<Reply> {
  if (!isMeantForUs(options.host, request.headers.host ?? "")) return text(403, "not for you");
  if (request.method !== "GET" && request.method !== "HEAD") return text(405, "only GET and HEAD");
  switch (request.url?.split("?")[0]) {
    case "/metrics":
      return { status: 200, type: METRICS_TYPE, body: await options.metrics() };
    // That this line is reached is the answer: the event loop turns.
    case "/healthz":
      return text(200, "alive");
    case "/readyz": {
      const { isReady, body } = await options.readiness();
      const json = `${JSON.stringify(body)}\n`;
      return { status: isReady ? 200 : 503, type: "application/json", body: json };
    }
    default:
      return text(404, "/metrics, /healthz and /readyz are here");
  }
}

const isMeantForUs = (listensOn: string, asked: string): boolean =>
  !LOOPBACK.test(listensOn) || LOOPBACK.test(asked.replace(/:\d+$/, ""));
