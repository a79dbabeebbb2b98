import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createKeyFile, readKeyFile } from "@/server/adapters/keys/key-file";
import { createMlDsaKeyFile, readMlDsaKeyFile } from "@/server/adapters/keys/mldsa-key-file";
import { keygenCommand } from "@/server/cli/keygen";
import { parseVerifierKey } from "@/server/domain/log/verifier-key";

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "beacon-keygen-"));
});
afterEach(() => rmSync(home, { recursive: true }));

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const exit = await keygenCommand(args, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    home,
    createKey: createKeyFile,
    createMlDsaKey: async (path) => createMlDsaKeyFile(path),
  });
  return { exit, out, err };
}

describe("beacon keygen", () => {
  it.each([
    ["log", "note"],
    ["runner", "note"],
    ["attester", "note"],
    ["witness", "cosignature"],
  ] as const)("makes a key for the %s and prints its public half", async (role, use) => {
    const { exit, out } = await run(role, "a.example/b");
    const path = join(home, "keys", `${role}.pem`);
    const key = parseVerifierKey(out[0] ?? "");
    expect(exit).toBe(0);
    expect(key).toMatchObject({ name: "a.example/b", use });
    expect(key.publicKey).toEqual(readKeyFile(path)?.publicKey);
    expect(out.at(-1)).toBe(`private key: ${path}`);
    expect(out.join()).not.toContain(readFileSync(path, "utf8").split("\n")[1]);
  });

  it("makes a post-quantum key for a witness beside its other one", async () => {
    await run("witness", "a.example/b");
    const { exit, out } = await run("witness", "a.example/b", "--mldsa");
    const path = join(home, "keys", "witness-mldsa.pem");
    const key = parseVerifierKey(out[0] ?? "");
    expect(exit).toBe(0);
    expect(key).toMatchObject({ name: "a.example/b", use: "mldsa-cosignature" });
    expect(key.publicKey).toEqual(readMlDsaKeyFile(path)?.publicKey);
    expect(out.at(-1)).toBe(`private key: ${path}`);
    expect(await run("witness", "a.example/b", "--mldsa")).toMatchObject({ exit: 2, out: [] });
  });

  it("never overwrites a key", async () => {
    const path = join(home, "elsewhere", "a.pem");
    expect((await run("log", "a", "--out", path)).exit).toBe(0);
    const before = readFileSync(path, "utf8");
    expect(await run("log", "a", "--out", path)).toMatchObject({ exit: 2, out: [] });
    expect(readFileSync(path, "utf8")).toBe(before);
  });

  it("leaves nothing behind when it was asked wrongly", async () => {
    for (const args of [
      [],
      ["log"],
      ["king", "a"],
      ["log", "a b"],
      ["log", "a", "b"],
      ["log", "a", "--x"],
      ["log", "a", "--mldsa"],
      ["runner", "a", "--mldsa"],
    ]) {
      const { exit, out, err } = await run(...args);
      expect([args, exit, out, err.length]).toEqual([args, 2, [], 1]);
    }
    expect(existsSync(join(home, "keys"))).toBe(false);
  });
});
