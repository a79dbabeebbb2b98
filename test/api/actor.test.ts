import { decode, encode } from "next-auth/jwt";
import { beforeAll, describe, expect, it } from "vitest";
import type { SignInId, UserId } from "@/schemas/primitives";
import { type Actor, actorOf, cookiesIn } from "@/server/auth";
import { createAccount } from "@/server/services/create-account";
import { openSession } from "@/server/services/open-session";
import { aBrowser, SESSION_COOKIE } from "@/test/support/a-browser";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const password = "correct horse battery staple";
let people = 0;

/** A new person with an account. */
async function somebody(): Promise<{ id: UserId; email: string }> {
  people += 1;
  const email = `person-${people}@example.org`;
  const account = { email, name: "Ada", role: "attester" as const, password };
  return { id: (await createAccount(house.context, account)).id, email };
}
const opened = (accountId: UserId): Promise<SignInId> =>
  openSession(house.context, { accountId, method: "password", userAgent: "a test" });

type Sealed = { secret?: string; maxAge?: number };
async function cookieOf(token: object, over: Sealed = {}) {
  const secret = house.context.sessionSecret;
  const value = await encode({ token: token as never, secret, ...over });
  return { cookies: { [SESSION_COOKIE]: value }, authorization: null };
}
const actor = (credence: Parameters<typeof actorOf>[1]): Promise<Actor | null> =>
  actorOf(house.context, credence);

describe("a session cookie", () => {
  let id: UserId;
  let sid: SignInId;
  beforeAll(async () => {
    ({ id } = await somebody());
    sid = await opened(id);
  });

  it("is its account's", async () => {
    expect(await actor(await cookieOf({ sub: id, sid, sessionVersion: 1 }))).toEqual({
      id,
      name: "Ada",
      role: "attester",
      signIn: sid,
    });
  });

  it.each<[string, object, Sealed?]>([
    ["of an older session version", { sessionVersion: 0 }],
    ["of a version that was never given out", { sessionVersion: 2 }],
    ["without a version", { sessionVersion: undefined }],
    ["that names no sign-in", { sid: undefined }],
    ["that names a sign-in that never was", { sid: `sgn-${"a".repeat(26)}` }],
    ["that names something else", { sid: { $ne: null } }],
    ["that another secret signed", {}, { secret: "another secret" }],
    ["that has run out", {}, { maxAge: -60 }],
    ["of an account that has gone", { sub: "usr-gone" }],
  ])("%s is nobody's", async (_, token, over) => {
    const credence = await cookieOf({ sub: id, sid, sessionVersion: 1, ...token }, over);
    expect(await actor(credence)).toBeNull();
  });

  it("of one person with another's sign-in is nobody's", async () => {
    const other = await somebody();
    const credence = { sub: other.id, sid, sessionVersion: 1 };
    expect(await actor(await cookieOf(credence))).toBeNull();
  });

  it("that was tampered with is nobody's, whatever was changed; so is garbage, and none at all", async () => {
    const { cookies } = await cookieOf({ sub: id, sid, sessionVersion: 1 });
    const value = cookies[SESSION_COOKIE] ?? "";
    for (let i = 0; i < value.length; i += 7) {
      const other = value[i] === "A" ? "B" : "A";
      const changed = value.slice(0, i) + other + value.slice(i + 1);
      expect(
        await actor({ cookies: { [SESSION_COOKIE]: changed }, authorization: null }),
        `changed at ${i}`,
      ).toBeNull();
    }
    expect(
      await actor({ cookies: { [SESSION_COOKIE]: "garbage" }, authorization: null }),
    ).toBeNull();
    expect(await actor({ cookies: {}, authorization: null })).toBeNull();
  });
});

