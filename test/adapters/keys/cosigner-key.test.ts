import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCosignerKey } from "@/server/adapters/keys/cosigner-key";
import { createKeyFile } from "@/server/adapters/keys/key-file";
import { createMlDsaKeyFile, readMlDsaKeyFile } from "@/server/adapters/keys/mldsa-key-file";
import { utf8 } from "@/server/domain/bytes";
import { mlDsaVerifier } from "@/server/domain/ml-dsa";
import { ed25519Verifier } from "@/server/domain/signature";

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "beacon-cosigner-"));
});
afterEach(() => rmSync(home, { recursive: true }));
const path = () => join(home, "a.pem");
const invalid = () =>
  expect.objectContaining({ code: "KEY_FILE_INVALID", details: { path: path() } });

/** The ML-DSA-44 example key of RFC 9881, appendix C.1, in its seed format: bytes 00 to 1f. */
const RFC_9881_SEED_KEY = `-----BEGIN PRIVATE KEY-----
MDQCAQAwCwYJYIZIAWUDBAMRBCKAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZ
GhscHR4f
-----END PRIVATE KEY-----
`;
/** How the public key of that example begins, after the zero byte of its BIT STRING (RFC 9881, appendix C.1). */
const RFC_9881_PUBLIC_KEY_START =
  "ANeytHJUquDbReeTDUqY0sl9jxOX0Xidr6FwJLMW6b7JT8mUbULxm3mnQTu6oz5xSctC7VEVaTrAQfrLmIretf4O";

describe("a post-quantum key", () => {
  it("is a file that its owner alone can read, and stays the same", async () => {
    const made = createMlDsaKeyFile(path());
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(readMlDsaKeyFile(path())?.publicKey).toEqual(made?.publicKey);
    const before = readFileSync(path(), "utf8");
    expect(createMlDsaKeyFile(path())).toBeNull();
    expect(readFileSync(path(), "utf8")).toBe(before);
  });

  it("is read as other tools write it", () => {
    writeFileSync(path(), RFC_9881_SEED_KEY);
    const { publicKey } = readMlDsaKeyFile(path()) ?? {};
    const encoded = Buffer.from([0, ...(publicKey ?? [])]).toString("base64");
    expect(encoded.slice(0, RFC_9881_PUBLIC_KEY_START.length)).toBe(RFC_9881_PUBLIC_KEY_START);
  });
});

describe("the key of a witness", () => {
  it("is of either kind, and signs what the domain verifies", async () => {
    createKeyFile(path());
    const ed25519 = readCosignerKey(path());
    const other = join(home, "b.pem");
    createMlDsaKeyFile(other);
    const mlDsa = readCosignerKey(other);
    const message = utf8("hello");
    for (const [{ publicKey, sign }, verifier] of [
      [ed25519, await ed25519Verifier()],
      [mlDsa, await mlDsaVerifier()],
    ] as const)
      expect(await verifier.verify({ publicKey, message, signature: sign(message) })).toBe(true);
  });

  it.each([0o640, 0o604, 0o644, 0o660])("is refused when its file's mode is %o", (mode) => {
    createKeyFile(path());
    chmodSync(path(), mode);
    expect(() => readCosignerKey(path())).toThrow(invalid());
  });

  it.each([
    ["is empty", ""],
    ["holds something else", "hello"],
    ["is cut off", RFC_9881_SEED_KEY.slice(0, 60)],
    ["holds a shorter seed", RFC_9881_SEED_KEY.replace("GhscHR4f", "GhscHR4")],
  ])("is refused when its file %s", (_, content) => {
    writeFileSync(path(), content, { mode: 0o600 });
    expect(() => readCosignerKey(path())).toThrow(invalid());
  });

  it("is refused when there is no file", () => {
    expect(() => readCosignerKey(path())).toThrow(invalid());
    expect(() => readMlDsaKeyFile(path())).toThrow(invalid());
  });
});
