import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CarReader } from "@ipld/car";
import { beforeAll, describe, expect, it } from "vitest";
import { GET, HEAD, OPTIONS } from "@/app/ipfs/[[...path]]/route";
import type { Cid } from "@/schemas/primitives";
import { utf8 } from "@/server/domain/bytes";
import { cidOf, MAX_BLOCK_BYTES } from "@/server/domain/digest";
import { moveBlocks } from "@/server/services/move-blocks";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const BYTES = utf8('{"what":"the model said"}');
let cid: Cid;
beforeAll(async () => {
  // What `getContext` finds: the context of this process, as the portal has one.
  Object.assign(globalThis, { [Symbol.for("beacon.context")]: house.context });
  cid = await house.context.content.put(BYTES);
});

/** Asks the route's handler, with the path cut and decoded as Next does it. */
function ask(path: string, headers: Record<string, string> = {}, method = "GET") {
  const url = new URL(`http://portal.test/ipfs/${path}`);
  const segments = url.pathname.split("/").slice(2).map(decodeURIComponent);
  const request = new Request(url, { headers, method });
  const params = Promise.resolve(segments[0] === "" ? {} : { path: segments });
  return (method === "HEAD" ? HEAD : GET)(request, { params });
}
const bytesOf = async (answer: Response) => new Uint8Array(await answer.arrayBuffer());
const headersOf = (answer: Response) => Object.fromEntries(answer.headers);

describe("a block", () => {
  it("comes raw with headers that let anybody keep it for ever", async () => {
    const answer = await ask(`${cid}?format=raw`);
    expect(answer.status).toBe(200);
    expect(headersOf(answer)).toMatchObject({
      "content-type": "application/vnd.ipld.raw",
      "content-disposition": `attachment; filename="${cid}.bin"`,
      "content-length": String(BYTES.length),
      "cache-control": "public, max-age=29030400, immutable",
      etag: `"${cid}.raw"`,
      "x-content-type-options": "nosniff",
      "x-ipfs-path": `/ipfs/${cid}`,
      "x-ipfs-roots": cid,
      "access-control-allow-origin": "*",
      vary: "Accept",
    });
    expect(answer.headers.has("content-location")).toBe(false);
    expect(await bytesOf(answer)).toEqual(BYTES);
  });

  it("comes as a CAR that @ipld/car reads, with the block as its root", async () => {
    const answer = await ask(`${cid}?format=car`);
    expect(headersOf(answer)).toMatchObject({
      "content-type": "application/vnd.ipld.car; version=1; order=dfs; dups=n",
      "content-disposition": `attachment; filename="${cid}.car"`,
      etag: `"${cid}.car"`,
    });
    const car = await bytesOf(answer);
    expect(answer.headers.get("content-length")).toBe(String(car.length));
    const reader = await CarReader.fromBytes(car);
    expect((await reader.getRoots()).map(String)).toEqual([cid]);
    for await (const block of reader.blocks()) {
      expect(String(block.cid)).toBe(cid);
      expect(new Uint8Array(block.bytes)).toEqual(BYTES);
    }
  });

  it("is the same in every scope and byte range: it is one piece", async () => {
    const whole = await bytesOf(await ask(`${cid}?format=car`));
    for (const query of [
      "dag-scope=block",
      "dag-scope=entity",
      "entity-bytes=0:3",
      "entity-bytes=-5:*",
      "entity-bytes=999:*",
    ]) {
      const answer = await ask(`${cid}?format=car&${query}`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("etag")).not.toBe(`"${cid}.car"`);
      expect(await bytesOf(answer)).toEqual(whole);
    }
  });

  it("comes in the form that Accept names, with the address of that form", async () => {
    const car = await ask(cid, { accept: "application/vnd.ipld.car" });
    expect(car.headers.get("content-type")).toContain("application/vnd.ipld.car; version=1");
    expect(car.headers.get("content-location")).toContain(`/ipfs/${cid}?format=car`);
    const plain = await ask(cid);
    expect(plain.headers.get("content-type")).toBe("application/vnd.ipld.raw");
    expect(plain.headers.get("content-location")).toBe(`/ipfs/${cid}?format=raw`);
  });

  it("is not sent again to who has it", async () => {
    for (const known of [`"${cid}.raw"`, `W/"${cid}.raw"`, `"x", "${cid}.raw"`, "*"]) {
      const answer = await ask(`${cid}?format=raw`, { "if-none-match": known });
      expect(answer.status).toBe(304);
      expect(answer.headers.get("etag")).toBe(`"${cid}.raw"`);
      expect(await bytesOf(answer)).toHaveLength(0);
    }
    for (const other of [`"${cid}.car"`, `"${cid}"`, `${cid}.raw`])
      expect((await ask(`${cid}?format=raw`, { "if-none-match": other })).status).toBe(200);
  });

  it("is asked for without being sent", async () => {
    for (const format of ["raw", "car"]) {
      const sent = await ask(`${cid}?format=${format}`);
      const head = await ask(`${cid}?format=${format}`, {}, "HEAD");
      expect(head.status).toBe(200);
      expect(headersOf(head)).toEqual(headersOf(sent));
      expect(await bytesOf(head)).toHaveLength(0);
    }
  });

  it("comes whole when a part is asked for", async () => {
    const answer = await ask(`${cid}?format=raw`, { range: "bytes=0-3" });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("accept-ranges")).toBe("none");
    expect(await bytesOf(answer)).toEqual(BYTES);
  });

  it("may be empty, and as large as may be", async () => {
    for (const bytes of [new Uint8Array(), new Uint8Array(MAX_BLOCK_BYTES).fill(3)]) {
      const address = await house.context.content.put(bytes);
      const answer = await ask(`${address}?format=raw`);
      expect(Buffer.compare(await bytesOf(answer), bytes)).toBe(0);
    }
  });

  it("that has rotted on the disk is never sent", async () => {
    const rotten = await house.context.content.put(utf8("it will rot"));
    await moveBlocks(house.context);
    const path = join(house.context.env.BEACON_HOME, "blocks", rotten.slice(-3, -1), rotten);
    writeFileSync(path, "it has rotted");
    for (const format of ["raw", "car"]) {
      const answer = await ask(`${rotten}?format=${format}`);
      expect(answer.status).toBe(500);
      expect(await answer.json()).toMatchObject({ code: "BLOCK_CID_MISMATCH" });
    }
  });
});

