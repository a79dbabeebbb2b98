import { generateKeyPairSync, verify } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openKeys } from "@/server/adapters/keys/file-keys";
import { createKeyFile, readKeyFile } from "@/server/adapters/keys/key-file";
import { utf8 } from "@/server/domain/bytes";
import { keyIdOf } from "@/server/domain/identity";
import { ed25519Verifier } from "@/server/domain/signature";

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "beacon-keys-"));
});
afterEach(() => rmSync(home, { recursive: true }));

const folder = () => join(home, "keys");
const modeOf = (path: string) => statSync(path).mode & 0o777;
const invalidAt = (path: string) =>
  expect.objectContaining({ code: "KEY_FILE_INVALID", details: { path } });

describe("an installation's keys", () => {
  it("are made at first, readable by their owner only, and stay the same", () => {
    const first = openKeys(folder());
    expect(readdirSync(folder()).toSorted()).toEqual(["log.pem", "runner.pem", "witness.pem"]);
    expect(modeOf(folder())).toBe(0o700);
    for (const name of readdirSync(folder())) expect(modeOf(join(folder(), name))).toBe(0o600);
    const again = openKeys(folder());
    for (const role of ["log", "runner", "witness"] as const)
      expect(again[role].publicKey).toEqual(first[role].publicKey);
  });

  it("are three different keys, each with the id of its public key", () => {
    const { log, runner, witness } = openKeys(folder());
    const signers = [log, runner, witness];
    expect(new Set(signers.map(({ keyId }) => keyId)).size).toBe(3);
    for (const { keyId, publicKey } of signers) expect(keyId).toBe(keyIdOf(publicKey));
  });

  it("sign what the domain verifies, also when `sign` is passed on by itself", async () => {
    const { publicKey, sign } = openKeys(folder()).log;
    const message = utf8("hello");
    const verifier = await ed25519Verifier();
    expect(publicKey).toHaveLength(32);
    expect(await verifier.verify({ publicKey, message, signature: sign(message) })).toBe(true);
  });

  it("are PKCS#8 PEM, which other tools read", () => {
    const { log } = openKeys(folder());
    const pem = readFileSync(join(folder(), "log.pem"), "utf8");
    expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(verify(null, utf8("a"), pem, log.sign(utf8("a")))).toBe(true);
  });

  it.each([
    ["is empty", ""],
    ["is cut off", "-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n"],
    ["holds something else", "hello"],
    [
      "holds a key of another kind",
      generateKeyPairSync("ec", { namedCurve: "P-256" })
        .privateKey.export({ type: "pkcs8", format: "pem" })
        .toString(),
    ],
  ])("are never made anew over a file that %s", (_, content) => {
    const path = join(folder(), "runner.pem");
    mkdirSync(folder());
    writeFileSync(path, content);
    expect(() => openKeys(folder())).toThrow(invalidAt(path));
    expect(readFileSync(path, "utf8")).toBe(content);
  });

  it("are never made anew over a file that cannot be read", () => {
    const path = join(folder(), "log.pem");
    mkdirSync(path, { recursive: true }); // a folder in the file's place: unreadable also for root
    expect(() => openKeys(folder())).toThrow(invalidAt(path));
  });

  it("need a folder that can be made", () => {
    writeFileSync(folder(), "a file");
    expect(() => openKeys(folder())).toThrow(invalidAt(folder()));
  });
});

describe("a key file", () => {
  it("is null when it is missing, and is never replaced", () => {
    const path = join(home, "log.pem");
    expect(readKeyFile(path)).toBeNull();
    const made = createKeyFile(path);
    expect(createKeyFile(path)).toBeNull();
    expect(readKeyFile(path)?.publicKey).toEqual(made?.publicKey);
    expect(readdirSync(home)).toEqual(["log.pem"]);
  });

  it("names the place where it cannot be written", () => {
    const path = join(home, "missing", "log.pem");
    expect(() => createKeyFile(path)).toThrow(invalidAt(path));
    expect(readdirSync(home)).toEqual([]);
  });
});
