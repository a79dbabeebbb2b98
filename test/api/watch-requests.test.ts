import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { answerOrRefuse } from "@/server/api/refuse";
import { routeOf, watchRequests } from "@/server/api/watch-requests";
import { createMetrics } from "@/server/meters";
import { createLogger } from "@/server/telemetry/logger";
import { currentRequestId } from "@/server/telemetry/request-id";
import { eventually } from "@/test/support/fakes";

const closing: (() => Promise<unknown>)[] = [];
afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

async function aPortal(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  level: "debug" | "info" = "debug",
) {
  const lines: string[] = [];
  const { logger } = createLogger({ write: (line) => lines.push(line) });
  logger.level = level;
  const metrics = createMetrics();
  const server = createServer(watchRequests({ metrics, logger }, handle));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    metrics,
    lines: () => lines.map((line): Record<string, unknown> => JSON.parse(line)),
  };
}
const well = (_: IncomingMessage, response: ServerResponse) => void response.end("well");

describe("a request", () => {
  it("has a name: its sender's when that is sane, a new one else, and its answer says it", async () => {
    const portal = await aPortal(well);
    const named = await fetch(portal.url, { headers: { "x-request-id": "newsroom-0001" } });
    expect(named.headers.get("x-request-id")).toBe("newsroom-0001");
    const strange = await fetch(portal.url, { headers: { "x-request-id": "<script>alert(1)" } });
    expect(strange.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("that is refused says its name in the answer's body", async () => {
    const portal = await aPortal((_, response) => {
      void answerOrRefuse(() => Promise.reject(new Error("nobody foresaw it"))).then(
        async (answer) => {
          response.writeHead(answer.status);
          response.end(await answer.text());
        },
      );
    });
    const answer = await fetch(portal.url, { headers: { "x-request-id": "newsroom-0002" } });
    expect(await answer.json()).toMatchObject({ code: "INTERNAL", requestId: "newsroom-0002" });
  });

  it("names itself in every line that is written for it, however long it takes", async () => {
    const portal = await aPortal((_, response) => {
      setTimeout(() => response.end(currentRequestId()), 2);
    });
    const bodies = await Promise.all(
      ["request-a", "request-b"].map(async (id) =>
        (await fetch(portal.url, { headers: { "x-request-id": id } })).text(),
      ),
    );
    expect(bodies).toEqual(["request-a", "request-b"]);
  });

  it("is one line when it was answered: info for what may change something, debug for what reads", async () => {
    const portal = await aPortal((request, response) => {
      response.writeHead(request.method === "POST" ? 201 : 404);
      response.end();
    });
    await fetch(`${portal.url}/api/trpc/jobs.submit?batch=1&input=secret`, { method: "POST" });
    await fetch(`${portal.url}/jobs/job-1?token=secret`);
    await eventually(() => portal.lines().length === 2);
    expect(portal.lines()).toMatchObject([
      { level: "info", method: "POST", route: "trpc", path: "/api/trpc/jobs.submit", status: 201 },
      { level: "debug", method: "GET", route: "page", path: "/jobs/job-1", status: 404 },
    ]);
    expect(JSON.stringify(portal.lines())).not.toContain("secret");
    const quiet = await aPortal(well, "info");
    await fetch(quiet.url);
    await fetch(quiet.url, { method: "POST" });
    await eventually(() => quiet.lines().length === 1);
    expect(quiet.lines()[0]).toMatchObject({ method: "POST" });
  });

  it("whose path may hold a secret has none in its line: an invitation, an address that nobody knows", async () => {
    const portal = await aPortal(well);
    for (const path of ["/invitations/planted7secret", "/reset/planted7secret", "/planted7secret"])
      await fetch(`${portal.url}${path}`);
    await eventually(() => portal.lines().length === 3);
    expect(JSON.stringify(portal.lines())).not.toContain("planted7secret");
    for (const line of portal.lines()) expect(line).not.toHaveProperty("path");
  });

  it("is counted and timed by kind, whatever it is called and whoever invents methods", async () => {
    const portal = await aPortal(well);
    await fetch(`${portal.url}/tlog/checkpoint`);
    await fetch(`${portal.url}/tlog/tile/0/000`);
    await fetch(`${portal.url}/x`, { method: "PROPFIND" });
    await eventually(async () => (await portal.metrics.render()).includes("PROPFIND") === false);
    await eventually(() => portal.lines().length === 3);
    const text = await portal.metrics.render();
    expect(text).toContain(
      'beacon_http_requests_total{route="tlog-read",method="GET",status="2xx"} 2',
    );
    expect(text).toContain(
      'beacon_http_requests_total{route="page",method="other",status="2xx"} 1',
    );
    expect(text).toContain('beacon_http_request_duration_seconds_count{route="tlog-read"} 2');
  });

  it("whose sender went away counts as that, and its time is nobody's", async () => {
    const portal = await aPortal(() => {});
    const gone = new AbortController();
    const asked = fetch(portal.url, { signal: gone.signal }).catch(() => "gone");
    setTimeout(() => gone.abort(), 20);
    expect(await asked).toBe("gone");
    await eventually(() => portal.lines().length === 1);
    const text = await portal.metrics.render();
    expect(text).toContain('status="aborted"} 1');
    expect(text).not.toContain("beacon_http_request_duration_seconds_count");
  });
});

describe("the kind of an address", () => {
  it("is one of a few", () => {
    const kinds = {
      "/": "page",
      "/jobs/job-aaaa": "page",
      "/invitations/secret": "page",
      "/_next/static/x.js": "asset",
      "/api/trpc/jobs.list,log.head": "trpc",
      "/api/auth/callback/credentials": "sign-in",
      "/api/health": "health",
      "/tlog/add": "tlog-add",
      "/tlog/proof/3": "tlog-read",
      "/ipfs/bafkrei": "block",
      "/bundles/job-aaaa.zip": "bundle",
      "/explore.csv": "export",
      "/verify/verify.mjs": "file",
      "/icon.svg": "file",
    };
    for (const [path, kind] of Object.entries(kinds)) expect(routeOf(path), path).toBe(kind);
  });
});
