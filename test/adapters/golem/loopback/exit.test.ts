import { createServer, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listenOn } from "@/server/adapters/golem/loopback/listener";
import type { LoopbackNetwork } from "@/server/adapters/golem/loopback/network";
import {
  aLoopbackNetwork,
  aManifest,
  aRestRental,
  askVendor,
  connectExit,
  idOf,
  negotiate,
  startTls,
} from "./a-rest-rental";

const EXIT = 8080;
const names = new Map([["moving.example", ["127.0.0.1"]]]);
const seen: Buffer[] = [];
let network: LoopbackNetwork;
beforeAll(async () => {
  network = await aLoopbackNetwork({
    resolve: async (host) => names.get(host) ?? (/^[\d.]+$/.test(host) ? [host] : []),
    onProviderBytes: (bytes) => void seen.push(Buffer.from(bytes)),
  });
});
afterAll(() => network.stop());

const payload = (urls: readonly string[], over?: object) => ({
  "golem.srv.comp.payload": aManifest(urls, over),
});
const hostOf = (url: string) => new URL(url).host;

/** What the exit of a machine whose manifest names `urls` answers to CONNECT. */
async function exitTo(target: string, urls: readonly string[] | null) {
  const properties = urls === null ? {} : payload(urls);
  const rental = await aRestRental(network, idOf(network, "elbe-compute"), properties);
  return connectExit(await rental.connect(EXIT), target);
}

describe("the exit door", () => {
  it("leads nowhere without a manifest, not even to an echo", async () => {
    expect(await exitTo(hostOf(network.vendor.origin), null)).toBe(403);
    expect(await exitTo(hostOf(network.echoUrl), null)).toBe(403);
  });

  it("leads to the manifest's hosts and ports and to all echoes, and nowhere else", async () => {
    const urls = [network.vendor.origin];
    const port = Number(new URL(network.vendor.origin).port);
    for (const url of [network.vendor.origin, network.echoUrl, ...network.echoUrls])
      expect(await exitTo(hostOf(url), urls)).toBeTypeOf("object");
    for (const target of [`127.0.0.1:${port === 9 ? 10 : 9}`, `localhost:${port}`, "x", "a:b:c"])
      expect(await exitTo(target, urls)).toBe(403);
  });

  it("answers 502 for what it cannot dial", async () => {
    // The discard port: nobody listens there.
    expect(await exitTo("127.0.0.1:9", ["https://127.0.0.1:9"])).toBe(502);
  });

  it("dials the address that a name had when the machine started, and 502 when it had none", async () => {
    const hits: string[] = [];
    const server = createServer((socket: Socket) => {
      hits.push(socket.remoteAddress ?? "");
      socket.end("hello");
    });
    const { origin, close } = await listenOn(server as never, "http", 0);
    const open = await aLoopbackNetwork({
      providers: network.providers.map((provider) => ({
        ...provider,
        outbound: { everyone: "all", hosts: [] },
      })),
      resolve: async (host) => names.get(host) ?? [],
    });
    try {
      const target = `moving.example:${new URL(origin).port}`;
      const id = idOf(open, "elbe-compute");
      const rental = await aRestRental(
        open,
        id,
        payload([`https://${target}`, "https://nowhere.example"]),
      );
      names.set("moving.example", ["192.0.2.1"]);
      expect(await connectExit(await rental.connect(EXIT), target)).toBeTypeOf("object");
      expect(hits).toEqual(["127.0.49.1"]);
      const nowhere = await connectExit(await rental.connect(EXIT), "nowhere.example:443");
      expect(nowhere).toBe(502);
    } finally {
      await open.stop();
      await close();
    }
  });

  it("shows the vendor the provider's address, and the provider no key", async () => {
    const properties = payload([network.vendor.origin]);
    for (const [name, address, country] of [
      ["mara-cloud", "127.0.254.1", "KE"],
      ["musashi-node", "127.0.81.1", "JP"],
    ] as const) {
      const rental = await aRestRental(network, idOf(network, name), properties);
      const exit = await connectExit(await rental.connect(EXIT), hostOf(network.vendor.origin));
      if (typeof exit === "number") throw new Error(`refused with ${exit}`);
      const answer = await askVendor(await startTls(network, exit), "canary-4711");
      expect(answer).toMatchObject({ status: 200, end: "whole" });
      expect(network.vendor.requests().at(-1)).toMatchObject({ address, country });
    }
    const bytes = Buffer.concat(seen);
    expect(bytes.includes("CONNECT 127.0.0.1")).toBe(true);
    expect(bytes.includes("canary-4711")).toBe(false);
  });

  it("passes on as fast as the slower side takes, and the end after the last byte", async () => {
    // Far more than the kernel buffers of all three connections hold.
    const size = 90_000_000;
    let sent = 0;
    const server = createServer((socket: Socket) => {
      socket.on("error", () => socket.destroy());
      const push = () => {
        while (sent < size) {
          sent += 60_000;
          if (!socket.write(Buffer.alloc(60_000, "x"))) return void socket.once("drain", push);
        }
        socket.end();
      };
      push();
    });
    const { origin, close } = await listenOn(server as never, "http", 0);
    try {
      const target = hostOf(origin);
      const exit = await exitTo(target, [`https://${target}`]);
      if (typeof exit === "number") throw new Error(`refused with ${exit}`);
      // Nobody reads yet: what is under way fills the buffers and no more.
      await expect.poll(() => sent).toBeGreaterThan(0);
      let before = -1;
      await expect
        .poll(() => {
          const isStill = sent === before;
          before = sent;
          return isStill;
        })
        .toBe(true);
      expect(sent).toBeLessThan(size);
      let received = 0;
      for await (const chunk of exit) received += (chunk as Buffer).length;
      expect(received).toBe(size);
    } finally {
      await close();
    }
  });
});

describe("the outbound rule", () => {
  const rejectionBy = async (name: string, properties: object) => {
    const talk = await negotiate(network, idOf(network, name), properties);
    return talk !== null && "rejection" in talk ? talk.rejection : null;
  };

  it("takes the simulated services, but at two providers whose owners never added them", async () => {
    const properties = payload([network.vendor.origin]);
    for (const name of ["kansai-blade", "rift-station"])
      expect(await rejectionBy(name, properties)).toMatch(
        /^Outbound rejected because: Everyone: .*127\.0\.0\.1 ; Audited-Payload: .* ; Partner: /,
      );
    for (const name of ["musashi-node", "table-bay", "elbe-compute"])
      expect(await rejectionBy(name, properties)).toBeNull();
    expect(await rejectionBy("kansai-blade", {})).toBeNull();
  });

  it("never takes what is unrestricted or not on the whitelist", async () => {
    expect(await rejectionBy("elbe-compute", payload(["https://api.openai.com"]))).toContain(
      "api.openai.com",
    );
    const out = { protocols: ["https"], unrestricted: { urls: true } };
    const unrestricted = { compManifest: { version: "0.1.0", net: { inet: { out } } } };
    expect(await rejectionBy("elbe-compute", payload([], unrestricted))).toContain("unrestricted");
  });

  it("turns down a manifest that is none", async () => {
    const urls = [network.vendor.origin];
    const broken = [
      payload(urls, { version: "0.2.0" }),
      payload(urls, { extra: 1 }),
      payload(urls, { payload: [] }),
      payload([]),
      { "golem.srv.comp.payload": "%%%" },
      { "golem.srv.comp.payload": 7 },
    ];
    for (const properties of broken)
      expect(await rejectionBy("elbe-compute", properties)).toContain("Manifest");
  });
});
