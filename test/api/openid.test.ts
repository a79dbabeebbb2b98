import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createThrottle } from "@/server/adapters/keys/throttle";
import { createOpenIdProvider } from "@/server/adapters/oidc/openid-provider";
import type { Context } from "@/server/context";
import { tellNextAuth } from "@/server/env";
import { createAccount } from "@/server/services/create-account";
import { aBrowser } from "@/test/support/a-browser";
import { startOpenIdProvider } from "@/test/support/an-openid-provider";
import { type OpenContext, openContext } from "@/test/support/context";

type Provider = Awaited<ReturnType<typeof startOpenIdProvider>>;
let provider: Provider;
let open: OpenContext;
let context: Context;
let usual: Provider["conduct"];
let people = 0;
/** Why, as the log says it. */
const said: string[] = [];

beforeAll(async () => {
  provider = await startOpenIdProvider();
  usual = { ...provider.conduct };
  open = await openContext({
    BEACON_OIDC_ISSUER: provider.issuer,
    BEACON_OIDC_CLIENT_ID: provider.client.id,
    BEACON_OIDC_CLIENT_SECRET: provider.client.secret,
    BEACON_OIDC_NAME: "The newsroom",
  });
  context = open.context;
  tellNextAuth(context.env);
});
beforeEach(() => {
  Object.assign(provider.conduct, usual);
  said.length = 0;
  const logger = {
    warn: ({ reason }: { reason?: string }) => said.push(reason ?? ""),
    debug: () => {},
    child: () => logger,
  };
  // Nothing that an earlier test discovered is remembered, and what is logged is kept.
  context = { ...open.context, openId: freshProvider(), logger: logger as never };
});
afterAll(async () => {
  await open.close();
  await provider.close();
  delete process.env.NEXTAUTH_URL;
});

/** Somebody with an account, whom the provider is going to vouch for. */
async function somebody(over: Record<string, unknown> = {}) {
  people += 1;
  const email = `person-${people}@example.org`;
  const account = { email, name: "Ada", role: "attester" as const, password: null };
  const { id } = await createAccount(context, account);
  provider.conduct.claims = { sub: `subject-${people}`, email, email_verified: true, ...over };
  return { id, email };
}

/** From the button to the provider: where the browser is sent back to, with a code. */
async function asFarAsTheCode(browser = aBrowser(context), seen: Context = context) {
  const answer = await browser.post("/api/auth/signin/oidc", {
    csrfToken: await browser.csrf(),
    callbackUrl: "/account",
    json: "true",
  });
  const { url } = (await answer.json()) as { url: string };
  const back = new URL(await provider.visit(url));
  expect(back.origin, "sent back to the portal").toBe(new URL(seen.publicUrl).origin);
  return { browser, url: new URL(url), back };
}

/** All the way. Answers where next-auth goes on to. */
async function signIn(browser = aBrowser(context)) {
  const { back } = await asFarAsTheCode(browser);
  const answer = await browser.send(back.pathname + back.search);
  expect(answer.status).toBe(302);
  return { browser, onward: new URL(answer.headers.get("location") ?? "", context.publicUrl) };
}

/** Why somebody was not let in: the error of the page that they end on. */
async function refusal(browser = aBrowser(context)) {
  const { onward } = await signIn(browser);
  expect(await browser.actor()).toBeNull();
  return onward.searchParams.get("error");
}

