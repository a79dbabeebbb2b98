import { encode } from "next-auth/jwt";
import { beforeAll, describe, expect, it } from "vitest";
import type { UserId } from "@/schemas/primitives";
import { actorOf, authOptionsFor, cookiesIn } from "@/server/auth";
import { createAccount } from "@/server/services/create-account";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const COOKIE = "next-auth.session-token";
const password = "correct horse battery staple";
let id: UserId;
beforeAll(async () => {
  const account = { email: "ada@example.org", name: "Ada", role: "attester" as const, password };
  ({ id } = await createAccount(house.context, account));
});

async function cookieOf(token: object, over: { secret?: string; maxAge?: number } = {}) {
  const value = await encode({
    token: token as never,
    secret: house.context.sessionSecret,
    ...over,
  });
  return { cookies: { [COOKIE]: value }, authorization: null };
}
const actor = async (credence: Parameters<typeof actorOf>[1]) => actorOf(house.context, credence);

describe("a session cookie", () => {
  it("is its account's", async () => {
    expect(await actor(await cookieOf({ sub: id, sessionVersion: 1 }))).toEqual({
      id,
      name: "Ada",
      role: "attester",
    });
  });

  it.each<[string, object, { secret?: string; maxAge?: number }?]>([
    ["of an older session version", { sessionVersion: 0 }],
    ["of a version that was never given out", { sessionVersion: 2 }],
    ["without a version", {}],
    ["that another secret signed", { sessionVersion: 1 }, { secret: "another secret" }],
    ["that has run out", { sessionVersion: 1 }, { maxAge: -60 }],
    ["of an account that has gone", { sub: "usr-gone", sessionVersion: 1 }],
  ])("%s is nobody's", async (_, token, over) => {
    expect(await actor(await cookieOf({ sub: id, ...token }, over))).toBeNull();
  });

  it("that is garbage is nobody's, and so is none at all", async () => {
    expect(await actor({ cookies: { [COOKIE]: "garbage" }, authorization: null })).toBeNull();
    expect(await actor({ cookies: {}, authorization: null })).toBeNull();
  });

  it("is nobody's any more once the password was changed", async () => {
    const credence = await cookieOf({ sub: id, sessionVersion: 1 });
    expect(await actor(credence)).not.toBeNull();
    const { accounts, hashPassword } = house.context;
    await accounts.setPassword(id, await hashPassword(password));
    expect(await actor(credence)).toBeNull();
    expect(await actor(await cookieOf({ sub: id, sessionVersion: 2 }))).not.toBeNull();
  });
});

describe("the operator's token", () => {
  it("acts as an admin, and nothing else does", async () => {
    const { operatorToken } = house.context;
    const by = (authorization: string) => actor({ cookies: {}, authorization });
    expect(await by(`Bearer ${operatorToken}`)).toMatchObject({ role: "admin" });
    for (const wrong of [
      "",
      "Bearer ",
      operatorToken,
      `Basic ${operatorToken}`,
      `Bearer ${operatorToken}x`,
      `Bearer ${operatorToken.slice(0, -1)}${operatorToken.endsWith("A") ? "B" : "A"}`,
    ])
      expect(await by(wrong)).toBeNull();
  });

  it("that is wrong is not made good by a cookie", async () => {
    const credence = await cookieOf({ sub: id, sessionVersion: 2 });
    expect(await actor({ ...credence, authorization: "Bearer wrong" })).toBeNull();
  });
});

describe("signing in", () => {
  type Authorize = (input: unknown) => Promise<unknown>;
  const authorize = (input: unknown) => {
    const [provider] = authOptionsFor(house.context).providers;
    return (provider as unknown as { options: { authorize: Authorize } }).options.authorize(input);
  };

  it("gives out who signed in, without the password's hash", async () => {
    const user = await authorize({ email: "Ada@example.org", password });
    expect(user).toMatchObject({ id, name: "Ada", email: "ada@example.org" });
    expect(JSON.stringify(user)).not.toContain("scrypt");
  });

  it.each([
    ["a wrong password", { email: "ada@example.org", password: "wrong" }],
    ["an unknown address", { email: "eve@example.org", password }],
    ["no password", { email: "ada@example.org", password: "" }],
    ["nothing", {}],
    ["something else", { email: ["ada@example.org"], password: { length: 3 } }],
  ])("with %s gives out nobody", async (_, input) => {
    expect(await authorize(input)).toBeNull();
  });
});

it("cookies are read as browsers write them", () => {
  expect(cookiesIn("a=1; b=x%20y;  c=d=e; g")).toEqual({ a: "1", b: "x y", c: "d=e" });
  expect(cookiesIn(undefined)).toEqual({});
});
