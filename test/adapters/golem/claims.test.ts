import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { askRelay, Claims } from "@/server/adapters/golem/claims";
import { NOON } from "@/test/support/builders";

const NODE = `0x${"ab".repeat(20)}`;
const LIST = JSON.stringify({ [NODE]: [{ peer: "203.0.113.7:11500" }] });

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve) ?? resolve(undefined));
});

/** A relay's node list at an address of its own. */
async function aRelay(answer: RequestListener): Promise<string> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const claimsAt = (relayUrl: string) =>
  new Claims({ relayUrl, databases: [], networks: { networkOf: () => null }, now: () => NOON });

describe("the relay's word", () => {
  it("is a node's address, without its port", async () => {
    const url = await aRelay((_, response) => response.end(LIST));
    expect(await askRelay(url, NODE)).toEqual({ address: "203.0.113.7" });
    expect(await askRelay(url, `0x${"cd".repeat(20)}`)).toHaveProperty("unknown");
  });

  it("is not sought where a redirect leads", async () => {
    const asked: (string | undefined)[] = [];
    const url = await aRelay((request, response) => {
      asked.push(request.url);
      if (request.url === "/elsewhere") return void response.end(LIST);
      response.writeHead(302, { location: "/elsewhere" }).end();
    });
    await expect(askRelay(url, NODE)).rejects.toThrow();
    expect(asked).toEqual([`/nodes/${NODE.slice(2)}`]);
  });

  it("is taken when it is as long as is read, and not when it is longer", async () => {
    let sizeBytes = 65_536;
    const url = await aRelay((_, response) => response.end(LIST.padEnd(sizeBytes)));
    expect(await askRelay(url, NODE)).toEqual({ address: "203.0.113.7" });
    sizeBytes++;
    await expect(askRelay(url, NODE)).rejects.toThrow();
    expect(await claimsAt(url).of(NODE, {})).toMatchObject({
      claims: [{ country: null, source: "the relay did not answer" }],
    });
  });

  it("is given up as soon as it is too long, not when its time is over", async () => {
    const url = await aRelay((_, response) => void response.write(LIST.padEnd(1_048_576)));
    const error = await askRelay(url, NODE).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toMatchObject({ name: "TimeoutError" });
  });
});
