import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { createQueryClient } from "@/components/query-client";
import { type UserActs, UserAdminParts } from "@/components/users/user-admin";
import type { AccountView, InvitationView } from "@/schemas/account";
import type { Instant, InvitationId, UserId } from "@/schemas/primitives";

afterEach(cleanup);

const AT = "2026-11-22T12:00:00.000Z" as Instant;
const anAccount = (over: Partial<AccountView> = {}): AccountView => ({
  id: "usr-ada" as UserId,
  email: "ada@example.org",
  name: "Ada",
  role: "attester",
  organisation: "The Daily Example",
  signsInWith: ["password"],
  createdAt: AT,
  disabledAt: null,
  openSessions: 2,
  lastSeenAt: AT,
  ...over,
});
const anInvitation = (over: Partial<InvitationView> = {}): InvitationView => ({
  id: "inv-1" as InvitationId,
  email: "joan@example.org",
  name: "Joan",
  role: "reader",
  organisation: null,
  state: "open",
  createdAt: AT,
  expiresAt: AT,
  ...over,
});

type Shown = {
  accounts?: readonly AccountView[];
  invitations?: readonly InvitationView[];
  acts?: Partial<UserActs>;
};

/** What was called, by name, with what. */
function show({ accounts = [anAccount()], invitations = [], acts = {} }: Shown = {}) {
  const calls: unknown[][] = [];
  const act =
    <T,>(name: keyof UserActs, answer: T) =>
    async (...given: unknown[]): Promise<T> => {
      calls.push([name, ...given]);
      return answer;
    };
  render(
    <QueryClientProvider client={createQueryClient()}>
      <UserAdminParts
        accounts={accounts}
        invitations={invitations}
        hasMoreInvitations={false}
        acts={{
          setRole: act("setRole", { revokedKeys: 0 }),
          setOrganisation: act("setOrganisation", { revokedKeys: 1 }),
          disable: act("disable", { revokedKeys: 0 }),
          enable: act("enable", null),
          endSessions: act("endSessions", null),
          invite: act("invite", { link: "http://x/invitations/secret", expiresAt: AT }),
          withdraw: act("withdraw", null),
          ...acts,
        }}
      />
    </QueryClientProvider>,
  );
  return calls;
}
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));
const refused = (code: string, message: string) => () =>
  Promise.reject(Object.assign(new Error(message), { data: { beaconCode: code } }));

