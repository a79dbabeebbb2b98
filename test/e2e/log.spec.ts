import { createHash } from "node:crypto";
import { request as httpRequest } from "node:http";
import { expect } from "@playwright/test";
import { fromUtf8 } from "@/server/domain/bytes";
import { cidOf } from "@/server/domain/digest";
import { parseCheckpoint } from "@/server/domain/log/checkpoint";
import { leafHashOf } from "@/server/domain/log/merkle";
import { parseNote } from "@/server/domain/log/note";
import {
  decodeEntryBundle,
  hashesOfTile,
  TILE_WIDTH,
  tilePath,
  tilesOf,
} from "@/server/domain/log/tile";
import { beaconCommand } from "@/test/support/beacon-command";
import { test } from "@/test/support/e2e-test";
import { demonstration, exampleSpec, portal, runJob } from "@/test/support/portal";

const at = (path: string, headers: Record<string, string> = {}) =>
  fetch(portal.url + path, { redirect: "manual", headers });
const bytesOf = async (answer: Response) => new Uint8Array(await answer.arrayBuffer());
const FOREVER = "public, max-age=31536000, immutable";

/** The path as it stands, which `fetch` would tidy up first. */
function rawGet(path: string): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(portal.url);
  return new Promise((resolve, reject) => {
    httpRequest({ hostname, port, path }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body }));
    })
      .on("error", reject)
      .end();
  });
}

/** The published checkpoint, of a log that has outgrown its first tile. */
async function grownCheckpoint() {
  const read = async () =>
    parseCheckpoint(parseNote(await (await at("/tlog/checkpoint")).text()).text);
  const checkpoint = await read();
  if (checkpoint.size > TILE_WIDTH) return checkpoint;
  await runJob({ ...exampleSpec("quick"), repeats: 40 });
  return read();
}

test.describe("the log as third parties read it", () => {
  test("serves a checkpoint that is text, short-lived, and readable from anywhere", async () => {
    const answer = await at("/tlog/checkpoint");
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "public, max-age=1",
      "access-control-allow-origin": "*",
      "x-content-type-options": "nosniff",
    });
    const note = parseNote(await answer.text());
    expect(note.signatures).toHaveLength(2);
    expect(parseCheckpoint(note.text).origin).toMatch(/^beacon\.local\/[0-9a-f]{8}$/);
  });

  test("serves every tile and bundle of that size, full and partial, immutable, and each fits its entries", async () => {
    const { size } = await grownCheckpoint();
    const tiles = [...tilesOf(Number(size))];
    expect(tiles.some(({ width }) => width === TILE_WIDTH)).toBe(true);
    expect(tiles.some(({ level, width }) => level === 0 && width < TILE_WIDTH)).toBe(true);
    expect(tiles.some(({ level }) => level === 1)).toBe(true);
    for (const tile of tiles) {
      const answer = await at(`/tlog/${tilePath(tile)}`);
      expect(answer.status, tilePath(tile)).toBe(200);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        "content-type": "application/octet-stream",
        "cache-control": FOREVER,
        "access-control-allow-origin": "*",
      });
      const hashes = hashesOfTile(await bytesOf(answer), tile.width);
      if (tile.level !== 0) continue;
      const bundle = await at(`/tlog/${tilePath({ ...tile, level: "entries" })}`);
      expect(bundle.headers.get("content-type")).toBe("application/octet-stream");
      expect(bundle.headers.get("cache-control")).toBe(FOREVER);
      const entries = decodeEntryBundle(await bytesOf(bundle));
      expect(entries.map(leafHashOf)).toEqual(hashes);
    }
  });

  test("keeps narrower tiles and bundles readable as the beginnings of what they grew into", async () => {
    const { size } = await grownCheckpoint();
    for (const level of [0, "entries"] as const) {
      const full = await bytesOf(
        await at(`/tlog/${tilePath({ level, index: 0, width: TILE_WIDTH })}`),
      );
      for (const width of [1, 100, 255]) {
        const part = await bytesOf(await at(`/tlog/${tilePath({ level, index: 0, width })}`));
        expect(Buffer.from(full.subarray(0, part.length)).equals(part)).toBe(true);
        if (level === 0) expect(part).toHaveLength(width * 32);
        else expect(decodeEntryBundle(part)).toHaveLength(width);
      }
      const beyond = await at(
        `/tlog/${tilePath({ level, index: size / BigInt(TILE_WIDTH) + 1n, width: 1 })}`,
      );
      expect(beyond.status).toBe(404);
      expect(await beyond.json()).toMatchObject({ code: "TILE_NOT_FOUND" });
    }
  });

  test("refuses wrong paths and path traversal with a code, and never with a file", async () => {
    const wrong = [
      "0/0",
      "0/00",
      "00/000",
      "0/0000",
      "0/x000/000",
      "0/000.p/0",
      "0/000.p/256",
      "0/000.p/01",
      "0/000.p",
      "64/000",
      "-1/000",
      "entry/000",
      "entries/000/",
      "0/000%00",
      "0/%2e%2e%2f%2e%2e%2fcheckpoint",
      "..%2f..%2f..%2f..%2fetc%2fpasswd",
    ];
    for (const path of wrong) {
      const { status, body } = await rawGet(`/tlog/tile/${path}`);
      expect.soft(status, `${path}: ${body.slice(0, 200)}`).toBe(400);
      expect.soft(body, path).toContain('"code":"TILE_PATH_INVALID"');
    }
    for (const path of [
      "/../../../../etc/passwd",
      "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
      "/..%5c..%5cetc/passwd",
    ]) {
      const { status, body } = await rawGet(`/tlog/tile/0${path}`);
      expect.soft([400, 404, 308], path).toContain(status);
      expect.soft(body, path).not.toContain("root:");
    }
    for (const path of ["999999999", "-1", "01", "1.5", "x", "..%2f1"]) {
      const { status, body } = await rawGet(`/tlog/proof/${path}`);
      expect.soft(status, path).toBe(404);
      expect.soft(JSON.parse(body), path).toMatchObject({ code: "LEAF_NOT_FOUND" });
    }
  });

  test("audits clean over HTTP, by the command that anybody can run", async () => {
    const { exitCode, stdout, stderr } = await beaconCommand(portal.home(), [
      "log",
      "audit",
      "--url",
      portal.url,
    ]);
    expect(stderr).toBe("");
    expect(stdout).toContain("180 of 180 closed");
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("the log audits clean");
    expect(exitCode).toBe(0);
  });
});

