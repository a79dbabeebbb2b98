import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, Server } from "node:net";
import type { Duplex } from "node:stream";
import type { TlsOptions } from "node:tls";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { DoorRequest } from "@/server/adapters/golem/door";
import { openExitDoor } from "@/server/adapters/golem/exit-door";
import { openHomeDoor } from "@/server/adapters/golem/home-door";
import { connectTunnel, openDoor } from "@/server/adapters/golem/tunnel";
import { TunnelSilentError } from "@/server/adapters/golem/websocket-stream";
import { LOOPBACK_SITES } from "@/server/domain/vantage/address-plan";
import {
  aCertificateAuthority,
  type CertificateAuthority,
  EXPIRED,
  type Identity,
} from "@/test/support/a-certificate-authority";
import { aConnectProxy, aTunnelPeer, type TunnelPeer } from "@/test/support/a-tunnel";

const ORIGIN = "https://service.test";
const KEY = "sk-planted-canary-5f2c";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  for (const close of closers.splice(0).reverse()) await close();
});

let authority: CertificateAuthority;
let identity: Identity;
beforeAll(async () => {
  authority = await aCertificateAuthority();
  identity = await authority.issue(["service.test"]);
});

async function portOf(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A service over TLS. */
const aService = (
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  options: TlsOptions = identity,
): Promise<number> => portOf(createHttpsServer(options, answer));

async function aMachine(...args: Parameters<typeof aTunnelPeer>): Promise<TunnelPeer> {
  const machine = await aTunnelPeer(...args);
  closers.push(() => machine.close());
  return machine;
}

function aDoor(machine: TunnelPeer, over: Partial<Parameters<typeof openExitDoor>[0]> = {}) {
  const trust = [authority.caPem];
  const opened = openExitDoor({ end: machine.end, origin: ORIGIN, trust, ...over });
  closers.push(() => opened.close());
  return opened.door;
}

const aRequest = (over: Partial<DoorRequest> = {}): DoorRequest => ({
  method: "POST",
  path: "/v1/chat/completions?x=1",
  headers: { authorization: `Bearer ${KEY}` },
  body: new TextEncoder().encode("{}"),
  signal: AbortSignal.timeout(10_000),
  maxBytes: 50_000_000,
  ...over,
});

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no failure",
    (error: unknown) => error,
  );

describe("the exit door", () => {
  it("asks from two countries, and no provider sees a byte of the key", async () => {
    const seen: {
      address: string | undefined;
      key: string | undefined;
      url: string | undefined;
    }[] = [];
    const port = await aService(({ socket, headers, url }, response) => {
      seen.push({ address: socket.remoteAddress, key: headers.authorization, url });
      response.end(`you said ${headers.authorization}`);
    });
    const sites = ["DE", "KE"].map((country) =>
      LOOPBACK_SITES.find((site) => site.country === country),
    );
    for (const site of sites) {
      const carried: Buffer[] = [];
      const machine = await aMachine(
        aConnectProxy(
          () => ({ port, localAddress: site?.address ?? "" }),
          (bytes) => carried.push(bytes),
        ),
      );
      const { body } = await aDoor(machine).request(aRequest());
      expect(new TextDecoder().decode(body)).toBe(`you said Bearer ${KEY}`);
      const bytes = Buffer.concat(carried).toString("latin1");
      // The tap does see what a provider sees: the proxy's request, and the name in the handshake.
      expect(bytes).toContain("CONNECT service.test:443 HTTP/1.1");
      expect(bytes).not.toContain(KEY);
      expect(bytes).not.toContain("/v1/chat");
    }
    expect(seen).toEqual(
      sites.map((site) => ({
        address: site?.address,
        key: `Bearer ${KEY}`,
        url: "/v1/chat/completions?x=1",
      })),
    );
    expect(new Set(seen.map(({ address }) => address)).size).toBe(2);
  });

  it("says who stood at the other end, and no address that it cannot know", async () => {
    const port = await aService((_request, response) => response.end());
    const machine = await aMachine(aConnectProxy(() => ({ port })));
    const { peer } = await aDoor(machine).request(aRequest());
    const der = new X509Certificate(identity.cert).raw;
    expect(peer).toEqual({
      address: null,
      tls: {
        protocol: "TLSv1.3",
        certificate_sha256: createHash("sha256").update(der).digest("hex"),
      },
    });
  });

  it("keeps its connection, and makes a new one when the service has ended it", async () => {
    let answers = 0;
    const port = await aService(({ socket }, response) => {
      answers += 1;
      if (answers === 2) response.once("close", () => socket.end());
      response.end();
    });
    const closed: Promise<unknown>[] = [];
    const machine = await aMachine((stream) => {
      closed.push(once(stream, "close"));
      aConnectProxy(() => ({ port }))(stream);
    });
    const door = aDoor(machine);
    await door.request(aRequest());
    await door.request(aRequest());
    expect(machine.connections()).toBe(1);
    await closed[0];
    await door.request(aRequest());
    expect([machine.connections(), answers]).toEqual([2, 3]);
  });

  it("carries megabytes both ways whole", async () => {
    const port = await aService((request, response) => request.pipe(response));
    const machine = await aMachine(aConnectProxy(() => ({ port })));
    const body = new Uint8Array(12_000_000).map((_, i) => i % 251);
    const answer = await aDoor(machine).request(
      aRequest({ body, headers: { "content-type": "application/octet-stream" } }),
    );
    expect(Buffer.compare(answer.body, body)).toBe(0);
  });

  it("opens no listener on this host", async () => {
    const port = await aService((_request, response) => response.end());
    const machine = await aMachine(aConnectProxy(() => ({ port })));
    const listen = vi.spyOn(Server.prototype, "listen");
    await aDoor(machine).request(aRequest());
    expect(listen).not.toHaveBeenCalled();
  });

  it("is never opened without TLS", () => {
    const end = { uri: "ws://127.0.0.1:1/", appKey: "key" };
    expect(() => openExitDoor({ end, origin: "http://service.test", trust: null })).toThrow();
  });
});

