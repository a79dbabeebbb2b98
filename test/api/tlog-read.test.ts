import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { checkpointResponse, tileResponse } from "@/server/api/tlog-read";
import { utf8 } from "@/server/domain/bytes";
import { decodeEntryBundle } from "@/server/domain/log/tile";
import { appendLeaves } from "@/server/services/append-leaves";
import { writeAll } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const get = (path: string, headers: Record<string, string> = {}) =>
  tileResponse(house.context, path, { headers: new Headers(headers) });
const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());
const leaf = (n: number) => utf8(`a leaf of the test, number ${n}`);

/** Every size at which a checkpoint was published. */
const PUBLISHED = [1, 200, 257, 700];

beforeAll(async () => {
  const { context } = house;
  await writeAll(context);
  for (const size of PUBLISHED.slice(1)) {
    const { size: had } = await context.log.state();
    await appendLeaves(
      context,
      Array.from({ length: size - had }, (_, n) => leaf(had + n)),
    );
    await writeAll(context);
  }
  await appendLeaves(context, [leaf(5_000)]);
});

describe("a tile", () => {
  it("is served at every width that a published checkpoint had, and the narrow one begins the wide one", async () => {
    const full = await bytesOf(await get("tile/0/000"));
    expect(full.length).toBe(256 * 32);
    for (const path of ["tile/0/000.p/1", "tile/0/000.p/200"]) {
      const response = await get(path);
      expect(response.status).toBe(200);
      const bytes = await bytesOf(response);
      expect(bytes).toEqual(full.subarray(0, bytes.length));
      expect(bytes.length).toBe(32 * Number(path.split("/").at(-1)));
    }
    expect((await bytesOf(await get("tile/0/002.p/188"))).length).toBe(188 * 32);
    expect((await bytesOf(await get("tile/1/000.p/2"))).length).toBe(64);
  });

  it("never changes, says so, and is not sent again to whoever has it", async () => {
    const response = await get("tile/0/001");
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(response.headers.get("content-encoding")).toBeNull();
    const etag = response.headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const again = await get("tile/0/001", { "if-none-match": known });
      expect(again.status).toBe(304);
      expect(await again.text()).toBe("");
    }
    expect((await get("tile/0/001", { "if-none-match": `"other"` })).status).toBe(200);
  });

  it.each([
    "tile/0/002",
    "tile/0/002.p/189",
    "tile/0/003.p/1",
    "tile/1/000.p/3",
    "tile/2/000.p/1",
    "tile/63/000.p/1",
    "tile/entries/002.p/189",
    "tile/0/x999/x999/999",
  ])("is not there beyond the published size: %s", async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "TILE_NOT_FOUND" });
  });

  it.each([
    "tile/",
    "tile/0",
    "tile/0/0",
    "tile/00/000",
    "tile/64/000",
    "tile/-1/000",
    "tile/0/000.p/0",
    "tile/0/000.p/256",
    "tile/0/000.p/01",
    "tile/0/000.p/1/2",
    "tile/0/x000/001",
    "tile/0/001/000",
    "tile/0/x1/000",
    "tile/0/000%00",
    "tile/0/../../etc/passwd",
    "tile/entries/0x1",
    "tile/8/0/000",
    "tile/0/x999/x999/x999/x999/x999/x999/999",
    "tile/0/\u0660\u0660\u0660",
  ])("has one spelling: %s is refused", async (path) => {
    const response = await get(path);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "TILE_PATH_INVALID" });
  });
});

describe("a bundle of entries", () => {
  it("holds the leaves, at every width", async () => {
    const full = decodeEntryBundle(await bytesOf(await get("tile/entries/000")));
    expect(full).toHaveLength(256);
    expect(full[5]).toEqual(leaf(5));
    const part = decodeEntryBundle(await bytesOf(await get("tile/entries/000.p/200")));
    expect(part).toEqual(full.slice(0, 200));
  });

  it.each(["gzip", "br, gzip;q=0.5", "GZIP"])(
    "comes compressed to whoever accepts %s",
    async (accepted) => {
      const plain = await get("tile/entries/001");
      const zipped = await get("tile/entries/001", { "accept-encoding": accepted });
      expect(zipped.headers.get("content-encoding")).toBe("gzip");
      expect(zipped.headers.get("vary")).toBe("Accept-Encoding");
      expect(plain.headers.get("vary")).toBe("Accept-Encoding");
      expect(zipped.headers.get("etag")).not.toBe(plain.headers.get("etag"));
      const body = await bytesOf(zipped);
      const whole = await bytesOf(plain);
      expect(body.length).toBeLessThan(whole.length);
      expect(Number(zipped.headers.get("content-length"))).toBe(body.length);
      expect(new Uint8Array(gunzipSync(body))).toEqual(whole);
    },
  );

  it.each(["", "br", "identity", "gzip;q=0"])(
    "comes as it is to whoever accepts '%s'",
    async (accepted) => {
      const response = await get("tile/entries/001", { "accept-encoding": accepted });
      expect(response.headers.get("content-encoding")).toBeNull();
      expect(decodeEntryBundle(await bytesOf(response))).toHaveLength(256);
    },
  );
});

describe("the checkpoint", () => {
  it("is the newest published one, and what is sequenced behind it does not show", async () => {
    const response = await checkpointResponse(house.context);
    expect(response.headers.get("cache-control")).toBe("public, max-age=1");
    expect((await response.text()).split("\n")[1]).toBe("700");
    expect((await house.context.log.state()).size).toBe(701);
  });
});
