import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context } from "@/server/context";
import { OTHER } from "@/server/telemetry/meter";
import { HTTP_METHODS, type HTTP_ROUTES, type HTTP_STATUSES } from "@/server/telemetry/metrics";
import { requestIdOf, withRequestId } from "@/server/telemetry/request-id";

type Route = (typeof HTTP_ROUTES)[number];
type Status = (typeof HTTP_STATUSES)[number];

/** Kinds of addresses, the first that fits. What fits none is a page, or would be one. */
const ROUTES: readonly (readonly [RegExp, Route])[] = [
  [/^\/_next\//, "asset"],
  [/^\/api\/trpc\//, "trpc"],
  [/^\/api\/auth\//, "sign-in"],
  [/^\/api\/health$/, "health"],
  [/^\/tlog\/add$/, "tlog-add"],
  [/^\/tlog(?:\/|$)/, "tlog-read"],
  [/^\/ipfs(?:\/|$)/, "block"],
  [/^\/bundles\//, "bundle"],
  [/\.(?:csv|json|bib|ris|md|txt|zip|car)$/, "export"],
  [/\.[a-z0-9]{1,5}$/, "file"],
];

/** What kind of address a path is: one of a few, whatever it names. */
export const routeOf = (path: string): Route =>
  ROUTES.find(([shape]) => shape.test(path))?.[1] ?? "page";

/** Addresses whose paths name what is public. Of all others, which may hold an invitation, the kind is enough. */
const SAID: ReadonlySet<Route> = new Set(["trpc", "tlog-read", "block", "bundle", "health"]);
/** And pages about what is public. */
const PUBLIC_PAGE =
  /^\/(?:$|(?:jobs|responses|log|attestations|explore|providers|services|verify|methodology|sign-in)(?:[/.]|$))/;

const LONGEST_PATH = 200;

const pathToSay = (path: string, route: Route): string | undefined =>
  SAID.has(route) || PUBLIC_PAGE.test(path) ? path.slice(0, LONGEST_PATH) : undefined;

const statusOf = (code: number): Status => {
  if (code < 300) return "2xx";
  if (code < 400) return "3xx";
  return code < 500 ? "4xx" : "5xx";
};

type Method = (typeof HTTP_METHODS)[number];
const READS: ReadonlySet<string> = new Set<Method>(["GET", "HEAD", "OPTIONS"]);

/** A sender may invent methods; they are all one to us. */
const methodOf = ({ method = "" }: IncomingMessage): Method | typeof OTHER =>
  HTTP_METHODS.find((known) => known === method) ?? OTHER;

/** A request as it arrived. */
type Seen = {
  readonly requestId: string;
  readonly path: string;
  readonly route: Route;
  readonly startedAt: number;
};

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Gives every request a name, which its log lines, its answer's `x-request-id` and what an error says
 * carry; counts and times it; and says in one line how it was answered: what may change something at
 * level info, what reads at level debug. A line names no query and no header.
 */
export function watchRequests(
  { metrics, logger }: Pick<Context, "metrics" | "logger">,
  handle: Handler,
): Handler {
  const log = logger.child({ component: "http" });

  function answered(request: IncomingMessage, response: ServerResponse, seen: Seen): void {
    const { requestId, route, path } = seen;
    const seconds = (performance.now() - seen.startedAt) / 1_000;
    const status = response.writableFinished ? statusOf(response.statusCode) : "aborted";
    const method = methodOf(request);
    metrics.of.httpRequests.add({ route, method, status });
    if (status !== "aborted") metrics.of.httpDuration.observe({ route }, seconds);
    log[READS.has(method) ? "debug" : "info"](
      {
        requestId,
        method,
        route,
        path: pathToSay(path, route),
        status: status === "aborted" ? status : response.statusCode,
        durationMs: Math.round(seconds * 1_000),
      },
      "request",
    );
  }

  return (request, response) => {
    const [path = "/"] = (request.url ?? "/").split("?");
    const requestId = requestIdOf(request.headers["x-request-id"]);
    const seen = { requestId, path, route: routeOf(path), startedAt: performance.now() };
    response.setHeader("x-request-id", requestId);
    response.once("close", () => answered(request, response, seen));
    withRequestId(requestId, () => handle(request, response));
  };
}
