import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { probeExit } from "@/server/adapters/golem/exit-probe";
import { aCertificateAuthority } from "@/test/support/a-certificate-authority";
import { aConnectProxy, aTunnelPeer, type TunnelPeer } from "@/test/support/a-tunnel";

const AT = new Date("2026-01-01T00:00:00Z");

let answer: { status: number; body: string | Uint8Array } = { status: 200, body: "" };
const asked: (string | undefined)[] = [];
const servers: Server[] = [];
const ports: Record<string, number> = {};
let exit: TunnelPeer;
let caPem = "";

beforeAll(async () => {
  const authority = await aCertificateAuthority();
  caPem = authority.caPem;
  const identity = await authority.issue(["echo.test"]);
  const say: Parameters<typeof createServer>[1] = ({ url }, response) => {
    asked.push(url);
    response.writeHead(answer.status).end(answer.body);
  };
  servers.push(createServer(say), createHttpsServer(identity, say));
  for (const [i, authorityName] of ["echo.test:80", "echo.test:443"].entries()) {
    const server = servers[i];
    if (server === undefined) continue;
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    ports[authorityName] = (server.address() as AddressInfo).port;
  }
  exit = await aTunnelPeer(
    aConnectProxy((target) => {
      const port = ports[target];
      return port === undefined ? { answer: "HTTP/1.1 403 Forbidden\r\n\r\n" } : { port };
    }),
  );
});
afterAll(async () => {
  await exit.close();
  for (const server of servers) server.close();
});

const probe = (body: string | Uint8Array, echo = "http://echo.test/ip?v=1", status = 200) => {
  answer = { status, body };
  return probeExit({
    exit: exit.end,
    echo,
    trust: [caPem],
    now: () => AT,
    signal: AbortSignal.timeout(5_000),
  });
};

describe("the exit probe", () => {
  it.each([
    ["our JSON", '{"address":"192.0.2.7"}', "192.0.2.7"],
    ["others' JSON", '{"ip":"2001:db8::7","city":"x"}\n', "2001:db8::7"],
    ["plain text", "192.0.2.7\n", "192.0.2.7"],
    ["a trace", "fl=1\nh=echo.test\nip=192.0.2.7\nts=1\nloc=DE\n", "192.0.2.7"],
    ["a trace with an IPv6 address", "fl=1\r\nip=2001:db8::7\r\nloc=DE", "2001:db8::7"],
  ])("reads an address out of %s", async (_name, body, address) => {
    const look = await probe(body);
    expect(look).toEqual({
      at: AT,
      echo: "http://echo.test/ip?v=1",
      address,
      roundTripMs: expect.any(Number),
      answer: new TextEncoder().encode(body),
      peer: { address: null, tls: null },
    });
    expect(look.roundTripMs).toBeGreaterThan(0);
    expect(asked.at(-1)).toBe("/ip?v=1");
  });

  it("verifies an echo over TLS", async () => {
    const { peer } = await probe("192.0.2.7", "https://echo.test/");
    expect(peer).toMatchObject({ address: null, tls: { protocol: "TLSv1.3" } });
  });

  it.each([
    ["of no address", "hello", 200, "not an echo"],
    ["of an address that there is not", '{"address":"300.1.1.1"}', 200, "not an echo"],
    ["of JSON without one", '{"city":"x"}', 200, "not an echo"],
    ["that is no UTF-8", Uint8Array.of(0xff, 0xfe), 200, "not an echo"],
    ["that failed", "192.0.2.7", 500, "not an echo"],
    ["without end", "x".repeat(10_000), 200, "MODEL_RESPONSE_TOO_LARGE"],
  ])("refuses an echo %s", async (_name, body, status, problem) => {
    await expect(probe(body, "http://echo.test/", status)).rejects.toMatchObject({
      code: "GOLEM_TUNNEL_FAILED",
      details: { problem },
    });
  });

  it("tells an exit that refuses from one that is gone", async () => {
    await expect(probe("", "http://elsewhere.test/")).rejects.toMatchObject({
      code: "GOLEM_TUNNEL_FAILED",
      details: { problem: "EXIT_REFUSED" },
    });
    const gone = await aTunnelPeer((stream) => stream.destroy());
    const look = probeExit({
      exit: gone.end,
      echo: "http://echo.test/",
      trust: null,
      now: () => AT,
      signal: AbortSignal.timeout(5_000),
    });
    await expect(look).rejects.toMatchObject({
      code: "GOLEM_TUNNEL_FAILED",
      details: { problem: "MODEL_UNREACHABLE" },
    });
    await gone.close();
  });
});
