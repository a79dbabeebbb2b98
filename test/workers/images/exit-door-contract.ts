import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { Worker } from "node:worker_threads";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

/** An exit door that listens on loopback. */
export type DoorUnderTest = { readonly port: number; close(): Promise<void> };

export type DoorOptions = {
  /** `host:port`. */
  readonly allowed: readonly string[];
  /** How long a connection may take to stand. */
  readonly dialMs: number;
};

const NO_TARGETS = [
  "localhost",
  "localhost:",
  ":443",
  "localhost:0443",
  "localhost:65536",
  "/path",
];

/**
 * What every exit door answers: the program in a rented machine, and the one that plays it in the
 * loopback network.
 *
 * @param open opens a door on loopback that may reach loopback addresses.
 * @param isStrict whether it also tells a malformed request from one that is not allowed, bounds its
 * head to 8 KiB, and knows hosts in any case.
 */
export function exitDoorContract(
  name: string,
  open: (options: DoorOptions) => Promise<DoorUnderTest>,
  { isStrict }: { readonly isStrict: boolean },
): void {
  describe(`${name} as an exit door`, () => {
    const far: Far = { server: null, port: 0, onConnection: () => {} };
    const sockets: Socket[] = [];
    let nobody = 0;
    let stalled: Stalled;
    let door: DoorUnderTest;

    beforeAll(async () => {
      far.server = createServer({ allowHalfOpen: true }, (socket) => {
        socket.on("error", () => {});
        sockets.push(socket);
        far.onConnection(socket);
      });
      far.port = await listening(far.server);
      const closed = createServer();
      nobody = await listening(closed);
      await new Promise((resolve) => closed.close(resolve));
      stalled = await aStalledPort();
      door = await open({
        allowed: [far.port, nobody, stalled.port].map((port) => `localhost:${port}`),
        dialMs: 1_000,
      });
    });
    afterAll(async () => {
      await door.close();
      await stalled.end();
      await new Promise((resolve) => far.server?.close(resolve));
    });
    afterEach(() => {
      for (const socket of sockets.splice(0)) socket.destroy();
    });

    /** Sends bytes to the door and answers the connection with what came back up to the end of its head. */
    async function say(request: string | Uint8Array) {
      const socket = connect({ host: "127.0.0.1", port: door.port, allowHalfOpen: true });
      socket.on("error", () => {});
      sockets.push(socket);
      await once(socket, "connect");
      socket.write(request);
      const head = await headOf(socket);
      return { socket, status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? 0) };
    }
    const connectRequest = (target: string) => `CONNECT ${target} HTTP/1.1\r\nhost: x\r\n\r\n`;
    const toFar = () => connectRequest(`localhost:${far.port}`);

    it("carries bytes both ways, unchanged", async () => {
      far.onConnection = (socket) => socket.pipe(socket);
      const { socket, status } = await say(toFar());
      expect(status).toBe(200);
      const sent = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 7) % 256);
      socket.end(sent);
      expect(Buffer.compare(await all(socket), sent)).toBe(0);
    });

    it("passes on what came right behind the request", async () => {
      far.onConnection = (socket) => socket.pipe(socket);
      const { socket } = await say(`${toFar()}early`);
      socket.end(" and late");
      expect(String(await all(socket))).toBe("early and late");
    });

    it.each([
      ["another port", () => "localhost:9"],
      ["another host", () => `elsewhere.example:${far.port}`],
      ["the address of a host that is allowed", () => `127.0.0.1:${far.port}`],
      ["a subdomain of it", () => `a.localhost:${far.port}`],
      ["an IPv6 literal", () => `[::1]:${far.port}`],
    ])("answers 403 for %s", async (_what, target) => {
      let isConnected = false;
      far.onConnection = () => {
        isConnected = true;
      };
      expect((await say(connectRequest(target()))).status).toBe(403);
      expect(isConnected).toBe(false);
    });

    it.each(NO_TARGETS)("connects nobody to %s, which is no target", async (target) => {
      expect([400, 403]).toContain((await say(connectRequest(target))).status);
    });

    it("answers 405 for everything that is no CONNECT", async () => {
      for (const method of ["GET", "POST", "PUT"])
        expect((await say(`${method} / HTTP/1.1\r\nhost: x\r\n\r\n`)).status).toBe(405);
      const proxied = `GET http://localhost:${far.port}/ HTTP/1.1\r\nhost: x\r\n\r\n`;
      expect((await say(proxied)).status).toBe(405);
    });

    it("answers 502 for what it cannot connect to", async () => {
      expect((await say(connectRequest(`localhost:${nobody}`))).status).toBe(502);
    });

    it("answers 504 for a connection that takes too long", async () => {
      expect((await say(connectRequest(`localhost:${stalled.port}`))).status).toBe(504);
    });

    it("delivers what the service sent before it closed, then closes", async () => {
      far.onConnection = (socket) => socket.end(new Uint8Array(500_000));
      const { socket } = await say(toFar());
      expect((await all(socket)).length).toBe(500_000);
    });

    it("delivers what the client sent before it closed, then closes", async () => {
      const arrived = new Promise<Uint8Array>((resolve) => {
        far.onConnection = (socket) => {
          void all(socket).then((bytes) => {
            socket.end();
            resolve(bytes);
          });
        };
      });
      const { socket } = await say(toFar());
      socket.end(new Uint8Array(500_000));
      expect((await arrived).length).toBe(500_000);
      await all(socket);
    });

    it("ends the service's side when the client is gone", async () => {
      const gone = new Promise<void>((resolve) => {
        far.onConnection = (socket) => {
          socket.once("close", () => resolve());
          socket.once("end", () => socket.end());
          socket.resume();
        };
      });
      const { socket } = await say(`${toFar()}x`);
      socket.resetAndDestroy();
      await gone;
    });

    if (isStrict) {
      it("knows a host in any case of its letters", async () => {
        far.onConnection = (socket) => socket.end();
        const { socket, status } = await say(connectRequest(`LocalHost:${far.port}`));
        expect([status, (await all(socket)).length]).toEqual([200, 0]);
      });

      it.each(NO_TARGETS)("answers 400 for %s, which is no target", async (target) => {
        expect((await say(connectRequest(target))).status).toBe(400);
      });

      it("answers 400 for what is no request, and for a head above 8 KiB", async () => {
        expect((await say("nonsense\r\n\r\n")).status).toBe(400);
        const large = `CONNECT localhost:${far.port} HTTP/1.1\r\nhost: x\r\nx: ${"a".repeat(9_000)}\r\n\r\n`;
        expect((await say(large)).status).toBe(400);
      });
    }
  });
}