describe("the exit's proxy", () => {
  it.each([
    ["refuses", "HTTP/1.1 403 Forbidden\r\n\r\n", "EXIT_REFUSED"],
    ["wants to know who asks", "HTTP/1.1 407 Authenticate\r\n\r\n", "EXIT_REFUSED"],
    ["cannot dial", "HTTP/1.1 502 Bad Gateway\r\n\r\n", "MODEL_UNREACHABLE"],
    ["dials too long", "HTTP/1.1 504 Gateway Timeout\r\n\r\n", "MODEL_UNREACHABLE"],
    ["points elsewhere", "HTTP/1.1 302 Found\r\nlocation: x\r\n\r\n", "MODEL_UNREACHABLE"],
    ["is undecided", "HTTP/1.1 100 Continue\r\n\r\n", "MODEL_UNREACHABLE"],
    ["is no proxy", "SSH-2.0-OpenSSH_9.6\r\n", "MODEL_UNREACHABLE"],
    ["talks on", `HTTP/1.1 200 OK\r\nx: ${"y".repeat(9_000)}`, "MODEL_UNREACHABLE"],
    [
      "answers for the service",
      "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
      "EXIT_TLS_FAILED",
    ],
  ])("that %s is told by its code", async (_name, answer, code) => {
    const ended: Promise<unknown>[] = [];
    const machine = await aMachine((stream) => {
      ended.push(once(stream, "close"));
      aConnectProxy(() => ({ answer }))(stream);
    });
    expect(await failureOf(aDoor(machine).request(aRequest()))).toMatchObject({ code });
    await Promise.all(ended);
  });

  it("that smuggles bytes in before the service speaks breaks the handshake", async () => {
    const port = await aService((_request, response) => response.end());
    const machine = await aMachine((stream) => {
      aConnectProxy(() => ({ port }))(stream);
      const { write } = stream;
      stream.write = ((...args: Parameters<typeof write>) => {
        stream.write = write;
        const done = write.apply(stream, args);
        setImmediate(() => stream.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
        return done;
      }) as typeof write;
    });
    expect(await failureOf(aDoor(machine).request(aRequest()))).toMatchObject({
      code: "EXIT_TLS_FAILED",
    });
  });

  it("that is not there is told as such", async () => {
    const machine = await aMachine(() => {}, { verifyClient: () => false });
    expect(await failureOf(aDoor(machine).request(aRequest()))).toMatchObject({
      code: "MODEL_UNREACHABLE",
    });
  });
});

describe("the service's certificate", () => {
  const asked: string[] = [];
  const behind = async (options: TlsOptions, over: Parameters<typeof aDoor>[1] = {}) => {
    asked.length = 0;
    const port = await aService(({ url }, response) => {
      asked.push(url ?? "");
      response.end();
    }, options);
    const machine = await aMachine(aConnectProxy(() => ({ port })));
    return failureOf(aDoor(machine, over).request(aRequest()));
  };

  it.each([
    [
      "of another authority",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      async () => (await aCertificateAuthority("Others")).issue(["service.test"]),
    ],
    [
      "of an impostor by the same name",
      "CERT_SIGNATURE_FAILURE",
      async () => (await aCertificateAuthority()).issue(["service.test"]),
    ],
    ["for another name", "ERR_TLS_CERT_ALTNAME_INVALID", () => authority.issue(["other.test"])],
    ["that has expired", "CERT_HAS_EXPIRED", () => authority.issue(["service.test"], EXPIRED)],
  ] as const)("%s is refused before the key is sent", async (_name, problem, issue) => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const error = await behind(await issue());
    expect(error).toMatchObject({ code: "EXIT_TLS_FAILED", details: { problem } });
    expect(asked).toEqual([]);
  });

  it("of an authority of our own is refused where Node's are believed", async () => {
    expect(await behind(identity, { trust: null })).toMatchObject({ code: "EXIT_TLS_FAILED" });
    expect(asked).toEqual([]);
  });

  it("may hold for an address", async () => {
    const options = await authority.issue(["127.0.0.1"]);
    expect(await behind(options, { origin: "https://127.0.0.1:8443" })).toBe("no failure");
  });

  it.each([
    ["an old protocol", { maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "ALL:@SECLEVEL=0" }],
    ["HTTP/2 alone", { ALPNProtocols: ["h2"] }],
  ] satisfies [string, TlsOptions][])("does not help with %s", async (_name, options) => {
    expect(await behind({ ...identity, ...options })).toMatchObject({ code: "EXIT_TLS_FAILED" });
  });

  it("is missing where no TLS is spoken", async () => {
    const port = await portOf(createTcpServer((socket) => socket.write("HTTP/1.1 400 No\r\n\r\n")));
    const machine = await aMachine(aConnectProxy(() => ({ port })));
    expect(await failureOf(aDoor(machine).request(aRequest()))).toMatchObject({
      code: "EXIT_TLS_FAILED",
    });
  });
});

