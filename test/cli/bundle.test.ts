import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "@noble/hashes/sha2.js";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { bundleCommand } from "@/server/cli/bundle";
import { concat, utf8 } from "@/server/domain/bytes";
import { writeZip } from "@/server/services/write-bundle";
import { aBundle } from "@/test/domain/bundle/a-bundle";

const { bundle, log } = aBundle();
const home = mkdtempSync(join(tmpdir(), "beacon-bundle-"));
const at = (name: string) => join(home, name);
let zip: Uint8Array;

beforeAll(async () => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeZip(bundle)) chunks.push(Uint8Array.from(chunk));
  zip = concat(...chunks);
  writeFileSync(at("good.zip"), zip);
  writeFileSync(at("mine.txt"), log.policyText);
});
afterAll(() => rmSync(home, { recursive: true }));

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const io = { out: (line: string) => out.push(line), err: (line: string) => err.push(line), home };
  return { code: await bundleCommand(args, io), out: out.join("\n"), err: err.join("\n") };
}

describe("beacon bundle verify", () => {
  it("ends with 0 for a sound bundle, by the policy that is named", async () => {
    const { code, out } = await run("verify", at("good.zip"), "--policy", at("mine.txt"));
    expect(code).toBe(0);
    expect(out).toMatch(/^SOUND/);
    expect(out).toContain("8 of 8 receipts are sound");
    expect(out).not.toContain("bundle's own policy");
  });

  it("says what the bundle's own policy does not show", async () => {
    expect((await run("verify", at("good.zip"))).out).toContain("bundle's own policy");
  });

  it("takes the state folder's policy when there is one and none is named", async () => {
    writeFileSync(at("policy.txt"), log.policyText);
    expect((await run("verify", at("good.zip"))).out).not.toContain("bundle's own policy");
    rmSync(at("policy.txt"));
  });

  it("ends with 1 and names the file for a changed bundle, in JSON too", async () => {
    const place = bundle.parts.findIndex(({ file }) => file === "comparison.json");
    const parts = [...bundle.parts];
    const changed = utf8('{"another":"report"}');
    const part = parts[place];
    if (part === undefined) throw new Error("the bundle has a report");
    parts[place] = { ...part, sha256: sha256(changed), read: async () => changed };
    const chunks: Uint8Array[] = [];
    for await (const chunk of writeZip({ ...bundle, parts })) chunks.push(Uint8Array.from(chunk));
    writeFileSync(at("bad.zip"), concat(...chunks));
    const { code, out } = await run("verify", at("bad.zip"), "--policy", at("mine.txt"));
    expect(code).toBe(1);
    expect(out).toMatch(/^NOT SOUND/);
    expect(out).toContain("comparison.json");
    const json = await run("verify", at("bad.zip"), "--policy", at("mine.txt"), "--json");
    expect(JSON.parse(json.out)).toMatchObject({ verdict: "unsound", facts: { size: 8 } });
  });

  it.each([
    ["a file that is not there", "nowhere.zip", "CONFIG_INVALID"],
    ["half a ZIP", "half.zip", "BUNDLE_MALFORMED"],
  ])("ends with 2 for %s", async (_, name, expected) => {
    writeFileSync(at("half.zip"), zip.subarray(0, zip.length >> 1));
    const { code, err } = await run("verify", at(name));
    expect(code).toBe(2);
    expect(err).toContain(expected);
  });
});

describe("beacon bundle", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function serve(answer: RequestListener): Promise<string> {
    const made = createServer(answer);
    server = made;
    await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
  }

  it("saves what the portal serves", async () => {
    const asked: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      asked.push(request.url);
      response.end(zip);
    });
    const { code } = await run(bundle.jobId, "--url", url, "--out", at("saved.zip"));
    expect(code).toBe(0);
    expect(new Uint8Array(readFileSync(at("saved.zip")))).toEqual(zip);
    await run(bundle.jobId, "--url", url, "--out", at("saved.car"), "--car");
    await run(bundle.jobId, "--url", url, "--out", at("saved.json"), "--manifest");
    expect(asked).toEqual(
      ["zip", "car", "json"].map((extension) => `/bundles/${bundle.jobId}.${extension}`),
    );
  });

  it("keeps nothing of what did not come whole", async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { "content-length": zip.length });
      response.write(zip.subarray(0, 1_000), () => response.destroy());
    });
    const { code } = await run(bundle.jobId, "--url", url, "--out", at("broken.zip"));
    expect(code).toBe(2);
    expect(existsSync(at("broken.zip"))).toBe(false);
    expect(existsSync(at("broken.zip.part"))).toBe(false);
  });

  it("takes no name from the portal that leads elsewhere", async () => {
    const url = await serve((_, response) => {
      response.setHeader("content-disposition", 'attachment; filename="../../evil.zip"');
      response.end(zip);
    });
    const { code, err } = await run(bundle.jobId, "--url", url);
    expect(code).toBe(2);
    expect(err).toContain("--out");
  });

  it("says why the portal refuses", async () => {
    const url = await serve((_, response) => {
      response.writeHead(409, { "content-type": "application/json" });
      response.end('{"code":"BUNDLE_NOT_READY","message":"Not yet."}');
    });
    const { code, err } = await run(bundle.jobId, "--url", url);
    expect({ code, err }).toEqual({ code: 2, err: "BUNDLE_NOT_READY: Not yet." });
  });

  it.each([
    [[]],
    [["nonsense"]],
    [["verify"]],
    [["verify", "a", "b"]],
    [["job-x", "--car", "--zip"]],
  ])("says how it is used: %j", async (args) => {
    const { code, err } = await run(...args);
    expect(code).toBe(2);
    expect(err).toContain("usage");
  });
});
