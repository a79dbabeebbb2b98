import { describe, expect, it } from "vitest";
import { signIn } from "@/components/session/auth-calls";

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });

/** next-auth's answers, in the order in which they are asked for. */
const portal = (...answers: Response[]) => {
  const asked: { url: string; body: string }[] = [];
  const call = (async (url: string, init?: RequestInit) => {
    asked.push({ url, body: String(init?.body ?? "") });
    return answers.shift() ?? json({}, 500);
  }) as typeof fetch;
  return { asked, call };
};

describe("signing in", () => {
  it("sends the token that the portal gave", async () => {
    const { asked, call } = portal(
      json({ csrfToken: "tok" }),
      json({ url: "http://localhost:3000/" }),
    );
    expect(await signIn("a@example.org", "secret", call)).toBe(true);
    expect(asked[1]?.url).toBe("/api/auth/callback/credentials");
    expect(new URLSearchParams(asked[1]?.body).get("csrfToken")).toBe("tok");
  });

  it("takes a refusal for a refusal, by status or by the address that next-auth names", async () => {
    const byStatus = portal(json({ csrfToken: "tok" }), json({ url: "x" }, 401));
    expect(await signIn("a@example.org", "no", byStatus.call)).toBe(false);
    const byAddress = portal(
      json({ csrfToken: "tok" }),
      json({ url: "/sign-in?error=CredentialsSignin" }),
    );
    expect(await signIn("a@example.org", "no", byAddress.call)).toBe(false);
  });

  it("does not call a broken portal a refusal", async () => {
    await expect(signIn("a@example.org", "x", portal(json({}, 500)).call)).rejects.toThrow();
  });
});
