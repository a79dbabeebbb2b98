import { describe, expect, it } from "vitest";
import { openIdAddress, signIn, signOut } from "@/components/session/auth-calls";

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const challenged = () => json({ result: { data: { json: { challenge: "a challenge" } } } });
const csrf = () => json({ csrfToken: "tok" });

/** next-auth's answers, in the order in which they are asked for. */
const portal = (...answers: Response[]) => {
  const asked: { url: string; fields: URLSearchParams }[] = [];
  const call = (async (url: string, init?: RequestInit) => {
    asked.push({ url, fields: new URLSearchParams(String(init?.body ?? "")) });
    return answers.shift() ?? json({}, 500);
  }) as typeof fetch;
  return { asked, call };
};

describe("signing in", () => {
  it("sends the token and the challenge that the portal gave", async () => {
    const { asked, call } = portal(challenged(), csrf(), json({ url: "http://localhost:3000/" }));
    expect(await signIn("a@example.org", "secret", call)).toBe(true);
    expect(asked[2]?.url).toBe("/api/auth/callback/credentials");
    expect(Object.fromEntries(asked[2]?.fields ?? [])).toMatchObject({
      csrfToken: "tok",
      challenge: "a challenge",
      email: "a@example.org",
      password: "secret",
    });
  });

  it("takes a refusal for a refusal", async () => {
    const refused = json({ url: "http://x/api/auth/error?error=CredentialsSignin" }, 401);
    const { call } = portal(challenged(), csrf(), refused);
    expect(await signIn("a@example.org", "no", call)).toBe(false);
  });

  it.each([
    ["gives no challenge", [json({}, 500)]],
    ["gives no token", [challenged(), json({}, 500)]],
    ["does not answer", [challenged(), csrf(), json({}, 500)]],
    ["is broken", [challenged(), csrf(), json({ url: "/x?error=Unavailable" }, 401)]],
    ["has forgotten the token", [challenged(), csrf(), json({ url: "/x?csrf=true" })]],
    ["refuses the page", [challenged(), csrf(), json({ code: "ORIGIN_REFUSED" }, 403)]],
  ])("does not call a portal a refusal that %s", async (_, answers) => {
    await expect(signIn("a@example.org", "x", portal(...answers).call)).rejects.toThrow();
  });
});

describe("signing in with OpenID Connect", () => {
  it("goes where the portal says, and comes back to the page it came from", async () => {
    const { asked, call } = portal(csrf(), json({ url: "https://id.example/authorize?state=s" }));
    expect(await openIdAddress("/jobs/new", call)).toBe("https://id.example/authorize?state=s");
    expect(asked[1]?.url).toBe("/api/auth/signin/oidc");
    expect(asked[1]?.fields.get("callbackUrl")).toBe("/jobs/new");
  });

  it("says when the provider cannot be asked", async () => {
    const { call } = portal(csrf(), json({ url: "/sign-in?error=OAuthSignin" }));
    await expect(openIdAddress("/", call)).rejects.toThrow();
  });
});

describe("signing out", () => {
  it("is done only when the portal says so", async () => {
    const { asked, call } = portal(csrf(), json({ url: "/" }));
    await signOut(call);
    expect(asked[1]?.url).toBe("/api/auth/signout");
    await expect(signOut(portal(csrf(), json({}, 500)).call)).rejects.toThrow();
  });
});
