import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { withDeadline } from "@/server/adapters/clock/deadline";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import { createKuboStore } from "@/server/adapters/ipfs/kubo-store";
import { utf8 } from "@/server/domain/bytes";
import { cidOf, MAX_BLOCK_BYTES } from "@/server/domain/digest";

const BYTES = utf8("what we put");
const CID = cidOf(BYTES);
const OTHER = cidOf(utf8("another block"));
const NO_END = new AbortController().signal;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

type Answer = (call: string, response: ServerResponse, request: IncomingMessage) => void;

/** A server that answers RPC calls as told, and the calls that it got. */
async function aNode(answer: Answer) {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    const call = new URL(request.url ?? "", "http://x").pathname.replace("/api/v0/", "");
    calls.push(call);
    request.resume();
    request.on("end", () => answer(call, response, request));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const store = (limitMs = 5_000, credentials = ""): ContentStore =>
    createKuboStore({ url: `http://${credentials}${host}`, withDeadline, limitMs });
  return { calls, host, store };
}

const json = (response: ServerResponse, body: unknown, status = 200) => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
};
const no = (response: ServerResponse, message: string) =>
  json(response, { Message: message, Code: 0, Type: "error" }, 500);

describe("a Kubo node that lies", () => {
  it("about a block's CID is refused", async () => {
    const { store } = await aNode((_, response) => json(response, { Key: OTHER, Size: 1 }));
    await expect(store().put(BYTES)).rejects.toMatchObject({ code: "CONTENT_STORE_REFUSED" });
  });

  it.each([
    ["another block", utf8("another block")],
    ["nothing", new Uint8Array()],
    ["more than a block may hold", new Uint8Array(MAX_BLOCK_BYTES + 1)],
  ])("and sends %s is refused", async (_, sent) => {
    const { store } = await aNode((_call, response) => response.end(sent));
    await expect(store().get(CID)).rejects.toMatchObject({ code: "BLOCK_CID_MISMATCH" });
    const look = await store().probe(CID, NO_END);
    expect(look).toMatchObject({ isAvailable: false, code: "BLOCK_CID_MISMATCH" });
  });

  it("and sends without end is cut off after one block", async () => {
    let sent = 0;
    const { store } = await aNode((_, response) => {
      const more = (): void => {
        if (response.destroyed) return;
        sent += 65_536;
        response.write(new Uint8Array(65_536), () => setImmediate(more));
      };
      more();
    });
    await expect(store(30_000).get(CID)).rejects.toMatchObject({ code: "BLOCK_CID_MISMATCH" });
    // What lay in buffers on the way comes on top; it is not the gigabytes of half a minute.
    expect(sent).toBeLessThan(32 * MAX_BLOCK_BYTES);
  });

  it("and says that it stored a block which it does not pin is refused", async () => {
    const { store, calls } = await aNode((call, response) => {
      if (call === "block/put") return json(response, { Key: CID, Size: BYTES.length });
      return no(response, call === "pin/ls" ? `path '${CID}' is not pinned` : "pin: no room");
    });
    await expect(store().put(BYTES)).rejects.toMatchObject({ code: "CONTENT_STORE_REFUSED" });
    expect(calls).toEqual(["block/put", "pin/ls", "pin/add"]);
  });
});

describe("a Kubo node that is not well", () => {
  it.each<[string, string, Answer]>([
    ["is no Kubo", "CONTENT_STORE_REFUSED", (_, response) => response.end("<html>hello</html>")],
    ["has no room", "CONTENT_STORE_REFUSED", (_, response) => no(response, "no space left")],
    ["wants a password", "CONTENT_STORE_REFUSED", (_, response) => json(response, {}, 401)],
    [
      "is behind a gate that waits for it",
      "CONTENT_STORE_UNAVAILABLE",
      (_, response) => json(response, {}, 503),
    ],
    ["hangs up", "CONTENT_STORE_UNAVAILABLE", (_, response) => response.destroy()],
  ])("because it %s answers %s", async (_, code, answer) => {
    const { store } = await aNode(answer);
    await expect(store().put(BYTES)).rejects.toMatchObject({ code });
  });

  it("because it never answers is given up on, whatever is asked", async () => {
    const { store } = await aNode(() => {});
    const late = { code: "CONTENT_STORE_UNAVAILABLE" };
    const slow = store(150);
    await expect(slow.put(BYTES)).rejects.toMatchObject(late);
    await expect(slow.get(CID)).rejects.toMatchObject(late);
    await expect(slow.pin(CID)).rejects.toMatchObject(late);
    await expect(slow.list()[Symbol.asyncIterator]().next()).rejects.toMatchObject(late);
    expect(await slow.probe(CID, NO_END)).toMatchObject(late);
  });

  it("because it stops in the middle is given up on", async () => {
    const { store } = await aNode((call, response) => {
      response.write(call === "pin/ls" ? `{"Cid":"${CID}","Type":"recursive"}\n` : "wh");
    });
    await expect(store(150).get(CID)).rejects.toMatchObject({ code: "CONTENT_STORE_UNAVAILABLE" });
    const pins = store(150).list()[Symbol.asyncIterator]();
    expect(await pins.next()).toMatchObject({ value: CID });
    await expect(pins.next()).rejects.toMatchObject({ code: "CONTENT_STORE_UNAVAILABLE" });
  });

  it("ends a look when who looks has no more time", async () => {
    const { store } = await aNode(() => {});
    const stop = new AbortController();
    const look = store(30_000).probe(CID, stop.signal);
    stop.abort(new Error("the sweep is over"));
    expect(await look).toMatchObject({ isAvailable: false, code: "CONTENT_STORE_UNAVAILABLE" });
  });
});

describe("a block that is too large", () => {
  it("is refused before the node is called", async () => {
    const { store, calls } = await aNode((_, response) => response.end());
    await expect(store().put(new Uint8Array(MAX_BLOCK_BYTES + 1))).rejects.toMatchObject({
      code: "BLOCK_TOO_LARGE",
    });
    expect(calls).toEqual([]);
  });
});

describe("a name and password in a node's address", () => {
  it("are sent as basic authentication and are in no message, name or detail", async () => {
    const seen: (string | undefined)[] = [];
    const { store, host } = await aNode((_, response, request) => {
      seen.push(request.headers.authorization);
      json(response, {}, 403);
    });
    const guarded = store(5_000, "anna:s%3Acret@");
    expect(guarded.name).toBe(host);
    const failure: unknown = await guarded.put(BYTES).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "CONTENT_STORE_REFUSED" });
    expect(seen).toEqual([`Basic ${Buffer.from("anna:s:cret").toString("base64")}`]);
    const { message, details, stack, cause } = failure as Error & { details: unknown };
    const told = JSON.stringify([message, details, stack, String(cause), (cause as Error).stack]);
    expect(told).not.toMatch(/s%3Acret|s:cret|anna/);
  });
});
