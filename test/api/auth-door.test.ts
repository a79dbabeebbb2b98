import { beforeAll, describe, expect, it } from "vitest";
import { createThrottle } from "@/server/adapters/keys/throttle";
import { createAccount } from "@/server/services/create-account";
import { aBrowser, SESSION_COOKIE } from "@/test/support/a-browser";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const password = "correct horse battery staple";
const email = "ada@example.org";
beforeAll(async () => {
  await createAccount(house.context, { email, name: "Ada", role: "admin", password });
  // More tries than one test would be given.
  Object.assign(house.context, {
    signInThrottle: createThrottle(1_000, 60_000, house.context.now),
    pause: async () => {},
  });
});

describe("signing in", () => {
  it("gives a cookie that scripts cannot read and other sites cannot send", async () => {
    const browser = aBrowser(house.context);
    const answer = await browser.post("/api/auth/callback/credentials", {
      email: "Ada@Example.org",
      password,
      challenge: house.context.challenges.make("sign-in"),
      csrfToken: await browser.csrf(),
    });
    expect(answer.status).toBe(302);
    const line = answer.headers.getSetCookie().find((one) => one.startsWith(SESSION_COOKIE));
    expect(line).toMatch(/; Path=\/;.*HttpOnly; SameSite=Lax$/);
    expect(await browser.actor()).toMatchObject({ name: "Ada", role: "admin" });
  });

  it.each<[string, Record<string, string>]>([
    ["a wrong password", { password: "wrong" }],
    ["an unknown address", { email: "eve@example.org" }],
    ["no password", { password: "" }],
    ["a password longer than any", { password: "x".repeat(1_025) }],
    ["no challenge", { challenge: "" }],
    [
      "a challenge that nobody made",
      { challenge: `${"A".repeat(22)}.1999999999999.${"A".repeat(43)}` },
    ],
    ["an address that is none", { email: "'; DROP TABLE" }],
  ])("with %s gives nothing, in the same words", async (_, over) => {
    const browser = aBrowser(house.context);
    const challenge = house.context.challenges.make("sign-in");
    const answer = await browser.post("/api/auth/callback/credentials", {
      ...{ email, password, challenge, csrfToken: await browser.csrf(), json: "true" },
      ...over,
    });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({
      url: expect.stringMatching(/error\?error=CredentialsSignin&provider=credentials$/),
    });
    expect(await browser.actor()).toBeNull();
  });

  it("with a challenge that was made for something else gives nothing", async () => {
    const browser = aBrowser(house.context);
    const challenge = house.context.challenges.make("enrol");
    expect(await browser.signIn(email, password, { challenge })).toBe(false);
  });

  it("by the same request a second time gives nothing, with the same cookies or with others", async () => {
    const victim = aBrowser(house.context);
    const fields = {
      ...{ email, password, challenge: house.context.challenges.make("sign-in") },
      csrfToken: await victim.csrf(),
      json: "true",
    };
    const recorded = { ...victim.cookies };
    const path = "/api/auth/callback/credentials";
    expect((await victim.post(path, fields)).status).toBe(200);
    expect((await victim.post(path, fields)).status).toBe(401);
    const thief = aBrowser(house.context);
    Object.assign(thief.cookies, recorded);
    expect((await thief.post(path, fields)).status).toBe(401);
    expect(await thief.actor()).toBeNull();
  });

  it("twice at once by the same request gives one session", async () => {
    const browser = aBrowser(house.context);
    const fields = {
      ...{ email, password, challenge: house.context.challenges.make("sign-in") },
      csrfToken: await browser.csrf(),
      json: "true",
    };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => browser.post("/api/auth/callback/credentials", fields)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401, 401, 401, 401]);
  });
});

describe("a form that another site sends", () => {
  const path = "/api/auth/callback/credentials";
  const fieldsOf = (csrfToken: string) => ({
    ...{ email, password, challenge: house.context.challenges.make("sign-in") },
    csrfToken,
    json: "true",
  });

  it.each(["https://evil.example", "null", "http://localhost:9"])(
    "from %s is refused, however right it is",
    async (origin) => {
      const browser = aBrowser(house.context);
      const answer = await browser.post(path, fieldsOf(await browser.csrf()), { origin });
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ code: "ORIGIN_REFUSED" });
      expect(await browser.actor()).toBeNull();
    },
  );

  it("is no session without the token that our page was given", async () => {
    const browser = aBrowser(house.context);
    await browser.csrf();
    for (const wrong of ["", "x".repeat(64)]) {
      const answer = await browser.post(path, fieldsOf(wrong));
      expect(await answer.json()).toEqual({ url: expect.stringContaining("csrf=true") });
      expect(await browser.actor()).toBeNull();
    }
  });

  it("ends nobody's session", async () => {
    const browser = aBrowser(house.context);
    await browser.signIn(email, password);
    const csrfToken = await browser.csrf();
    const forged = await browser.post(
      "/api/auth/signout",
      { csrfToken },
      { origin: "https://evil.example" },
    );
    expect(forged.status).toBe(403);
    await browser.post("/api/auth/signout", { csrfToken: "x".repeat(64) });
    expect(await browser.actor()).not.toBeNull();
  });

  it("of our own page is taken, by whichever name it was reached", async () => {
    const { publicUrl } = house.context;
    for (const [origin, host] of [
      [new URL(publicUrl).origin, "behind.a.proxy"],
      ["http://127.0.0.1:3000", "127.0.0.1:3000"],
      ["https://portal.example", "portal.example"],
    ] as const) {
      const browser = aBrowser(house.context);
      const answer = await browser.post(path, fieldsOf(await browser.csrf()), { origin, host });
      expect(answer.status, origin).toBe(200);
    }
  });
});

describe("what next-auth would serve besides", () => {
  it.each([
    ["GET", "session"],
    ["GET", "providers"],
    ["GET", "signout"],
    ["GET", "callback/credentials"],
    ["GET", "verify-request"],
    ["GET", "callback/oidc/more"],
    ["GET", ""],
    ["POST", "session"],
    ["POST", "_log"],
    ["POST", "callback/oidc"],
    ["POST", "signin/credentials"],
    ["POST", "csrf"],
  ])("%s %s is not there", async (method, path) => {
    const browser = aBrowser(house.context);
    const answer = await browser.send(`/api/auth/${path}`, {
      method,
      ...(method === "POST" ? { body: "{}" } : {}),
    });
    expect(answer.status).toBe(404);
  });

  it("too much for a form is refused unread", async () => {
    const browser = aBrowser(house.context);
    const fields = { csrfToken: await browser.csrf(), email, password: "x".repeat(20_000) };
    expect((await browser.post("/api/auth/callback/credentials", fields)).status).toBe(413);
  });

  it("signing in with OpenID Connect, which is not configured here, leads nowhere", async () => {
    const browser = aBrowser(house.context);
    const answer = await browser.post("/api/auth/signin/oidc", {
      csrfToken: await browser.csrf(),
      json: "true",
    });
    expect(await answer.json()).toEqual({ url: expect.stringContaining("csrf=true") });
  });
});