describe("the gateway", () => {
  it("answers the probe by which clients find it", async () => {
    const raw = await ask("bafkqaaa?format=raw");
    expect([raw.status, (await bytesOf(raw)).length]).toEqual([200, 0]);
    const head = await ask("bafkqaaa", { accept: "application/vnd.ipld.raw" }, "HEAD");
    expect(head.headers.get("content-type")).toBe("application/vnd.ipld.raw");
    const car = await CarReader.fromBytes(await bytesOf(await ask("bafkqaaa?format=car")));
    expect((await car.getRoots()).map(String)).toEqual(["bafkqaaa"]);
  });

  it("does not serve a stranger's block, whatever the reader says that they have", async () => {
    const foreign = cidOf(utf8("a stranger's block"));
    for (const headers of [{}, { "if-none-match": "*" }, { accept: "application/vnd.ipld.car" }]) {
      const answer = await ask(foreign, headers);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ code: "BLOCK_NOT_FOUND" });
      expect(headersOf(answer)).toMatchObject({
        "cache-control": "no-store",
        "access-control-allow-origin": "*",
      });
    }
  });

  it("refuses with a code and a sentence, and never with a page", async () => {
    const refusals: [string, number, string][] = [
      ["", 400, "CID_INVALID"],
      ["x", 400, "CID_INVALID"],
      ["QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPBdG", 400, "CID_INVALID"],
      [cid.toUpperCase(), 400, "CID_INVALID"],
      ["..%2f..%2fpolicy.txt", 400, "CID_INVALID"],
      ["%252e%252e%252fpolicy.txt", 400, "CID_INVALID"],
      [`${cid}%00`, 400, "CID_INVALID"],
      ["b".repeat(10_000), 400, "CID_INVALID"],
      [`${cid}/foo`, 400, "BLOCK_PATH_INVALID"],
      [`${cid}/..%2f..%2fpolicy.txt?format=car`, 400, "BLOCK_PATH_INVALID"],
      [`${cid}?format=dag-json`, 406, "BLOCK_FORMAT_UNSUPPORTED"],
      [`${cid}?format=car&car-version=2`, 406, "BLOCK_FORMAT_UNSUPPORTED"],
      [`${cid}?format=car&dag-scope=some`, 400, "BLOCK_PARAMETER_INVALID"],
      [`${cid}?format=car&entity-bytes=x`, 400, "BLOCK_PARAMETER_INVALID"],
    ];
    for (const [path, status, code] of refusals) {
      const answer = await ask(path);
      expect.soft(answer.status, path).toBe(status);
      expect.soft(answer.headers.get("content-type"), path).toContain("application/json");
      expect.soft(await answer.json(), path).toMatchObject({ code });
    }
    const html = await ask(cid, { accept: "text/html" });
    expect([html.status, await html.json()]).toMatchObject([
      406,
      { code: "BLOCK_FORMAT_UNSUPPORTED" },
    ]);
  });

  it("tells pages of other origins that they may ask", () => {
    const answer = OPTIONS();
    expect(answer.status).toBe(204);
    expect(headersOf(answer)).toMatchObject({
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET, HEAD, OPTIONS",
    });
  });
});