describe("a stalled exit", () => {
  const silent = (stream: Duplex) => stream.resume();
  const stalls = {
    "before the proxy answers": async () => aMachine(silent),
    "before the service greets": async () => {
      const port = await portOf(createTcpServer((socket) => socket.resume()));
      return aMachine(aConnectProxy(() => ({ port })));
    },
  } as const;

  it.each(Object.entries(stalls))("is given up %s", async (_name, stall) => {
    const machine = await stall();
    expect(await failureOf(aDoor(machine, { dialMs: 40 }).request(aRequest()))).toMatchObject({
      code: "MODEL_UNREACHABLE",
    });
  });

  it.each(Object.entries(stalls))("ends with the deadline %s", async (_name, stall) => {
    const machine = await stall();
    const signal = AbortSignal.timeout(40);
    expect(await failureOf(aDoor(machine).request(aRequest({ signal })))).toMatchObject({
      code: "MODEL_TIMED_OUT",
    });
  });

  it("is let go of at once when the request is given up", async () => {
    const giving = new AbortController();
    let closed: Promise<unknown> | null = null;
    const machine = await aMachine((stream) => {
      closed = once(stream, "close");
      stream.once("data", () => giving.abort());
    });
    expect(
      await failureOf(aDoor(machine).request(aRequest({ signal: giving.signal }))),
    ).toMatchObject({ code: "MODEL_UNREACHABLE" });
    await closed;
  });
});