describe("a session", () => {
  /** A browser of somebody who has just signed in. */
  async function signedIn() {
    const { id, email } = await somebody();
    const browser = aBrowser(house.context);
    expect(await browser.signIn(email, password)).toBe(true);
    const mine = await browser.actor();
    if (mine?.signIn === undefined) throw new Error("nobody signed in");
    return { id, email, browser, sid: mine.signIn };
  }

  it("is written down, with the browser's own name and its end after twelve hours", async () => {
    const { id, sid } = await signedIn();
    const found = await house.context.signIns.byId(sid);
    expect(found?.signIn).toMatchObject({ accountId: id, method: "password", endedAt: null });
    expect(found?.signIn.userAgent).toBe("a test browser");
    const { createdAt, expiresAt } = found?.signIn ?? {};
    expect(Number(expiresAt) - Number(createdAt)).toBe(12 * 3_600_000);
  });

  it("keeps nothing in its cookie but ids, which nobody can read", async () => {
    const { id, sid, browser, email } = await signedIn();
    const token = browser.cookies[SESSION_COOKIE] ?? "";
    expect(Buffer.from(token.split(".")[3] ?? "", "base64url").toString()).not.toContain(email);
    const { iat, exp, jti, ...said } =
      (await decode({ token, secret: house.context.sessionSecret })) ?? {};
    expect(said).toEqual({ sub: id, sid, sessionVersion: 1 });
    expect(Number(exp) - Number(iat)).toBe(12 * 3_600);
    expect(jti).toBeTypeOf("string");
  });

  it("is nobody's after signing out, also for who copied the cookie before", async () => {
    const { browser, sid } = await signedIn();
    const copied = { cookies: { ...browser.cookies }, authorization: null };
    expect(await actor(copied)).not.toBeNull();
    await browser.signOut();
    expect(browser.cookies[SESSION_COOKIE]).toBeUndefined();
    expect(await actor(copied)).toBeNull();
    expect((await house.context.signIns.byId(sid))?.signIn.endedAt).not.toBeNull();
  });

  it("ends by itself, and leaves the others open", async () => {
    const { id, browser, email, sid } = await signedIn();
    const other = aBrowser(house.context, "another browser");
    await other.signIn(email, password);
    await house.context.signIns.end(id, sid, house.context.now());
    expect(await browser.actor()).toBeNull();
    expect(await other.actor()).toMatchObject({ id });
  });

  it("ends at once when its account is disabled, and stays ended when it is enabled again", async () => {
    const { id, browser, email } = await signedIn();
    const { accounts, now } = house.context;
    await accounts.disable(id, now());
    expect(await browser.actor()).toBeNull();
    const next = aBrowser(house.context);
    expect(await next.signIn(email, password)).toBe(false);
    await accounts.enable(id);
    expect(await browser.actor()).toBeNull();
    expect(await next.signIn(email, password)).toBe(true);
  });

  it("that is being opened when all are ended is nobody's", async () => {
    const { id } = await somebody();
    const { accounts, now } = house.context;
    const token = { sub: id, sessionVersion: 1 };
    await accounts.endSessions(id, now());
    expect(await actor(await cookieOf({ ...token, sid: await opened(id) }))).toBeNull();
  });

  it("ends with a new password", async () => {
    const { id, browser } = await signedIn();
    const { accounts, hashPassword, now } = house.context;
    await accounts.setPassword(id, await hashPassword("another password"), now());
    expect(await browser.actor()).toBeNull();
  });

  it("that is too old by our clock is nobody's, whatever its cookie says", async () => {
    const { browser } = await signedIn();
    const at = house.context.now().getTime();
    const late = (ms: number) => ({ ...house.context, now: () => new Date(at + ms) });
    const credence = { cookies: browser.cookies, authorization: null };
    expect(await actorOf(late(12 * 3_600_000 - 60_000), credence)).not.toBeNull();
    expect(await actorOf(late(12 * 3_600_000), credence)).toBeNull();
  });

  it("is seen at most once a minute", async () => {
    const { browser, sid } = await signedIn();
    const credence = { cookies: browser.cookies, authorization: null };
    const seen = async (at: number) => {
      await actorOf({ ...house.context, now: () => new Date(at) }, credence);
      return (await house.context.signIns.byId(sid))?.signIn.lastSeenAt.getTime();
    };
    const beganAt = (await house.context.signIns.byId(sid))?.signIn.createdAt.getTime() ?? 0;
    expect(await seen(beganAt + 59_999)).toBe(beganAt);
    expect(await seen(beganAt + 60_000)).toBe(beganAt + 60_000);
    expect(await seen(beganAt + 119_999)).toBe(beganAt + 60_000);
  });

  it("has another role from the next request on", async () => {
    const { id, browser } = await signedIn();
    await house.context.accounts.setRole(id, "reader", house.context.now());
    expect(await browser.actor()).toMatchObject({ role: "reader" });
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
    const { id } = await somebody();
    const credence = await cookieOf({ sub: id, sid: await opened(id), sessionVersion: 1 });
    expect(await actor(credence)).not.toBeNull();
    expect(await actor({ ...credence, authorization: "Bearer wrong" })).toBeNull();
  });
});

it("cookies are read as browsers write them", () => {
  expect(cookiesIn("a=1; b=x%20y;  c=d=e; g")).toEqual({ a: "1", b: "x y", c: "d=e" });
  expect(cookiesIn(undefined)).toEqual({});
});
