import { once } from "node:events";
import { createServer as createTcpServer, type Server } from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer } from "node:tls";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { DoorRequest } from "@/server/adapters/golem/door";
import { openExitDoor } from "@/server/adapters/golem/exit-door";
import { openHomeDoor } from "@/server/adapters/golem/home-door";
import type { OpenDoor } from "@/server/adapters/golem/http-exchange";
import { openDoor } from "@/server/adapters/golem/tunnel";
import { aCertificateAuthority } from "@/test/support/a-certificate-authority";
import { aConnectProxy, aTunnelPeer, type TunnelPeer } from "@/test/support/a-tunnel";

/** What the server does with one connection, once a request has come in. */
type Conduct = (stream: Duplex) => void;

let conduct: Conduct = () => {};
const served: Duplex[] = [];
const tcp = createTcpServer((socket) => serve(socket));
let tls: Server;
let machine: TunnelPeer;
let exit: TunnelPeer;
let caPem: string;

/** Calls `conduct` whenever a request comes in; requests here are smaller than one piece. */
function serve(stream: Duplex): void {
  served.push(stream);
  stream.on("error", () => {});
  stream.on("data", () => conduct(stream));
}

const listen = async (server: Server): Promise<number> => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
};

let tcpPort = 0;
/** Nobody listens there. */
let closedPort = 0;
beforeAll(async () => {
  const authority = await aCertificateAuthority();
  caPem = authority.caPem;
  tls = createTlsServer(await authority.issue(["service.test"]), (socket) => serve(socket));
  const tlsPort = await listen(tls);
  tcpPort = await listen(tcp);
  const closed = createTcpServer();
  closedPort = await listen(closed);
  closed.close();
  await once(closed, "close");
  machine = await aTunnelPeer((stream) => serve(stream));
  exit = await aTunnelPeer(aConnectProxy(() => ({ port: tlsPort })));
});
afterAll(async () => {
  await Promise.all([machine.close(), exit.close()]);
  tls.close();
  tcp.close();
});

const DOORS = {
  model: () => openDoor(machine.end),
  exit: () => openExitDoor({ end: exit.end, origin: "https://service.test", trust: [caPem] }),
  home: () => openHomeDoor({ origin: `http://127.0.0.1:${tcpPort}`, trust: null }),
} as const;

/** The same doors with nobody behind them. */
const LOST = {
  model: () => openDoor({ ...machine.end, uri: `ws://127.0.0.1:${closedPort}` }),
  exit: () =>
    openExitDoor({
      end: { ...exit.end, uri: `ws://127.0.0.1:${closedPort}` },
      origin: "https://service.test",
      trust: [caPem],
    }),
  home: () => openHomeDoor({ origin: `http://127.0.0.1:${closedPort}`, trust: null }),
} as const;

const MAX_BYTES = 100_000;

const aRequest = (over: Partial<DoorRequest> = {}): DoorRequest => ({
  method: "POST",
  path: "/v1/chat/completions",
  headers: { "content-type": "application/json", authorization: "Bearer planted-canary" },
  body: new TextEncoder().encode("{}"),
  signal: AbortSignal.timeout(10_000),
  maxBytes: MAX_BYTES,
  ...over,
});

/** Sends these pieces and leaves the connection open. */
const says =
  (...pieces: readonly (string | Uint8Array)[]): Conduct =>
  (stream) => {
    for (const piece of pieces) stream.write(piece);
  };

/** Sends these pieces and closes. */
const saysAndGoes =
  (...pieces: readonly (string | Uint8Array)[]): Conduct =>
  (stream) => {
    for (const piece of pieces) stream.write(piece);
    stream.end();
  };

/** Sends `head`, then `piece` for as long as anybody takes it. */
const saysForEver =
  (head: string, piece: string | Uint8Array): Conduct =>
  (stream) => {
    const more = () => {
      while (!stream.destroyed && stream.write(piece));
    };
    stream.on("drain", more);
    stream.write(head);
    more();
  };

const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;
const ofLength = (length: number, fields = "") => `${OK}${fields}content-length: ${length}\r\n\r\n`;
const coded = (coding: string, body: Uint8Array): Conduct =>
  says(ofLength(body.length, `content-encoding: ${coding}\r\n`), body);
const whole = (text: string) => `${ofLength(text.length)}${text}`;

