import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { createQueryClient } from "@/components/query-client";
import { AcceptFormParts } from "@/components/session/accept-form";
import { AccountFacts } from "@/components/session/account-facts";
import { PasswordFormParts } from "@/components/session/password-form";
import { refusalWords } from "@/components/session/refusal-words";
import { SignInListParts } from "@/components/session/sign-in-list";
import type { OwnAccount, SignInView } from "@/schemas/account";
import type { Instant, SignInId } from "@/schemas/primitives";

afterEach(cleanup);

const AT = "2026-11-22T12:00:00.000Z" as Instant;
const GOOD = "correct horse battery staple";
const ada = { email: "ada@example.org", name: "Ada" };

const aSignIn = (n: number, over: Partial<SignInView> = {}): SignInView => ({
  id: `sgn-${n}` as SignInId,
  method: "password",
  userAgent: `Browser ${n}`,
  state: "open",
  isThis: false,
  createdAt: AT,
  lastSeenAt: AT,
  expiresAt: AT,
  ...over,
});

const refused = (code: string, message: string) => () =>
  Promise.reject(Object.assign(new Error(message), { data: { beaconCode: code } }));

const type = (label: string, value: string) =>
  fireEvent.change(screen.getByLabelText(label, { selector: "input" }), { target: { value } });
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));

describe("one's own sign-ins", () => {
  function show(signIns: readonly SignInView[], fails?: () => Promise<never>) {
    const done: string[] = [];
    const acts = {
      end: fails ?? (async (id: string) => void done.push(id)),
      endAll: fails ?? (async () => void done.push("all")),
    };
    render(
      <QueryClientProvider client={createQueryClient()}>
        <SignInListParts signIns={signIns} acts={acts} />
      </QueryClientProvider>,
    );
    return done;
  }

  it("say which is this one, and let the other open ones be ended", async () => {
    const done = show([
      aSignIn(1, { isThis: true }),
      aSignIn(2, { method: "oidc" }),
      aSignIn(3, { state: "ended" }),
      aSignIn(4, { state: "expired" }),
    ]);
    const [, ...rows] = screen.getAllByRole("row");
    expect(rows.map((row) => within(row).queryByRole("button")?.textContent ?? "none")).toEqual([
      "none",
      "End it",
      "none",
      "none",
    ]);
    expect(rows[0]?.textContent).toContain("this browser");
    expect(rows[1]?.textContent).toContain("OpenID Connect");
    press(/End the session of Browser 2/);
    await screen.findByRole("table");
    press(/End all sessions/);
    await expect.poll(() => done).toEqual(["sgn-2", "all"]);
  });

  it("show what a browser calls itself as text, whatever it is", () => {
    show([aSignIn(1, { userAgent: "<b>x</b>\u202e evil" }), aSignIn(2, { userAgent: "" })]);
    expect(screen.getByText(/<b>x<\/b>/)).toBeTruthy();
    expect(screen.getByText("RLO")).toBeTruthy();
    expect(screen.getByText(/does not say what it is/)).toBeTruthy();
  });

  it("say when there is none, and when ending one was refused", async () => {
    show([], refused("ACCOUNT_NOT_FOUND", "There is no such account."));
    expect(screen.getByText("No sign-in of yours is known.")).toBeTruthy();
    press(/End all sessions/);
    expect((await screen.findByRole("alert")).textContent).toContain("There is no such account.");
  });
});

describe("what somebody is here", () => {
  const own = (over: Partial<OwnAccount> = {}): OwnAccount => ({
    ...ada,
    role: "attester",
    organisation: null,
    hasPassword: true,
    ...over,
  });

  it("says what an attester still needs", () => {
    render(<AccountFacts account={own()} />);
    expect(screen.getByText(/you need one to enrol a key/)).toBeTruthy();
  });

  it("says nothing of an organisation to who signs nothing", () => {
    render(<AccountFacts account={own({ role: "reader", hasPassword: false })} />);
    expect(screen.queryByText("Organisation")).toBeNull();
    expect(screen.getByText(/there is no password/)).toBeTruthy();
  });
});

