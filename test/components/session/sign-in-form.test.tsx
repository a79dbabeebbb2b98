import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { OpenIdButton } from "@/components/session/open-id-button";
import { SignInForm } from "@/components/session/sign-in-form";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** A portal that answers each address as told, and a browser that only remembers where it was sent. */
function portal(answers: Readonly<Record<string, [status: number, body: unknown]>>) {
  const sent: string[] = [];
  vi.stubGlobal("fetch", async (path: string) => {
    const [status, body] = answers[path] ?? [500, {}];
    return new Response(JSON.stringify(body), { status });
  });
  vi.stubGlobal("location", { assign: (address: string) => sent.push(address) });
  return sent;
}

const TOKENS = {
  "/api/auth/csrf": [200, { csrfToken: "tok" }],
  "/api/trpc/session.challenge": [200, { result: { data: { json: { challenge: "once" } } } }],
} as const satisfies Record<string, [number, unknown]>;
const ENTER = "/api/auth/callback/credentials";

function fillIn() {
  fireEvent.change(screen.getByLabelText("E-mail"), { target: { value: "a@example.org" } });
  fireEvent.change(screen.getByLabelText("Password"), { target: { value: "secret" } });
  fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
}

describe("the sign-in form", () => {
  it("goes on to where somebody wanted to go", async () => {
    const sent = portal({ ...TOKENS, [ENTER]: [200, { url: "http://x/" }] });
    render(<SignInForm next="/jobs/new" />);
    fillIn();
    await expect.poll(() => sent).toEqual(["/jobs/new"]);
  });

  it("says that it was refused, in words that tell nobody why", async () => {
    const refused = { url: "http://x/api/auth/error?error=CredentialsSignin" };
    const sent = portal({ ...TOKENS, [ENTER]: [401, refused] });
    render(<SignInForm next="/" />);
    fillIn();
    expect((await screen.findByRole("alert")).textContent).toContain("do not belong together");
    expect(sent).toEqual([]);
    expect(screen.getByRole("button", { name: "Sign in" })).toHaveProperty("disabled", false);
  });

  it("does not call it a refusal when the portal does not answer", async () => {
    portal({});
    render(<SignInForm next="/" />);
    fillIn();
    expect((await screen.findByRole("alert")).textContent).toContain("did not answer");
  });
});

describe("the way to the provider of OpenID Connect", () => {
  const BEGIN = "/api/auth/signin/oidc";

  it("leads there", async () => {
    const sent = portal({ ...TOKENS, [BEGIN]: [200, { url: "https://id.example/authorize" }] });
    render(<OpenIdButton name="The newsroom" next="/account" />);
    fireEvent.click(screen.getByRole("button", { name: "Continue with The newsroom" }));
    await expect.poll(() => sent).toEqual(["https://id.example/authorize"]);
  });

  it("says when it cannot be gone", async () => {
    portal({ ...TOKENS, [BEGIN]: [200, { url: "/sign-in?error=OAuthSignin" }] });
    render(<OpenIdButton name="The newsroom" next="/account" />);
    fireEvent.click(screen.getByRole("button", { name: "Continue with The newsroom" }));
    expect((await screen.findByRole("alert")).textContent).toContain("could not be asked");
  });
});
