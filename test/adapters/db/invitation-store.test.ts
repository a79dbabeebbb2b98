import { describe, expect, it } from "vitest";
import type { UserId } from "@/schemas/primitives";
import type { Invitation } from "@/server/adapters/db/invitation-store";
import { invitationTokenHash } from "@/server/domain/account/invitation-token";
import { invitationIdFrom } from "@/server/domain/identity";
import { aNewAccount } from "@/test/support/an-account";
import { NOON, sixteen } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const at = (ms: number) => new Date(NOON.getTime() + ms);
const tokenHash = (n: number) => invitationTokenHash(`token ${n}`);

async function invited(n: number, over: Partial<Invitation> = {}) {
  const invitation = {
    id: invitationIdFrom(sixteen(n)),
    email: `Person-${n}@example.org`,
    name: `Person ${n}`,
    role: "attester" as const,
    organisation: "The Daily Example",
    invitedBy: "operator",
    createdAt: at(n),
    expiresAt: at(1_000),
    ...over,
  };
  await house.context.invitations.create(invitation, tokenHash(n));
  return invitation;
}

it("is found by the hash of its token alone", async () => {
  const { invitations } = house.context;
  const { id } = await invited(1);
  expect(await invitations.byTokenHash(tokenHash(1))).toEqual({
    id,
    email: "person-1@example.org",
    name: "Person 1",
    role: "attester",
    organisation: "The Daily Example",
    invitedBy: "operator",
    createdAt: at(1),
    expiresAt: at(1_000),
    acceptedAt: null,
    withdrawnAt: null,
    isBacked: true,
  });
  expect(await invitations.byTokenHash(tokenHash(99))).toBeNull();
});

it("makes one account, by however many it is accepted at once", async () => {
  const { invitations, accounts } = house.context;
  const { id } = await invited(2);
  const outcomes = await Promise.all(
    [20, 21, 22].map((n) =>
      invitations.accept(id, aNewAccount(n, { email: "person-2@example.org" }), at(3)),
    ),
  );
  expect(outcomes.toSorted()).toEqual(["accepted", "refused", "refused"]);
  expect(await accounts.byEmail("person-2@example.org")).toMatchObject({ role: "attester" });
  expect((await invitations.byTokenHash(tokenHash(2)))?.acceptedAt).toEqual(at(3));
});

it("makes none once it is withdrawn or too old", async () => {
  const { invitations, accounts } = house.context;
  const withdrawn = await invited(3);
  const old = await invited(4);
  expect(await invitations.withdraw(withdrawn.id, at(5))).toBe(true);
  expect(await invitations.withdraw(withdrawn.id, at(6))).toBe(false);
  expect(await invitations.accept(withdrawn.id, aNewAccount(30), at(6))).toBe("refused");
  expect(await invitations.accept(old.id, aNewAccount(31), at(1_000))).toBe("refused");
  expect(await accounts.byEmail("person-30@example.org")).toBeNull();
  expect(await accounts.byEmail("person-31@example.org")).toBeNull();
});

it("stays open when the address has an account by now, and cannot be withdrawn once it was accepted", async () => {
  const { invitations, accounts } = house.context;
  const { id } = await invited(5);
  await accounts.create(aNewAccount(40));
  const same = aNewAccount(41, { email: "person-40@example.org" });
  expect(await invitations.accept(id, same, at(6))).toBe("exists");
  expect((await invitations.byTokenHash(tokenHash(5)))?.acceptedAt).toBeNull();
  expect(await invitations.accept(id, aNewAccount(42), at(6))).toBe("accepted");
  expect(await invitations.withdraw(id, at(7))).toBe(false);
});

describe("an invitation by an admin", () => {
  const gone = [
    ["disabled", (id: UserId) => house.context.accounts.disable(id, at(7))],
    ["an attester", (id: UserId) => house.context.accounts.setRole(id, "attester", at(7))],
  ] as const;
  /** An admin who has invited somebody. */
  async function anInviter(n: number) {
    const admin = aNewAccount(n, { role: "admin" });
    await house.context.accounts.create(admin);
    const { id } = await invited(n, { invitedBy: admin.id, createdAt: at(-n) });
    return { admin: admin.id, id };
  }
  const isBacked = async (n: number) =>
    (await house.context.invitations.byTokenHash(tokenHash(n)))?.isBacked;

  it.each(gone)("is worth nothing while they are %s", async (what, change) => {
    const { accounts, invitations } = house.context;
    await accounts.create(aNewAccount(49, { role: "admin" }));
    const n = what === "disabled" ? 50 : 51;
    const { admin, id } = await anInviter(n);
    expect(await isBacked(n)).toBe(true);
    await change(admin);
    expect(await isBacked(n)).toBe(false);
    expect(await invitations.accept(id, aNewAccount(n + 20), at(8))).toBe("refused");
    expect(await accounts.byEmail(`person-${n + 20}@example.org`)).toBeNull();
    await accounts.enable(admin);
    await accounts.setRole(admin, "admin", at(9));
    expect(await invitations.accept(id, aNewAccount(n + 20), at(9))).toBe("accepted");
  });

  it("is worth nothing by an account that there is not", async () => {
    const { id } = await invited(52, { invitedBy: "usr-nobody", createdAt: at(-52) });
    expect(await house.context.invitations.accept(id, aNewAccount(72), at(8))).toBe("refused");
  });

  it("makes no account behind their being disabled: of both at once, one waits", async () => {
    const { accounts, invitations } = house.context;
    for (const n of [53, 54, 55, 56]) {
      const { admin, id } = await anInviter(n);
      const [outcome, disabled] = await Promise.all([
        invitations.accept(id, aNewAccount(n + 20), at(8)),
        accounts.disable(admin, at(8)),
      ]);
      expect(disabled).toEqual({ revokedKeys: 0 });
      const made = await accounts.byEmail(`person-${n + 20}@example.org`);
      expect(made !== null).toBe(outcome === "accepted");
    }
  });
});

it("is listed, newest first, after the one that is named", async () => {
  const { invitations } = house.context;
  const [first, second] = await invitations.list({ cursor: null, limit: 2 });
  expect([first?.name, second?.name]).toEqual(["Person 5", "Person 4"]);
  const rest = await invitations.list({ cursor: second?.id ?? null, limit: 3 });
  expect(rest.map(({ name }) => name)).toEqual(["Person 3", "Person 2", "Person 1"]);
});
