import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { appRouter } from "@/server/api/root";
import { takePidLock } from "@/server/cli/pid-lock";
import { serviceCommand } from "@/server/cli/service";
import { vaultCommand } from "@/server/cli/vault";
import { openServiceKeys } from "@/server/context";
import { aService } from "@/test/adapters/service/a-service";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const CANARY = "sk-canary-cli-5d2e8f";
const { BEACON_HOME, DATABASE_URL } = process.env;
let server: Server;
let url = "";
let files = "";

/** The portal's API over HTTP, whoever shows the operator's token being its admin. */
beforeAll(async () => {
  const handler = createHTTPHandler({
    router: appRouter,
    basePath: "/api/trpc/",
    createContext: ({ req }) => ({
      ...house.context,
      actor:
        req.headers.authorization === `Bearer ${house.context.operatorToken}`
          ? { id: "usr-operator", name: "Operator", role: "admin" as const }
          : null,
    }),
  });
  server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  files = mkdtempSync(join(tmpdir(), "beacon-service-"));
  process.env.BEACON_HOME = house.context.env.BEACON_HOME;
  process.env.DATABASE_URL = house.context.env.DATABASE_URL;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(files, { recursive: true });
  if (BEACON_HOME === undefined) delete process.env.BEACON_HOME;
  else process.env.BEACON_HOME = BEACON_HOME;
  if (DATABASE_URL === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = DATABASE_URL;
});
beforeEach(async () => {
  for (const { id } of await house.context.services.list()) await house.context.services.remove(id);
});

/** What a command says and how it ends; a failure that it leaves to its caller is the code it throws. */
async function run(args: readonly string[], input = "") {
  const said: string[] = [];
  const io = {
    out: (line: string) => void said.push(line),
    err: (line: string) => void said.push(line),
    home: house.context.env.BEACON_HOME,
    readInput: async () => input,
  };
  const command = args[0] === "vault" ? vaultCommand : serviceCommand;
  const rest = args[0] === "vault" ? args.slice(1) : [...args, "--url", url];
  const exit = await command(rest, io).catch((error: { code: string }) => error.code);
  return { exit, said: said.join("\n") };
}
const keyOf = async (id: string) => {
  const service = await house.context.services.byId(id);
  if (service === null) throw new Error(`no service ${id}`);
  const { dialect, door, base_url } = service;
  const api = { connection: id, dialect, base_url };
  return (await openServiceKeys(house.context)).keyOf({ id, door, model: "m", api });
};

describe("beacon service", () => {
  it("lays a service at home down in one line", async () => {
    const base = ["--base-url", "http://127.0.0.1:11434/v1"];
    const added = await run(["add", "ollama", "--door", "home", ...base, "--model", "llama3.2"]);
    expect(added).toEqual({
      exit: 0,
      said: "ollama is laid down: http://127.0.0.1:11434/v1",
    });
    expect(await house.context.services.byId("ollama")).toMatchObject({
      dialect: "openai-compatible",
      door: "home",
      models: [{ name: "llama3.2" }],
    });
    expect((await house.context.services.byId("ollama"))?.models[0]).not.toHaveProperty("price");
    const { said } = await run(["list"]);
    expect(said).toContain("ollama");
    expect(said).toContain("no key");
  });

  it("takes it that a service costs nothing when it is told so", async () => {
    const base = ["--base-url", "http://127.0.0.1:11434/v1"];
    await run(["add", "ollama", "--door", "home", ...base, "--model", "llama3.2", "--free"]);
    expect((await house.context.services.byId("ollama"))?.models).toMatchObject([
      { name: "llama3.2", price: { input_usd_per_mtok: "0", output_usd_per_mtok: "0" } },
    ]);
  });

  it("knows where the vendors are, and says what is still missing", async () => {
    const { exit, said } = await run(["add", "claude", "--dialect", "anthropic", "--model", "m"]);
    expect(exit).toBe(0);
    expect(said).toContain("https://api.anthropic.com/v1");
    expect(said).toContain("No key is stored");
    expect((await run(["check", "claude"])).exit).toBe(1);
  });

  it("takes a key from standard input or a file, and shows it nowhere", async () => {
    await run(["add", "claude", "--dialect", "anthropic", "--model", "m"]);
    const typed = await run(["key", "claude"], `${CANARY}\n`);
    expect(typed.exit).toBe(0);
    expect(await keyOf("claude")).toBe(CANARY);
    const file = join(files, "key.txt");
    writeFileSync(file, `${CANARY}-2\n`);
    const read = await run(["key", "claude", "--file", file]);
    expect(await keyOf("claude")).toBe(`${CANARY}-2`);
    const bad = await run(["key", "claude"], `${CANARY} ${CANARY}`);
    expect(bad.exit).toBe("SERVICE_INVALID");
    const given = await run(["key", "claude", CANARY]);
    expect(given.exit).toBe(2);
    expect((await run(["check", "claude"])).exit).toBe(0);
    const list = await run(["list"]);
    for (const { said } of [typed, read, bad, given, list]) expect(said).not.toContain(CANARY);
    await run(["key", "claude", "--forget"]);
    expect(await keyOf("claude")).toBeNull();
  });

  it("says that a key is forgotten with the base URL, and that none is taken without https", async () => {
    const add = ["add", "x", "--door", "home", "--model", "m", "--base-url"];
    await run([...add, "https://llm.vendor.example/v1"]);
    await run(["key", "x"], CANARY);
    expect((await run([...add, "https://llm.vendor.example/v2"])).said).toContain("is forgotten");
    await run([...add, "http://llm.vendor.example/v2"]);
    const refused = await run(["key", "x"], CANARY);
    expect(refused).toMatchObject({ exit: 1, said: expect.stringContaining("SERVICE_INVALID") });
    expect(refused.said).not.toContain(CANARY);
    expect((await run(["list"])).said).toContain("takes no key");
  });

  it("reads settings out of a file, with prices", async () => {
    const price = {
      input_usd_per_mtok: "3",
      output_usd_per_mtok: "15",
      source: "https://vendor.example/prices",
      date: "2026-11-01",
    };
    const settings = aService({ models: [{ name: "m", price }] });
    const file = join(files, "service.json");
    writeFileSync(file, JSON.stringify(settings));
    expect((await run(["add", "--file", file])).exit).toBe(0);
    expect(await house.context.services.byId("vendor")).toMatchObject(settings);
    writeFileSync(file, JSON.stringify({ ...settings, api_key: CANARY }));
    const refused = await run(["add", "--file", file]);
    expect(refused.exit).toBe("SERVICE_INVALID");
    writeFileSync(file, "{");
    expect((await run(["add", "--file", file])).exit).toBe("SERVICE_INVALID");
  });

  it("removes, resumes, and says what it was refused", async () => {
    await run(["add", "claude", "--dialect", "anthropic", "--model", "m"]);
    await house.context.services.pause("claude", new Date(Date.now() + 60_000), "too many faults");
    expect((await run(["list"])).said).toContain("too many faults");
    expect((await run(["resume", "claude"])).exit).toBe(0);
    expect((await run(["list"])).said).not.toContain("too many faults");
    expect((await run(["remove", "claude"])).exit).toBe(0);
    const again = await run(["remove", "claude"]);
    expect(again).toMatchObject({ exit: 1, said: expect.stringContaining("SERVICE_NOT_FOUND") });
    const plain = ["add", "x", "--base-url", "http://api.vendor.example/v1", "--model", "m"];
    expect((await run(plain)).said).toContain("SERVICE_INVALID");
  });

  it.each([[], ["add"], ["key"], ["list", "x"], ["toString", "x"], ["add", "a", "b"]])(
    "says how it is used when it is asked %j %j %j",
    async (...args) => {
      const { exit, said } = await run(args.filter((arg) => arg !== undefined));
      expect(exit).toBe(2);
      expect(said).toContain("usage: beacon service");
    },
  );
});

describe("beacon vault rotate", () => {
  it("seals all keys anew while the portal runs, and says what to do with the old master key", async () => {
    for (const id of ["a", "b"]) {
      await run(["add", id, "--dialect", "openai", "--model", "m"]);
      await run(["key", id], `${CANARY}-${id}`);
    }
    const { exit, said } = await run(["vault", "rotate"]);
    expect(exit).toBe(0);
    expect(said).toContain("2 keys were sealed anew");
    const folder = join(house.context.env.BEACON_HOME, "keys");
    const retired = readdirSync(folder).filter((name) => name.endsWith(".retired"));
    expect(retired).toHaveLength(1);
    expect(said).toContain(retired[0]);
    for (const name of retired) rmSync(join(folder, name));
    expect(await keyOf("a")).toBe(`${CANARY}-a`);
    await run(["key", "b"], `${CANARY}-new`);
    expect(await keyOf("b")).toBe(`${CANARY}-new`);
    expect((await run(["vault", "rotate"])).said).toContain("2 keys were sealed anew");
    expect(await keyOf("b")).toBe(`${CANARY}-new`);
  });

  it("stops before it changes anything when a key does not open", async () => {
    await run(["add", "a", "--dialect", "openai", "--model", "m"]);
    const foreign = { bytes: new Uint8Array(60), masterKeyId: "vault-elsewhere" };
    const a = await house.context.services.byId("a");
    if (a === null) throw new Error("it was not laid down");
    await house.context.services.setKey(a, foreign, new Date());
    expect((await run(["vault", "rotate"])).exit).toBe("VAULT_KEY_WRONG");
    expect((await house.context.services.sealedKey("a"))?.sealed).toEqual(foreign);
  });

  it("is done by one process at a time, wherever their installations are", async () => {
    await run(["add", "a", "--dialect", "openai", "--model", "m"]);
    await run(["key", "a"], CANARY);
    const file = join(house.context.env.BEACON_HOME, "keys", "vault.key");
    const before = readFileSync(file, "utf8");
    const lock = takePidLock(`${file}.lock`);
    if ("heldBy" in lock) throw new Error("the lock is held");
    expect((await run(["vault", "rotate"])).exit).toBe("ALREADY_RUNNING");
    expect(readFileSync(file, "utf8")).toBe(before);
    lock.release();
    expect((await run(["vault", "rotate"])).exit).toBe(0);
    expect(await keyOf("a")).toBe(CANARY);
  });

  it.each([["vault"], ["vault", "open"]])("knows one verb: %j %j", async (...args) => {
    expect((await run(args.filter((arg) => arg !== undefined))).exit).toBe(2);
  });
});