test.describe("a log that strangers audit", () => {
  test("compresses bundles for those who accept it, and says so", async () => {
    const { size } = await grownCheckpoint();
    expect(Number(size)).toBeGreaterThan(TILE_WIDTH);
    for (const path of ["/tlog/tile/entries/000", "/tlog/tile/0/000"]) {
      const plain = await at(path, { "accept-encoding": "identity" });
      const asked = await at(path, { "accept-encoding": "gzip" });
      const isBundle = path.includes("entries");
      expect(asked.headers.get("content-encoding")).toBe(isBundle ? "gzip" : null);
      expect(plain.headers.get("content-encoding")).toBeNull();
      expect(await bytesOf(asked)).toEqual(await bytesOf(plain));
      const head = await fetch(portal.url + path, { method: "HEAD" });
      expect(head.status).toBe(200);
      expect(Number(head.headers.get("content-length"))).toBeGreaterThan(0);
    }
  });

  test("audits in a reader's browser, from the first entry to the signed root", async ({
    page,
  }) => {
    const { size } = await grownCheckpoint();
    await page.goto(`${portal.url}/log`);
    await page.getByRole("button", { name: "Audit the whole log in this browser" }).click();
    const result = page.getByRole("status").filter({ hasText: "lead to the root" });
    await expect(result).toBeVisible({ timeout: 20_000 });
    const [, counted = "0"] =
      /([\d,\u202f\u00a0 ]+) entries/.exec((await result.textContent()) ?? "") ?? [];
    expect(Number(counted.replace(/\D/g, ""))).toBeGreaterThanOrEqual(Number(size));
  });

  test("commits to the programs that check it, byte for byte", async () => {
    const verifiers = await portal.client().log.verifiers.query();
    expect(verifiers.map(({ file }) => file)).toEqual(
      expect.arrayContaining(["verify.mjs", "verify.py", "verifier.html", "verifier.js"]),
    );
    for (const { file, sha256, leafIndex } of verifiers) {
      const bytes = await bytesOf(await at(`/verify/${file}`));
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
      const { entry } = await portal.client().log.leaf.query({ index: leafIndex });
      expect(entry).toMatchObject({ type: "beacon.verifier/v1", file, sha256 });
    }
  });

  test("says of a job, over HTTP, that all of it closed, and which job it does not know", async () => {
    const { id } = await demonstration();
    const told = await beaconCommand(portal.home(), [
      ...["log", "completeness", id, "--url", portal.url],
    ]);
    expect(told.stderr).toBe("");
    expect(told.stdout).toContain("180 announced");
    expect(told.stdout.trimEnd().split("\n").at(-1)).toBe(
      "Every announced task has closed in the log, once.",
    );
    expect(told.exitCode).toBe(0);
    const other = `job-${"a".repeat(26)}`;
    const unknown = await beaconCommand(portal.home(), [
      ...["log", "completeness", other, "--url", portal.url],
    ]);
    expect(unknown.exitCode).toBe(2);
    expect(unknown.stderr).toContain(`announces no job ${other}`);
  });

  test("registers the key that signs, and shows it", async ({ page }) => {
    const [key] = await portal.client().log.keys.query();
    expect(key).toMatchObject({ registrationIndex: 0, isInUse: true, revocation: null });
    const refused = await beaconCommand(portal.home(), [
      ...["key", "revoke", key?.key ?? "", "--url", portal.url],
    ]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("KEY_IN_USE");
    const running = await beaconCommand(portal.home(), ["key", "rotate"]);
    expect(running.exitCode).toBe(2);
    expect(running.stderr).toContain("ALREADY_RUNNING");
    await page.goto(`${portal.url}/log/keys`);
    await expect(page.getByRole("region", { name: `Key ${key?.key}` })).toContainText("signs now");
  });
});

test.describe("blocks", () => {
  test("hash to the address that they were asked by", async () => {
    const { tasks, specCid } = await demonstration();
    const client = portal.client();
    const cids = [String(specCid)];
    for (const { leafIndex } of tasks.slice(0, 10)) {
      const { entry } = await client.log.leaf.query({ index: leafIndex ?? -1 });
      if (entry !== null && "cid" in entry) cids.push(entry.cid);
    }
    for (const cid of cids) {
      const answer = await at(`/ipfs/${cid}?format=raw`);
      const bytes = await bytesOf(answer);
      expect(cidOf(bytes)).toBe(cid);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        "content-type": "application/vnd.ipld.raw",
        "cache-control": "public, max-age=29030400, immutable",
        etag: `"${cid}.raw"`,
        "x-content-type-options": "nosniff",
        "content-disposition": `attachment; filename="${cid}.bin"`,
      });
    }
    expect(cids.length).toBeGreaterThan(5);
  });

  test("are 404 where the block is a stranger's, and 400 where the address is none", async () => {
    const foreign = cidOf(createHash("sha256").update("a stranger's block").digest());
    const missing = await at(`/ipfs/${foreign}`);
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ code: "BLOCK_NOT_FOUND" });
    const wrong = [
      "x",
      "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPBdG",
      foreign.toUpperCase(),
      `${foreign}a`,
      "..%2f..%2fpolicy.txt",
    ];
    for (const cid of wrong) {
      const { status, body } = await rawGet(`/ipfs/${cid}`);
      expect.soft(status, cid).toBe(400);
      expect.soft(JSON.parse(body), cid).toMatchObject({ code: "CID_INVALID" });
    }
  });
});