describe("signing in with OpenID Connect", () => {
  it.each(["RS256", "ES256"] as const)(
    "works with tokens signed by %s, and comes back to the page it came from",
    async (algorithm) => {
      provider.conduct.algorithm = algorithm;
      const { id } = await somebody();
      const { browser, onward } = await signIn();
      expect(onward.href).toBe(`${new URL(context.publicUrl).origin}/account`);
      const actor = await browser.actor();
      expect(actor).toMatchObject({ id, role: "attester" });
      expect((await context.signIns.byId(actor?.signIn ?? ""))?.signIn.method).toBe("oidc");
    },
  );

  it("asks with state, nonce and PKCE, for no more than who somebody is", async () => {
    const { url } = await asFarAsTheCode();
    const asked = Object.fromEntries(url.searchParams);
    expect(asked).toMatchObject({
      client_id: "beacon",
      response_type: "code",
      scope: "openid email profile",
      code_challenge_method: "S256",
      redirect_uri: `${new URL(context.publicUrl).origin}/api/auth/callback/oidc`,
    });
    for (const name of ["state", "nonce", "code_challenge"])
      expect(asked[name]?.length).toBeGreaterThanOrEqual(43);
  });

  it("knows a person by the subject ever after, whatever the address is then", async () => {
    const { id } = await somebody();
    await signIn();
    Object.assign(provider.conduct.claims, { email: "new@example.org", email_verified: false });
    const { browser } = await signIn();
    expect(await browser.actor()).toMatchObject({ id });
  });

  it("looks for the address at the userinfo endpoint when the token has none", async () => {
    const { id, email } = await somebody({ email: undefined, email_verified: undefined });
    provider.conduct.userinfo = { email, email_verified: true };
    const { browser } = await signIn();
    expect(await browser.actor()).toMatchObject({ id });
  });

  it("gives a session that ends like any other", async () => {
    await somebody();
    const { browser } = await signIn();
    const copied = { ...browser.cookies };
    await browser.signOut();
    Object.assign(browser.cookies, copied);
    expect(await browser.actor()).toBeNull();
  });
});

describe("nobody is let in", () => {
  it.each<[string, Record<string, unknown>]>([
    ["whose address is not verified", { email_verified: false }],
    ["of whose address the provider says nothing", { email_verified: undefined }],
    ["whose address is verified in words only", { email_verified: "true" }],
    ["without an address", { email: undefined }],
    ["who has no account", { email: "eve@example.org" }],
  ])("%s", async (_, claims) => {
    await somebody(claims);
    expect(await refusal()).toBe("AccessDenied");
  });

  it("whose account is disabled, before or after it was linked", async () => {
    const { id } = await somebody();
    await context.accounts.disable(id, context.now());
    expect(await refusal()).toBe("AccessDenied");
    await context.accounts.enable(id);
    await signIn();
    await context.accounts.disable(id, context.now());
    expect(await refusal()).toBe("AccessDenied");
  });

  it("who was given an address that was somebody else's", async () => {
    await somebody();
    await signIn();
    provider.conduct.claims = { ...provider.conduct.claims, sub: "the next one" };
    expect(await refusal()).toBe("AccessDenied");
  });

  it.each<[string, (claims: Record<string, unknown>) => Record<string, unknown>, RegExp]>([
    ["another nonce", (claims) => ({ ...claims, nonce: "another" }), /^nonce mismatch/],
    ["no nonce", ({ nonce: _, ...claims }) => claims, /^nonce mismatch/],
    ["another issuer", (claims) => ({ ...claims, iss: "https://no.example" }), /^unexpected iss/],
    ["another audience", (claims) => ({ ...claims, aud: "another" }), /^aud mismatch/],
    ["a time that has passed", (claims) => ({ ...claims, exp: 1 }), /expired/],
    ["no subject", ({ sub: _, ...claims }) => claims, /missing required JWT property sub/],
  ])("by a token with %s", async (_, spoil, why) => {
    await somebody();
    provider.conduct.spoil = spoil;
    expect(await refusal()).toBe("OAuthCallback");
    expect(said).toEqual([expect.stringMatching(why)]);
  });

  it("by a token that another key signed", async () => {
    await somebody();
    provider.conduct.isForged = true;
    expect(await refusal()).toBe("OAuthCallback");
    expect(said).toEqual([expect.stringMatching(/failed to validate JWT signature/)]);
  });

  it("by a token that is signed in another way than the provider says", async () => {
    await somebody();
    provider.conduct.metadata = { id_token_signing_alg_values_supported: ["RS256"] };
    provider.conduct.algorithm = "ES256";
    expect(await refusal()).toBe("OAuthCallback");
    expect(said).toEqual([expect.stringMatching(/unexpected JWT alg received/)]);
  });

  it("with another state, or with none", async () => {
    await somebody();
    for (const state of ["another", ""]) {
      const { browser, back } = await asFarAsTheCode();
      back.searchParams.set("state", state);
      await browser.send(back.pathname + back.search);
      expect(await browser.actor()).toBeNull();
      expect(said.pop()).toMatch(/^state (mismatch|missing)/);
    }
  });

  it("in another browser than the one that began", async () => {
    await somebody();
    const { back } = await asFarAsTheCode();
    const other = aBrowser(context);
    await asFarAsTheCode(other);
    await other.send(back.pathname + back.search);
    expect(await other.actor()).toBeNull();
    expect(said.pop()).toMatch(/^state mismatch/);
    const bare = aBrowser(context);
    await bare.send(back.pathname + back.search);
    expect(await bare.actor()).toBeNull();
    expect(said.pop()).toMatch(/cookie was missing/);
  });

  it("by a code that was used before, even with the same cookies", async () => {
    await somebody();
    const { browser, back } = await asFarAsTheCode();
    const recorded = { ...browser.cookies };
    await browser.send(back.pathname + back.search);
    expect(await browser.actor()).not.toBeNull();
    const thief = aBrowser(context);
    Object.assign(thief.cookies, recorded);
    await thief.send(back.pathname + back.search);
    expect(await thief.actor()).toBeNull();
    expect(said).toEqual([expect.stringMatching(/^invalid_grant/)]);
  });

  it("who says no at the provider", async () => {
    const { browser } = await asFarAsTheCode();
    const answer = await browser.send("/api/auth/callback/oidc?error=access_denied&state=x");
    expect(answer.headers.get("location")).toMatch(/error=Callback$/);
    expect(await browser.actor()).toBeNull();
  });

  it("by a form of another site", async () => {
    const browser = aBrowser(context);
    const fields = { csrfToken: await browser.csrf(), json: "true" };
    const origin = "https://evil.example";
    expect((await browser.post("/api/auth/signin/oidc", fields, { origin })).status).toBe(403);
    const bare = await browser.post("/api/auth/signin/oidc", { csrfToken: "x", json: "true" });
    expect(await bare.json()).toEqual({ url: expect.stringContaining("csrf=true") });
  });

  it("and is sent elsewhere afterwards, whatever a link says", async () => {
    await somebody();
    const browser = aBrowser(context);
    for (const callbackUrl of ["https://evil.example/", "//evil.example/", "/\\evil.example"]) {
      const answer = await browser.post("/api/auth/signin/oidc", {
        ...{ csrfToken: await browser.csrf(), json: "true" },
        callbackUrl,
      });
      const { url } = (await answer.json()) as { url: string };
      const back = new URL(await provider.visit(url));
      const landed = await browser.send(back.pathname + back.search);
      const onward = new URL(landed.headers.get("location") ?? "", context.publicUrl);
      expect(onward.origin).toBe(new URL(context.publicUrl).origin);
    }
  });
});

