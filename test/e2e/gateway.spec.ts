import { createHash } from "node:crypto";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { CarReader } from "@ipld/car";
import { expect, test } from "@playwright/test";
import { cidOf } from "@/server/domain/digest";
import { demonstration, portal } from "@/test/support/portal";

type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

/** Sends the path as it stands, which every browser and `fetch` would tidy up first. */
function ask(
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = "GET",
): Promise<Answer> {
  const { hostname, port } = new URL(portal.url);
  return new Promise((resolve, reject) => {
    httpRequest({ hostname, port, path, method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(chunks),
        }),
      );
    })
      .on("error", reject)
      .end();
  });
}

test("the gateway hands out a block raw and as a CAR, over HTTP as it really is", async ({
  request,
}) => {
  const cid = String((await demonstration()).specCid);
  const raw = await request.get(`${portal.url}/ipfs/${cid}?format=raw`);
  expect(raw.status()).toBe(200);
  const block = await raw.body();
  expect(cidOf(block)).toBe(cid);
  expect(raw.headers()).toMatchObject({
    "content-type": "application/vnd.ipld.raw",
    "cache-control": "public, max-age=29030400, immutable",
    etag: `"${cid}.raw"`,
    "x-ipfs-path": `/ipfs/${cid}`,
    "access-control-allow-origin": "*",
    "x-content-type-options": "nosniff",
  });
  const car = await request.get(`${portal.url}/ipfs/${cid}`, {
    headers: { accept: "application/vnd.ipld.car" },
  });
  expect(car.headers()["content-type"]).toBe(
    "application/vnd.ipld.car; version=1; order=dfs; dups=n",
  );
  const reader = await CarReader.fromBytes(await car.body());
  expect((await reader.getRoots()).map(String)).toEqual([cid]);
  for await (const { bytes } of reader.blocks()) expect(Buffer.compare(bytes, block)).toBe(0);
});

test("the gateway answers HEAD, what is known already, and the probe", async () => {
  const cid = String((await demonstration()).specCid);
  for (const format of ["raw", "car"]) {
    const whole = await ask(`/ipfs/${cid}?format=${format}`);
    const head = await ask(`/ipfs/${cid}?format=${format}`, {}, "HEAD");
    expect([head.status, head.body.length]).toEqual([200, 0]);
    for (const name of ["content-type", "etag", "content-disposition", "x-ipfs-roots"])
      expect(head.headers[name], name).toBe(whole.headers[name]);
    const again = await ask(`/ipfs/${cid}?format=${format}`, {
      "if-none-match": whole.headers.etag ?? "",
    });
    expect([again.status, again.body.length]).toEqual([304, 0]);
  }
  const part = await ask(`/ipfs/${cid}?format=raw`, { range: "bytes=0-1" });
  expect(part.status).toBe(200);
  const probe = await ask("/ipfs/bafkqaaa?format=raw", {}, "HEAD");
  expect([probe.status, probe.headers["content-type"]]).toEqual([200, "application/vnd.ipld.raw"]);
  expect((await ask("/ipfs/bafkqaaa?format=raw")).body).toHaveLength(0);
  const post = await ask(`/ipfs/${cid}`, {}, "POST");
  expect(post.status).toBe(405);
});

test("the gateway refuses every other path with a code, whatever is done to the path on the way", async () => {
  const cid = String((await demonstration()).specCid);
  const foreign = cidOf(createHash("sha256").update("a stranger's block").digest());
  const refusals: readonly (readonly [string, number, string])[] = [
    ["/ipfs", 400, "CID_INVALID"],
    ["/ipfs/x", 400, "CID_INVALID"],
    [`/ipfs/${cid.toUpperCase()}`, 400, "CID_INVALID"],
    ["/ipfs/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPBdG", 400, "CID_INVALID"],
    ["/ipfs/..%2f..%2fpolicy.txt", 400, "CID_INVALID"],
    ["/ipfs/%2e%2e%2fpolicy.txt", 400, "CID_INVALID"],
    ["/ipfs/%252e%252e%252fpolicy.txt", 400, "CID_INVALID"],
    ["/ipfs/..%5c..%5cpolicy.txt", 400, "CID_INVALID"],
    [`/ipfs/${cid}%00`, 400, "CID_INVALID"],
    [`/ipfs/${"b".repeat(10_000)}`, 400, "CID_INVALID"],
    [`/ipfs/${cid}/foo`, 400, "BLOCK_PATH_INVALID"],
    [`/ipfs/${cid}/..%2f..%2fpolicy.txt?format=car`, 400, "BLOCK_PATH_INVALID"],
    [`/ipfs/${cid}?format=dag-json`, 406, "BLOCK_FORMAT_UNSUPPORTED"],
    [`/ipfs/${foreign}?format=raw`, 404, "BLOCK_NOT_FOUND"],
    [`/ipfs/${foreign}?format=car`, 404, "BLOCK_NOT_FOUND"],
  ];
  for (const [path, status, code] of refusals) {
    const { body, ...answer } = await ask(path);
    expect.soft(answer.status, path).toBe(status);
    expect.soft(JSON.parse(String(body)), path).toMatchObject({ code });
  }
});

test("the gateway has no way up to other files, however it is spelled", async () => {
  const cid = String((await demonstration()).specCid);
  const ways = [
    "/ipfs/../policy.txt",
    "/ipfs/../../.beacon/policy.txt",
    `/ipfs/${cid}/../../policy.txt`,
    "/ipfs/./../policy.txt",
    "/ipfs//etc/passwd",
    "/ipfs/%c0%ae%c0%ae/policy.txt",
    "/ipfs/%",
    "/ipfs/\\..\\policy.txt",
  ];
  for (const way of ways) {
    const { status, body } = await ask(way);
    expect.soft(status, way).toBeGreaterThanOrEqual(300);
    expect.soft(status, way).toBeLessThan(500);
    expect.soft(String(body), way).not.toMatch(/root:|^log |quorum/m);
  }
});
