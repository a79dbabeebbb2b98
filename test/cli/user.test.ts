import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appRouter, createCaller } from "@/server/api/root";
import { actorOf } from "@/server/auth";
import { userCommand } from "@/server/cli/user";
import { aBrowser } from "@/test/support/a-browser";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const { BEACON_HOME } = process.env;
let server: Server;
let url = "";

/** The portal's API over HTTP, with the portal's own rule of who asks. */
beforeAll(async () => {
  const handler = createHTTPHandler({
    router: appRouter,
    basePath: "/api/trpc/",
    createContext: async ({ req }) => ({
      ...house.context,
      actor: await actorOf(house.context, {
        cookies: {},
        authorization: req.headers.authorization ?? null,
      }),
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

async function run(...args: readonly string[]) {
  const said: string[] = [];
  const io = {
    out: (line: string) => void said.push(line),
    err: (line: string) => void said.push(line),
    home: house.context.env.BEACON_HOME,
  };
  const exit = await userCommand([...args, "--url", url], io);
  return { exit, said: said.join("\n") };
}
const account = async (email: string) => house.context.accounts.byEmail(email);

describe("beacon user", () => {
  it("makes an account that the password which it shows once opens", async () => {
    const { exit, said } = await run(
      "add",
      "grace@example.org",
      "--name",
      "Grace",
      "--role",
      "admin",
    );
    expect(exit).toBe(0);
    const [, password = ""] = /password \(shown once\): (\S+)/.exec(said) ?? [];
    const browser = aBrowser(house.context);
    expect(await browser.signIn("grace@example.org", password)).toBe(true);
    expect(await browser.actor()).toMatchObject({ name: "Grace", role: "admin" });
    expect((await run("add", "Grace@example.org")).said).toContain("ACCOUNT_EXISTS");
  });

  it("makes an account without a password for OpenID Connect", async () => {
    expect((await run("add", "open@example.org", "--openid")).said).toContain("without a password");
    expect(await account("open@example.org")).toMatchObject({ passwordHash: null });
  });

  it("invites somebody by a link that opens the account once, and lists who is invited", async () => {
    const invited = await run(
      ...["invite", "joan@example.org", "--name", "Joan", "--organisation", "The Daily Example"],
      ...["--days", "3"],
    );
    expect(invited.exit).toBe(0);
    const [, token = ""] = /\/invitations\/([\w-]{43})$/.exec(invited.said) ?? [];
    expect((await run("list")).said).toMatch(/^invited: joan@example\.org {2}\| {2}Joan/m);
    const anybody = createCaller({ ...house.context, actor: null });
    const password = "correct horse battery staple";
    expect(await anybody.invitations.accept({ token, password })).toEqual({
      email: "joan@example.org",
    });
    await expect(anybody.invitations.accept({ token, password })).rejects.toMatchObject({
      cause: { code: "INVITATION_REFUSED" },
    });
    expect(await account("joan@example.org")).toMatchObject({
      role: "attester",
      organisation: "The Daily Example",
    });
    expect((await run("list")).said).not.toContain("invited: joan");
    expect((await run("invite", "joan@example.org")).said).toContain("ACCOUNT_EXISTS");
  });

  it("takes an invitation back, once", async () => {
    const { said } = await run("invite", "nobody@example.org");
    const [id = ""] = /inv-[a-z2-7]{26}/.exec(said) ?? [];
    expect(await run("withdraw", id)).toMatchObject({ exit: 0 });
    expect(await run("withdraw", id)).toMatchObject({
      exit: 1,
      said: expect.stringContaining("INVITATION_REFUSED"),
    });
  });

  it("changes role and organisation, and keeps the last admin", async () => {
    expect((await run("role", "joan@example.org", "reader")).said).toContain("is reader now");
    expect(await account("joan@example.org")).toMatchObject({ role: "reader" });
    await run("organisation", "joan@example.org", "--organisation", "Another");
    expect(await account("joan@example.org")).toMatchObject({ organisation: "Another" });
    await run("organisation", "joan@example.org");
    expect(await account("joan@example.org")).toMatchObject({ organisation: null });
    for (const refused of [
      await run("role", "grace@example.org", "reader"),
      await run("disable", "grace@example.org"),
    ])
      expect(refused).toMatchObject({
        exit: 1,
        said: expect.stringContaining("ACCOUNT_LAST_ADMIN"),
      });
  });

  it("disables and enables, and ends sessions", async () => {
    const browser = aBrowser(house.context);
    const password = "correct horse battery staple";
    expect(await browser.signIn("joan@example.org", password)).toBe(true);
    await run("end-sessions", "JOAN@example.org");
    expect(await browser.actor()).toBeNull();
    await run("disable", "joan@example.org");
    expect(await browser.signIn("joan@example.org", password)).toBe(false);
    expect((await run("list")).said).toMatch(/joan@example\.org .*disabled since/);
    await run("enable", "joan@example.org");
    expect(await browser.signIn("joan@example.org", password)).toBe(true);
  });

  it("lets no name steer the terminal", async () => {
    const { accounts, now } = house.context;
    const id = `usr-${"a".repeat(26)}` as never;
    await accounts.create({
      ...{ id, email: "odd@example.org", name: "O\u001b[2Jdd\u202e", role: "reader" },
      ...{ organisation: null, passwordHash: null, createdAt: now() },
    });
    const { said } = await run("list");
    expect(said).toContain("O [2Jdd ");
    expect(said).not.toContain("\u001b");
  });

  it.each([
    [[]],
    [["add"]],
    [["add", "not an address"]],
    [["add", "a@example.org", "--role", "owner"]],
    [["add", "a@example.org", "--days", "3"]],
    [["invite", "a@example.org", "--days", "99"]],
    [["invite", "a@example.org", "--days", "soon"]],
    [["role", "a@example.org"]],
    [["role", "a@example.org", "owner"]],
    [["disable"]],
    [["disable", "a@example.org", "b@example.org"]],
    [["list", "everybody"]],
    [["__proto__", "x"]],
  ])("says how it is used when it is asked %j", async (args) => {
    const { exit, said } = await run(...args);
    expect(exit).toBe(2);
    expect(said).toContain("usage: beacon user");
  });

  it("says that there is no such account", async () => {
    expect(await run("disable", "eve@example.org")).toEqual({
      exit: 1,
      said: "ACCOUNT_NOT_FOUND: There is no account of eve@example.org.",
    });
  });
});