test("every kind of answer carries the security headers", async () => {
  const { id, tasks } = await demonstration();
  const paths = [
    "/",
    `/jobs/${id}`,
    `/responses/${tasks[0]?.id}`,
    "/log/0",
    "/verify",
    "/no-such-page",
    "/api/health",
    "/api/trpc/log.head",
    "/tlog/policy",
    "/tlog/proof/0",
    "/ipfs/x",
  ];
  for (const path of paths) {
    const { headers } = await at(path);
    const policy = headers.get("content-security-policy") ?? "";
    expect.soft(policy, path).toContain("default-src 'none'");
    expect.soft(policy, path).toContain("connect-src 'self'");
    expect.soft(policy, path).toContain("frame-ancestors 'none'");
    expect.soft(policy, path).not.toMatch(/https?:|unsafe-eval|\*/);
    expect.soft(Object.fromEntries(headers), path).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
    });
    expect.soft(headers.get("permissions-policy"), path).toContain("geolocation=()");
    expect.soft(headers.get("x-powered-by"), path).toBeNull();
  }
});

test("a receipt comes as a file with a name of its own", async () => {
  const answer = await at("/tlog/proof/0");
  expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  expect(answer.headers.get("content-disposition")).toContain(".tlog-proof");
  expect(fromUtf8(await bytesOf(answer))).toMatch(/^c2sp\.org\/tlog-proof@v1\n/);
});
