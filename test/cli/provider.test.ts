import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { appRouter } from "@/server/api/root";
import { providerCommand } from "@/server/cli/provider";
import { DE } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const { BEACON_HOME } = process.env;
const A = `0x${"a1".repeat(20)}`;
const B = `0x${"b2".repeat(20)}`;
let server: Server;
let url = "";

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
  process.env.BEACON_HOME = house.context.env.BEACON_HOME;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  if (BEACON_HOME === undefined) delete process.env.BEACON_HOME;
  else process.env.BEACON_HOME = BEACON_HOME;
});
afterEach(async () => {
  for (const id of [A, B]) await house.context.providers.dropRule(id);
});

/** What a command says and how it ends; a failure that it leaves to its caller is the code it throws. */
async function run(args: readonly string[], portal = url) {
  const said: string[] = [];
  const io = {
    out: (line: string) => void said.push(line),
    err: (line: string) => void said.push(line),
    home: house.context.env.BEACON_HOME,
  };
  const exit = await providerCommand([...args, "--url", portal], io).catch(
    (error: { code: string }) => error.code,
  );
  return { exit, said: said.join("\n") };
}

describe("beacon provider", () => {
  it("says that nobody was met, then lists who was, and lets no stranger's name steer the terminal", async () => {
    const empty = await run(["list"]);
    expect(empty).toEqual({ exit: 0, said: "No provider was met in the last 30 days." });
    const contact = {
      providerId: A,
      name: "pro\u001b[2Jvider\nname",
      country: DE,
      jobId: null,
      detail: "",
      asn: 64_500,
      at: house.context.now(),
    };
    for (const event of ["rented", "verified", "overpriced", "settled"])
      await house.context.providers.record({ ...contact, event });
    const { exit, said } = await run(["list"]);
    expect(exit).toBe(0);
    expect(said.split("\n")).toHaveLength(1);
    expect(said).not.toContain("\u001b");
    expect(said).toContain(`${A}  pro [2Jvider name`);
    expect(said).toContain("rented for DE");
    expect(said).toContain("exit verified in DE, AS64500");
    expect(said).toContain("1 settled, 0 lost, 1 overpriced");
    expect(said).toContain("may be rented");
    await house.context.providers.record({ ...contact, event: "lost", at: house.context.now() });
    await run(["allow", B, "--reason", "our own"]);
    expect((await run(["list"])).said).toContain("not among those that an admin allows");
  });

  it("denies with a reason, for everyone to read, and takes it back once", async () => {
    const denied = await run(["deny", A, "--reason", "  its owner asked  "]);
    expect(denied.exit).toBe(0);
    expect(await house.context.providers.rules()).toMatchObject([
      { providerId: A, rule: "deny", reason: "its owner asked", byAccount: "usr-operator" },
    ]);
    expect((await run(["list"])).said).toContain(`deny ${A}  |  its owner asked`);
    const dropped = await run(["drop", A]);
    expect(dropped).toEqual({ exit: 0, said: `The rule for ${A} is dropped.` });
    expect(await house.context.providers.rules()).toEqual([]);
    expect((await run(["drop", A])).said).toBe(`There was no rule for ${A}.`);
  });

  it("allows in place of what was ruled before", async () => {
    await run(["deny", A, "--reason", "x"]);
    expect((await run(["allow", A, "--reason", "our own"])).exit).toBe(0);
    expect(await house.context.providers.rules()).toMatchObject([
      { rule: "allow", reason: "our own" },
    ]);
  });

  it.each([
    ["deny", "not-an-id", "--reason", "x"],
    ["drop", "0x12"],
  ])("is refused for what is nobody's id: %j %j", async (...args) => {
    const { exit, said } = await run(args.filter((arg) => arg !== undefined));
    expect(exit).toBe(1);
    expect(said).toContain("PROVIDER_NOT_FOUND");
    expect(await house.context.providers.rules()).toEqual([]);
  });

  it("says that nobody answers when there is no portal", async () => {
    const { exit, said } = await run(["list"], "http://127.0.0.1:1");
    expect(exit).toBe(2);
    expect(said).toContain("PORTAL_UNREACHABLE");
  });

  it.each([
    [[]],
    [["list", A]],
    [["deny", A]],
    [["deny", A, "--reason", "  "]],
    [["deny", "--reason", "x"]],
    [["drop", A, "--reason", "x"]],
    [["allow", A, B, "--reason", "x"]],
    [["toString", A]],
  ])("says how it is used when it is asked %j", async (args) => {
    const { exit, said } = await run(args);
    expect(exit).toBe(2);
    expect(said).toContain("usage: beacon provider");
    expect(await house.context.providers.rules()).toEqual([]);
  });
});