describe("the accounts", () => {
  it("show who somebody is, how they sign in, and when they were seen", () => {
    show({
      accounts: [
        anAccount(),
        anAccount({
          id: "usr-2" as UserId,
          email: "new@example.org",
          role: "attester",
          organisation: null,
          signsInWith: [],
          lastSeenAt: null,
          openSessions: 0,
          disabledAt: AT,
        }),
      ],
    });
    const [ada, other] = screen.getAllByRole("listitem");
    expect(ada?.textContent).toContain("2 open sessions");
    expect(ada?.textContent).toContain("The Daily Example");
    expect(other?.textContent).toContain("this attester enrols no key");
    expect(other?.textContent).toContain("OpenID Connect, and has not yet");
    expect(other?.textContent).toContain("no sign-in is known");
    expect(other?.textContent).toContain("disabled");
  });

  it("say when there are none, and keep names of any length and script as they are", () => {
    show({ accounts: [] });
    expect(screen.getByText("There are no more accounts.")).toBeTruthy();
    cleanup();
    const name = `${"Wolfeschlegelsteinhausenbergerdorff".repeat(3).slice(0, 90)} أ`;
    show({ accounts: [anAccount({ name })] });
    expect(screen.getByText(name).getAttribute("dir")).toBe("ltr");
  });

  it("change in one step, and say which keys are revoked with it", async () => {
    const calls = show();
    press(/Change role or organisation of ada/);
    const form = screen.getByRole("form", { name: "Change ada@example.org" });
    fireEvent.change(within(form).getByLabelText(/^Organisation/), {
      target: { value: " Another " },
    });
    press("Save");
    expect((await screen.findByRole("status")).textContent).toContain("1 key of this account is");
    expect(calls).toEqual([["setOrganisation", "usr-ada", "Another"]]);
  });

  it("change nothing that was not changed", async () => {
    const calls = show();
    press(/Change role or organisation of ada/);
    press("Save");
    await screen.findByRole("button", { name: /Change role/ });
    expect(calls).toEqual([]);
  });

  it("are disabled after asking once", async () => {
    const calls = show();
    press("Disable ada@example.org…");
    press("Keep it");
    press("Disable ada@example.org…");
    press("Disable the account");
    await screen.findByRole("button", { name: /Change role/ });
    expect(calls).toEqual([["disable", "usr-ada"]]);
  });

  it("say why when the last admin cannot go", async () => {
    const disable = refused("ACCOUNT_LAST_ADMIN", "This is the last admin who may sign in.");
    show({ acts: { disable } });
    press("Disable ada@example.org…");
    press("Disable the account");
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("This is the last admin");
    expect(alert.textContent).toContain("ACCOUNT_LAST_ADMIN");
  });

  it("are enabled again, and their sessions ended", async () => {
    const calls = show({ accounts: [anAccount({ disabledAt: AT, openSessions: 1 })] });
    press("Enable ada@example.org");
    await expect.poll(() => calls).toHaveLength(1);
    press("End the sessions of ada@example.org");
    await expect
      .poll(() => calls)
      .toEqual([
        ["enable", "usr-ada"],
        ["endSessions", "usr-ada"],
      ]);
  });
});

/** Fills in the form and sends it. */
function inviteJoan(): void {
  press("Invite somebody");
  const form = screen.getByRole("region", { name: "Invite somebody" });
  fireEvent.change(within(form).getByLabelText("E-mail"), { target: { value: "joan@x.org" } });
  fireEvent.change(within(form).getByLabelText("Name"), { target: { value: "Joan" } });
  press("Make the link");
}

describe("an invitation", () => {
  it("is made, and its link shown once", async () => {
    const calls = show();
    inviteJoan();
    const link = (await screen.findByLabelText("Link of the invitation")) as HTMLInputElement;
    expect(link.value).toBe("http://x/invitations/secret");
    expect(calls).toEqual([
      [
        "invite",
        {
          email: "joan@x.org",
          name: "Joan",
          role: "attester",
          organisation: null,
          validDays: 7,
        },
      ],
    ]);
    press("Done");
    expect(screen.queryByLabelText("Link of the invitation")).toBeNull();
    press("Invite somebody");
    expect(screen.getByLabelText("E-mail")).toHaveProperty("value", "");
  });

  it("says why it is not made", async () => {
    const invite = refused("ACCOUNT_EXISTS", "There is an account for joan@x.org already.");
    show({ acts: { invite } });
    inviteJoan();
    expect((await screen.findByRole("alert")).textContent).toContain("There is an account");
  });

  it("is withdrawn while it is open, and only then", async () => {
    const calls = show({
      invitations: [
        anInvitation(),
        anInvitation({ id: "inv-2" as InvitationId, state: "accepted" }),
        anInvitation({ id: "inv-3" as InvitationId, state: "expired" }),
        anInvitation({ id: "inv-4" as InvitationId, state: "withdrawn" }),
      ],
    });
    const buttons = screen.getAllByRole("button", { name: /^Withdraw/ });
    expect(buttons).toHaveLength(1);
    press("Withdraw the invitation of joan@example.org");
    await expect.poll(() => calls.map(([name, id]) => [name, id])).toEqual([["withdraw", "inv-1"]]);
  });

  it("nobody got one: that is said", () => {
    show();
    expect(screen.getByText("Nobody has been invited yet.")).toBeTruthy();
  });
});