type Far = { server: Server | null; port: number; onConnection: (socket: Socket) => void };

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** What comes up to and with the blank line; what is behind it stays in the socket. */
async function headOf(socket: Socket): Promise<string> {
  let head = "";
  while (!head.endsWith("\r\n\r\n")) {
    const byte = socket.read(1) as Buffer | null;
    if (byte !== null) head += byte.toString("latin1");
    else if (socket.readableEnded || socket.destroyed) return head;
    else await Promise.race([once(socket, "readable"), once(socket, "close")]);
  }
  return head;
}

async function all(socket: Socket): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

type Stalled = { readonly port: number; end(): Promise<void> };

/**
 * A port at which a connection never comes to stand: its owner sleeps, and the queue of those who wait
 * to be accepted is full, so that Linux answers no more of them.
 */
async function aStalledPort(): Promise<Stalled> {
  const source = `
    const { createServer } = require("node:net");
    const { parentPort } = require("node:worker_threads");
    const server = createServer();
    server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
      parentPort.postMessage(server.address().port);
      setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
    });`;
  const worker = new Worker(source, { eval: true });
  const [port] = (await once(worker, "message")) as [number];
  const waiting: Socket[] = [];
  for (let isOpen = true; isOpen; ) {
    const socket = connect({ host: "127.0.0.1", port });
    socket.on("error", () => {});
    waiting.push(socket);
    isOpen = await Promise.race([
      once(socket, "connect").then(() => true),
      new Promise<false>((resolve) => setTimeout(resolve, 300, false)),
    ]);
  }
  return {
    port,
    async end() {
      for (const socket of waiting) socket.destroy();
      await worker.terminate();
    },
  };
}