/** A gigabyte of zeros in a megabyte. */
const bomb = () => {
  const member = gzipSync(new Uint8Array(16_777_216));
  return Buffer.concat(Array.from({ length: 64 }, () => member));
};
const gzipped = gzipSync("what was answered");
const KILOBYTE = "x".repeat(1_024);

const TOO_LARGE = "MODEL_RESPONSE_TOO_LARGE";
const MALFORMED = "MODEL_RESPONSE_MALFORMED";
const CUT_SHORT = "MODEL_RESPONSE_CUT_SHORT";
const UNREACHABLE = "MODEL_UNREACHABLE";

/** Whole answers that hold no sound body: their connections may go on. */
const MISCODED: readonly (readonly [name: string, conduct: Conduct])[] = [
  ["codings on top of each other", coded("gzip, gzip", gzipSync(gzipped))],
  ["an unknown content coding", coded("zstd", gzipped)],
  ["what is no gzip", coded("gzip", Buffer.from("not at all"))],
  ["what is no Brotli", coded("br", Buffer.from("not at all"))],
  ["what is no deflate", coded("deflate", Buffer.from("not at all"))],
  ["half a gzip in a whole answer", coded("gzip", gzipped.subarray(0, 20))],
];

/** What ends the connection. */
const HOSTILE: readonly (readonly [name: string, conduct: Conduct, code: string])[] = [
  ["an endless body in chunks", saysForEver(CHUNKED, `400\r\n${KILOBYTE}\r\n`), TOO_LARGE],
  ["an endless body of a known length", saysForEver(ofLength(2 ** 40), KILOBYTE), TOO_LARGE],
  ["an endless body in chunks of a byte", saysForEver(CHUNKED, "1\r\nx\r\n"), TOO_LARGE],
  [
    "endless empty blocks of gzip",
    saysForEver(
      `${CHUNKED.slice(0, -2)}content-encoding: gzip\r\n\r\n`,
      Buffer.concat([Buffer.from("14\r\n"), gzipSync(""), Buffer.from("\r\n")]),
    ),
    TOO_LARGE,
  ],
  ["an endless field", saysForEver(`${OK}x: `, KILOBYTE), TOO_LARGE],
  ["a flood of fields", saysForEver(OK, "x: y\r\n"), TOO_LARGE],
  [
    "more fields than are read",
    says(`${OK}${"x: y\r\n".repeat(200)}content-length: 0\r\n\r\n`),
    TOO_LARGE,
  ],
  ["an endless status line", saysForEver("HTTP/1.1 200 ", KILOBYTE), TOO_LARGE],
  ["endless extensions of a chunk", saysForEver(`${CHUNKED}1;`, KILOBYTE), TOO_LARGE],
  ["a chunk's length without end", saysForEver(CHUNKED, "0".repeat(1_024)), TOO_LARGE],
  ["empty lines without end", saysForEver("", "\r\n".repeat(512)), TOO_LARGE],
  ["endless trailers", saysForEver(`${CHUNKED}0\r\n`, "x: y\r\n"), TOO_LARGE],
  ["a gigabyte in a megabyte of gzip", (stream) => coded("gzip", bomb())(stream), TOO_LARGE],
  [
    "an unknown transfer coding",
    saysAndGoes(`${OK}transfer-encoding: gzip\r\n\r\n`, gzipped),
    MALFORMED,
  ],
  ["another protocol", says("SSH-2.0-planted-canary\r\n"), MALFORMED],
  ["nothing but NUL", says(new Uint8Array(1_000)), MALFORMED],
  ["NUL in a field", says(`${OK}x: planted-canary\0\r\ncontent-length: 0\r\n\r\n`), MALFORMED],
  ["a status that there is not", says("HTTP/1.1 999 OK\r\ncontent-length: 0\r\n\r\n"), MALFORMED],
  ["a status of nothing", says("HTTP/1.1 000 OK\r\ncontent-length: 0\r\n\r\n"), MALFORMED],
  ["a status of two digits", says("HTTP/1.1 050 OK\r\ncontent-length: 0\r\n\r\n"), MALFORMED],
  ["two lengths", says(`${OK}content-length: 1\r\ncontent-length: 2\r\n\r\nxx`), MALFORMED],
  [
    "a length and chunks",
    says(`${OK}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`),
    MALFORMED,
  ],
  ["a chunk of no length", says(`${CHUNKED}planted-canary\r\n`), MALFORMED],
  ["a flood of interim answers", saysForEver("", "HTTP/1.1 103 Early Hints\r\n\r\n"), MALFORMED],
  [
    "a change of protocol",
    says("HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
    MALFORMED,
  ],
  ["half a chunk", saysAndGoes(`${CHUNKED}400\r\nxyz`), CUT_SHORT],
  ["chunks without the last one", saysAndGoes(`${CHUNKED}3\r\nxyz\r\n`), CUT_SHORT],
  ["less than its length", saysAndGoes(ofLength(100), "xyz"), CUT_SHORT],
  [
    "gzip that is cut with its connection",
    saysAndGoes(ofLength(100, "content-encoding: gzip\r\n"), gzipped),
    CUT_SHORT,
  ],
  ["half a status line", saysAndGoes("HTTP/1."), CUT_SHORT],
  ["an early end", (stream) => stream.end(), UNREACHABLE],
  ["a broken connection", (stream) => stream.destroy(), UNREACHABLE],
];

describe.each(Object.keys(DOORS) as (keyof typeof DOORS)[])("the %s door", (kind) => {
  let opened: OpenDoor;
  const open = () => {
    opened = DOORS[kind]();
    served.length = 0;
    return opened.door;
  };
  afterEach(() => opened.close());
  const answerTo = (next: Conduct, over: Partial<DoorRequest> = {}) => {
    conduct = next;
    return open().request(aRequest(over));
  };
  const textOf = async (next: Conduct) => new TextDecoder().decode((await answerTo(next)).body);

  it.each(HOSTILE)("survives %s", async (_name, next, code) => {
    const error = await answerTo(next).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: "BeaconError", code });
    expect(printed(error)).not.toContain("planted-canary");
    // Whoever goes on is cut off.
    await allClosed();
  });

  it.each(MISCODED)("recognizes %s", async (_name, next) => {
    await expect(answerTo(next)).rejects.toMatchObject({ code: MALFORMED });
  });

  it("holds no more of a bomb than it may read", async () => {
    const packed = bomb();
    const before = process.resourceUsage().maxRSS;
    await expect(answerTo(coded("gzip", packed))).rejects.toMatchObject({ code: TOO_LARGE });
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(262_144);
  });

  it("ends a slow drip with the deadline", async () => {
    const deadline = new AbortController();
    let drops = 0;
    const drip: Conduct = (stream) => {
      stream.write(CHUNKED);
      const timer = setInterval(() => {
        drops += 1;
        stream.write("1\r\nx\r\n");
        if (drops === 5) deadline.abort(new DOMException("late", "TimeoutError"));
      }, 1);
      stream.once("close", () => clearInterval(timer));
    };
    await expect(answerTo(drip, { signal: deadline.signal })).rejects.toMatchObject({
      code: "MODEL_TIMED_OUT",
    });
    await allClosed();
  });

  it("says when it is certain that nothing was sent", async () => {
    opened = LOST[kind]();
    await expect(opened.door.request(aRequest())).rejects.toMatchObject({
      code: UNREACHABLE,
      details: { sent: false },
    });
    const late = AbortSignal.abort(new DOMException("late", "TimeoutError"));
    await expect(opened.door.request(aRequest({ signal: late }))).rejects.toMatchObject({
      code: "MODEL_TIMED_OUT",
      details: { sent: false },
    });
  });

  it.each([
    ["nothing", (stream: Duplex) => stream.destroy()],
    ["something", saysAndGoes("HTTP/1.")],
  ])("does not say so of a request that %s came back for", async (_what, next) => {
    const error = await answerTo(next).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: "BeaconError" });
    expect(error).not.toHaveProperty("details.sent");
  });

  it("takes an answer that never began for one, when the request is given up", async () => {
    const giving = new AbortController();
    const silent: Conduct = () => giving.abort();
    await expect(answerTo(silent, { signal: giving.signal })).rejects.toMatchObject({
      code: UNREACHABLE,
    });
    await expect(opened.door.request(aRequest({ signal: giving.signal }))).rejects.toMatchObject({
      code: UNREACHABLE,
    });
  });

  it.each([
    ["gzip", gzipped],
    ["X-GZIP", gzipped],
    ["deflate", deflateSync("what was answered")],
    ["br", brotliCompressSync("what was answered")],
    ["identity", Buffer.from("what was answered")],
  ])("undoes %s", async (coding, body) => {
    expect(await textOf(coded(coding, body))).toBe("what was answered");
  });

  it("hands over bytes as they are, whatever the head calls them", async () => {
    const bytes = Uint8Array.of(0xff, 0xfe, 0, 0x80, 0x7b);
    const { body, status } = await answerTo(
      says(ofLength(bytes.length, "content-type: application/json; charset=utf-8\r\n"), bytes),
    );
    expect([status, body]).toEqual([200, bytes]);
  });

  it("keeps fields in their order, repeated ones too", async () => {
    const { headers, firstByteMs } = await answerTo(
      says(ofLength(0, "Set-Cookie: a\r\nX-Edge: FRA\r\nset-cookie: b\r\n")),
    );
    expect(headers).toEqual([
      ["set-cookie", "a"],
      ["x-edge", "FRA"],
      ["set-cookie", "b"],
      ["content-length", "0"],
    ]);
    expect(firstByteMs).toBeGreaterThanOrEqual(0);
  });

  it("does not follow a redirect", async () => {
    const { status, headers } = await answerTo(
      says("HTTP/1.1 302 Found\r\nlocation: https://elsewhere.test/\r\ncontent-length: 0\r\n\r\n"),
    );
    expect(status).toBe(302);
    expect(headers).toContainEqual(["location", "https://elsewhere.test/"]);
    expect(served.length).toBe(1);
  });

  it("goes on past a few interim answers, and ignores trailers", async () => {
    const interim = "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n";
    expect(
      await textOf(says(interim, interim, `${CHUNKED}2\r\nhi\r\n0\r\nx-trailer: no\r\n\r\n`)),
    ).toBe("hi");
  });

  it("keeps a connection for the next request", async () => {
    expect(await textOf(says(whole("one")))).toBe("one");
    await opened.door.request(aRequest());
    expect(served.length).toBe(1);
  });

  it.each([
    ["a second answer", whole("two")],
    ["garbage", "garbage"],
    ["more than its length", "e and more"],
  ])("drops a connection that sends %s after the answer", async (_name, surplus) => {
    expect(await textOf(says(`${whole("one")}${surplus}`))).toBe("one");
    conduct = says(whole("three"));
    const { body } = await opened.door.request(aRequest());
    expect(new TextDecoder().decode(body)).toBe("three");
    expect(served.length).toBe(2);
  });

  it("drops a kept connection that speaks unasked", async () => {
    expect(await textOf(says(whole("one")))).toBe("one");
    const [first] = served;
    first?.write(whole("two"));
    await allClosed();
    conduct = says(whole("three"));
    const { body } = await opened.door.request(aRequest());
    expect(new TextDecoder().decode(body)).toBe("three");
    expect(served.length).toBe(2);
  });

  it("says nothing more once it is closed", async () => {
    expect(await textOf(says(whole("one")))).toBe("one");
    opened.close();
    opened.close();
    await expect(opened.door.request(aRequest())).rejects.toMatchObject({ code: UNREACHABLE });
    expect(served.length).toBe(1);
  });

  it("believes an answer without a length only where no TLS can be cut", async () => {
    const answer = answerTo(saysAndGoes(`${OK}\r\nall of it?`));
    if (kind === "exit") await expect(answer).rejects.toMatchObject({ code: CUT_SHORT });
    else expect(new TextDecoder().decode((await answer).body)).toBe("all of it?");
  });
});

/** Until every connection that came in is closed. */
const allClosed = () =>
  Promise.all(
    served.map(
      (stream) =>
        new Promise<void>((resolve) => {
          if (stream.closed) resolve();
          else stream.once("close", () => resolve());
        }),
    ),
  );

/** Everything that a logger could make of an error. */
function printed(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const fields = Object.values(error).map((value) =>
    value instanceof Uint8Array
      ? Buffer.from(value).toString("latin1")
      : value instanceof Error
        ? printed(value)
        : JSON.stringify(value),
  );
  return [error.stack, ...fields, error.cause === undefined ? "" : printed(error.cause)].join(" ");
}