describe("closing the exit door", () => {
  it("gives up a connection that is being made", async () => {
    let closed: Promise<unknown> | null = null;
    let close = () => {};
    const machine = await aMachine((stream) => {
      closed = once(stream, "close");
      stream.once("data", () => close());
    });
    const opened = openExitDoor({ end: machine.end, origin: ORIGIN, trust: null });
    close = opened.close;
    expect(await failureOf(opened.door.request(aRequest()))).toMatchObject({
      code: "MODEL_UNREACHABLE",
    });
    await closed;
  });
});

describe("a tunnel that nothing comes through", () => {
  it("is dead when not even a ping is answered", async () => {
    const machine = await aMachine((stream) => stream.resume(), { autoPong: false });
    const tunnel = connectTunnel(machine.end, { pingMs: 5, missedPings: 3 });
    const [error] = await once(tunnel, "error");
    expect(error).toBeInstanceOf(TunnelSilentError);
  });

  it("stays while pings are answered, however long a model thinks", async () => {
    let pings = 0;
    const machine = await aMachine((stream, socket) => {
      socket.on("ping", () => {
        pings += 1;
        if (pings === 12) stream.write("at last");
      });
    });
    const tunnel = connectTunnel(machine.end, { pingMs: 5, missedPings: 3 });
    const [said] = await once(tunnel, "data");
    expect(String(said)).toBe("at last");
    expect(pings).toBeGreaterThanOrEqual(12);
    tunnel.destroy();
  });

  it("is let go of while it still connects", async () => {
    const waiting = createTcpServer();
    const port = await portOf(waiting);
    const tunnel = connectTunnel({ uri: `ws://127.0.0.1:${port}/`, appKey: "key" });
    const [socket] = await once(waiting, "connection");
    const closed = once(socket, "close");
    socket.resume();
    tunnel.on("error", () => {});
    tunnel.destroy();
    await closed;
  });
});

describe("the model door", () => {
  /** RFC 6455, section 5.5.1: final, of no length. */
  const CLOSE_FRAME = Uint8Array.of(0x88, 0);
  const answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

  it("asks anew when a kept tunnel was closing before anything could be sent", async () => {
    let first: Duplex | null = null;
    const machine = await aMachine((stream, _socket, tcp) => {
      first ??= tcp;
      stream.on("data", () => stream.write(answer));
    });
    const { door, close } = openDoor(machine.end);
    closers.push(close);
    await door.request(aRequest());
    const tcp = first as Duplex | null;
    // From here on the machine's side heeds nothing: the tunnel stays half closed.
    tcp?.removeAllListeners("data");
    const confirmed = new Promise((resolve) => tcp?.once("data", resolve));
    tcp?.write(CLOSE_FRAME);
    await confirmed;
    const { body } = await door.request(aRequest());
    expect(new TextDecoder().decode(body)).toBe("hi");
    expect(machine.connections()).toBe(2);
  });
});

describe("the home door", () => {
  const home = (origin: string, trust: readonly string[] | null = null) => {
    const opened = openHomeDoor({ origin, trust });
    closers.push(() => opened.close());
    return opened.door;
  };

  it("says which address it dialled, and asks no proxy that the environment names", async () => {
    for (const name of ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"])
      vi.stubEnv(name, "http://127.0.0.1:1");
    vi.stubEnv("NODE_USE_ENV_PROXY", "1");
    const options = await authority.issue(["127.0.0.1", "service.test"]);
    const port = await aService(({ headers }, response) => response.end(headers.host), options);
    const { peer, body } = await home(`https://127.0.0.1:${port}`, [authority.caPem]).request(
      aRequest(),
    );
    expect(peer).toMatchObject({ address: "127.0.0.1", tls: { protocol: "TLSv1.3" } });
    expect(new TextDecoder().decode(body)).toBe(`127.0.0.1:${port}`);
  });

  it("refuses a certificate that does not hold", async () => {
    const port = await aService((_request, response) => response.end());
    const failure = failureOf(home(`https://127.0.0.1:${port}`).request(aRequest()));
    expect(await failure).toMatchObject({ code: "EXIT_TLS_FAILED" });
  });

  it("tells a port where nobody listens", async () => {
    const server = createTcpServer();
    const port = await portOf(server);
    server.close();
    await once(server, "close");
    expect(await failureOf(home(`http://127.0.0.1:${port}`).request(aRequest()))).toMatchObject({
      code: "MODEL_UNREACHABLE",
    });
  });
});