describe("a new password", () => {
  it("is sent with the old one", async () => {
    const sent: unknown[] = [];
    render(<PasswordFormParts {...ada} change={async (both) => void sent.push(both)} />);
    type("Password so far", "old");
    fireEvent.change(screen.getByLabelText(/^New password/), { target: { value: GOOD } });
    press("Change the password");
    await expect.poll(() => sent).toEqual([{ current: "old", next: GOOD }]);
  });

  it("that is weak is not sent, and the sentence says why", async () => {
    const sent: unknown[] = [];
    render(<PasswordFormParts {...ada} change={async (both) => void sent.push(both)} />);
    type("Password so far", "old");
    fireEvent.change(screen.getByLabelText(/^New password/), { target: { value: "short" } });
    press("Change the password");
    expect((await screen.findByRole("alert")).textContent).toContain("at least 12 characters");
    expect(sent).toEqual([]);
  });

  it("that is refused leaves everything as it was, and says so", async () => {
    const change = refused("SIGN_IN_REFUSED", "The password so far is another one.");
    render(<PasswordFormParts {...ada} change={change} />);
    type("Password so far", "old");
    fireEvent.change(screen.getByLabelText(/^New password/), { target: { value: GOOD } });
    press("Change the password");
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("is another one");
    expect(alert.textContent).toContain("is what it was");
    expect(screen.getByRole("button", { name: "Change the password" })).toBeTruthy();
  });

  it("can be looked at while it is typed", () => {
    render(<PasswordFormParts {...ada} change={async () => {}} />);
    const input = screen.getByLabelText(/^New password/) as HTMLInputElement;
    expect(input.type).toBe("password");
    fireEvent.click(screen.getByLabelText("Show what I type"));
    expect(input.type).toBe("text");
  });
});

describe("an invitation", () => {
  it("makes the account with the password that was chosen, and leads on to signing in", async () => {
    const sent: string[] = [];
    render(<AcceptFormParts {...ada} accept={async (password) => void sent.push(password)} />);
    fireEvent.change(screen.getByLabelText(/^Choose a password/), { target: { value: GOOD } });
    press("Make my account");
    expect((await screen.findByRole("status")).textContent).toContain("Your account is made.");
    expect(sent).toEqual([GOOD]);
    expect(screen.getByRole("link", { name: "Sign in" }).getAttribute("href")).toBe(
      "/sign-in?next=/account",
    );
  });

  it("takes no weak password", async () => {
    const sent: string[] = [];
    render(<AcceptFormParts {...ada} accept={async (password) => void sent.push(password)} />);
    fireEvent.change(screen.getByLabelText(/^Choose a password/), {
      target: { value: ada.email },
    });
    press("Make my account");
    expect((await screen.findByRole("alert")).textContent).toContain("e-mail address");
    expect(sent).toEqual([]);
  });

  it("that was used meanwhile says that its link is not good any more", async () => {
    const accept = refused("INVITATION_REFUSED", "This link is not good, or not any more.");
    render(<AcceptFormParts {...ada} accept={accept} />);
    fireEvent.change(screen.getByLabelText(/^Choose a password/), { target: { value: GOOD } });
    press("Make my account");
    expect((await screen.findByRole("alert")).textContent).toContain("not good");
  });
});

describe("who comes back without a session", () => {
  it.each([
    ["AccessDenied", "The newsroom", /The newsroom says who you are, but no account here/],
    ["OAuthSignin", "The newsroom", /The newsroom could not be asked/],
    ["OAuthCallback", "The newsroom", /was not completed/],
    ["<script>", "The newsroom", /was not completed/],
  ])("by %s reads why, and nothing of what stood in the address", (error, name, words) => {
    const said = refusalWords(error, name);
    expect(said).toMatch(words);
    expect(said).toMatch(/^Not signed in: .+\.$/);
    expect(said).not.toContain("<");
  });
});
