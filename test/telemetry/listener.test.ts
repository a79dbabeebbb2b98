import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "@/server/cli/ports";
import { startListener } from "@/server/telemetry/listener";
import { eventually } from "@/test/support/fakes";

const closing: (() => Promise<unknown>)[] = [];
afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

async function aListener(
  port: number,
  readiness = { isReady: true, body: { checks: [] as object[] } },
) {
  const states: boolean[] = [];
  const listener = startListener({
    host: "127.0.0.1",
    port,
    metrics: async () => "beacon_ready 1\n",
    readiness: async () => readiness,
    onState: (isListening) => states.push(isListening),
    tryAgainMs: 20,
  });
  closing.push(() => listener.close());
  await eventually(() => states.length > 0);
  return { states, listener };
}

/** A request with headers that fetch would not send. */
const ask = (port: number, path: string, options: object = {}) =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, ...options }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (part) => {
        body += part;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body }));
    })
      .on("error", reject)
      .end();
  });

describe("who watches a process", () => {
  it("is served its metrics, whether it lives, and whether it is ready", async () => {
    const port = await freePort();
    await aListener(port);
    const metrics = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(metrics.headers.get("content-type")).toContain("text/plain; version=0.0.4");
    expect(await metrics.text()).toBe("beacon_ready 1\n");
    expect(await ask(port, "/healthz")).toEqual({ status: 200, body: "alive\n" });
    expect(await ask(port, "/readyz")).toEqual({ status: 200, body: '{"checks":[]}\n' });
    expect((await ask(port, "/metrics?x=1", { method: "HEAD" })).status).toBe(200);
  });

  it("is told 503 by a process that is not ready, and that it lives all the same", async () => {
    const port = await freePort();
    await aListener(port, { isReady: false, body: { checks: [{ code: "LOG_HALTED" }] } });
    expect(await ask(port, "/readyz")).toEqual({
      status: 503,
      body: '{"checks":[{"code":"LOG_HALTED"}]}\n',
    });
    expect((await ask(port, "/healthz")).status).toBe(200);
  });

  it("reads, and nothing else, at three addresses", async () => {
    const port = await freePort();
    await aListener(port);
    for (const path of ["/", "/metrics/", "/metrics/../x", "/env"])
      expect((await ask(port, path)).status, path).toBe(404);
    expect((await ask(port, "/metrics", { method: "POST" })).status).toBe(405);
  });

  it("is no page of the internet whose name points here", async () => {
    const port = await freePort();
    await aListener(port);
    for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1.evil.example"])
      expect((await ask(port, "/metrics", { headers: { host } })).status, host).toBe(403);
    for (const host of [`localhost:${port}`, "127.0.0.1", `[::1]:${port}`])
      expect((await ask(port, "/metrics", { headers: { host } })).status, host).toBe(200);
  });

  it("waits for a port that another program has, while the process goes on", async () => {
    const other: Server = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const { states } = await aListener(port);
    expect(states).toEqual([false]);
    await new Promise((resolve) => other.close(resolve));
    await eventually(() => states.length > 1);
    expect(states).toEqual([false, true]);
    expect((await ask(port, "/healthz")).status).toBe(200);
  });

  it("is let go when the process ends, also while it holds a connection", async () => {
    const port = await freePort();
    const { listener } = await aListener(port);
    await fetch(`http://127.0.0.1:${port}/metrics`);
    await listener.close();
    await expect(ask(port, "/healthz")).rejects.toThrow();
  });

  it("is not listened to any more once it was closed while it waited", async () => {
    const other: Server = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const { states, listener } = await aListener(port);
    await listener.close();
    await new Promise((resolve) => other.close(resolve));
    expect(states).toEqual([false]);
    await expect(ask(port, "/healthz")).rejects.toThrow();
  });
});