const freshProvider = (over: { issuer?: string } = {}) =>
  createOpenIdProvider(
    {
      issuer: over.issuer ?? provider.issuer,
      clientId: provider.client.id,
      clientSecret: provider.client.secret,
      name: "The newsroom",
    },
    { withDeadline: context.withDeadline, now: context.now },
  );

describe("the provider", () => {
  it("is asked once in ten minutes, and for nothing when somebody uses a password", async () => {
    let at = Date.now();
    const openId = createOpenIdProvider(
      {
        issuer: provider.issuer,
        clientId: "x",
        clientSecret: "y",
        name: "The newsroom",
      },
      { withDeadline: context.withDeadline, now: () => new Date(at) },
    );
    const before = provider.asked.length;
    await openId.config();
    await openId.config();
    expect(provider.asked.length).toBe(before + 1);
    at += 10 * 60_000;
    await openId.config();
    expect(provider.asked.length).toBe(before + 2);
    const patient = { ...context, signInThrottle: createThrottle(9, 1, context.now) };
    await aBrowser(patient).signIn("nobody@example.org", "wrong");
    expect(provider.asked.length).toBe(before + 2);
  });

  it.each<[string, Partial<Provider["conduct"]>]>([
    ["does not answer", { isDown: true }],
    ["speaks for another issuer", { metadata: { issuer: "https://elsewhere.example" } }],
    ["has no keys", { metadata: { jwks_uri: undefined } }],
    [
      "signs with a shared secret",
      { metadata: { id_token_signing_alg_values_supported: ["HS256", "none"] } },
    ],
  ])("that %s is not gone to, and the page says so", async (_, conduct) => {
    Object.assign(provider.conduct, conduct);
    const openId = freshProvider();
    await expect(openId.config()).rejects.toMatchObject({ code: "OIDC_UNAVAILABLE" });
    const browser = aBrowser({ ...context, openId });
    const answer = await browser.post("/api/auth/signin/oidc", {
      csrfToken: await browser.csrf(),
      json: "true",
    });
    expect(await answer.json()).toEqual({ url: "/sign-in?error=OAuthSignin" });
  });
});
