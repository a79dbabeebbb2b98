import { expect, it } from "vitest";
import type { Invitation } from "@/server/adapters/db/invitation-store";
import { invitationTokenHash } from "@/server/domain/account/invitation-token";
import { invitationIdFrom } from "@/server/domain/identity";
import { aNewAccount } from "@/test/support/an-account";
import { NOON, sixteen } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const after = (ms: number) => new Date(NOON.getTime() + ms);
const tokenHash = (n: number) => invitationTokenHash(`token ${n}`);

async function invited(n: number, over: Partial<Invitation> = {}) {
  const invitation = {
    id: invitationIdFrom(sixteen(n)),
    email: `Person-${n}@example.org`,
    name: `Person ${n}`,
    role: "attester" as const,
    organisation: "The Daily Example",
    invitedBy: "operator",
    createdAt: after(n),
    expiresAt: after(1_000),
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
    createdAt: after(1),
    expiresAt: after(1_000),
    acceptedAt: null,
    withdrawnAt: null,
  });
  expect(await invitations.byTokenHash(tokenHash(99))).toBeNull();
});

it("makes one account, by however many it is accepted at once", async () => {
  const { invitations, accounts } = house.context;
  const { id } = await invited(2);
  const outcomes = await Promise.all(
    [20, 21, 22].map((n) =>
      invitations.accept(id, aNewAccount(n, { email: "person-2@example.org" }), after(3)),
    ),
  );
  expect(outcomes.toSorted()).toEqual(["accepted", "refused", "refused"]);
  expect(await accounts.byEmail("person-2@example.org")).toMatchObject({ role: "attester" });
  expect((await invitations.byTokenHash(tokenHash(2)))?.acceptedAt).toEqual(after(3));
});

it("makes none once it is withdrawn or too old", async () => {
  const { invitations, accounts } = house.context;
  const withdrawn = await invited(3);
  const old = await invited(4);
  expect(await invitations.withdraw(withdrawn.id, after(5))).toBe(true);
  expect(await invitations.withdraw(withdrawn.id, after(6))).toBe(false);
  expect(await invitations.accept(withdrawn.id, aNewAccount(30), after(6))).toBe("refused");
  expect(await invitations.accept(old.id, aNewAccount(31), after(1_000))).toBe("refused");
  expect(await accounts.byEmail("person-30@example.org")).toBeNull();
  expect(await accounts.byEmail("person-31@example.org")).toBeNull();
});

it("stays open when the address has an account by now, and cannot be withdrawn once it was accepted", async () => {
  const { invitations, accounts } = house.context;
  const { id } = await invited(5);
  await accounts.create(aNewAccount(40));
  const same = aNewAccount(41, { email: "person-40@example.org" });
  expect(await invitations.accept(id, same, after(6))).toBe("exists");
  expect((await invitations.byTokenHash(tokenHash(5)))?.acceptedAt).toBeNull();
  expect(await invitations.accept(id, aNewAccount(42), after(6))).toBe("accepted");
  expect(await invitations.withdraw(id, after(7))).toBe(false);
});

it("is listed, newest first, after the one that is named", async () => {
  const { invitations } = house.context;
  const [first, second] = await invitations.list({ cursor: null, limit: 2 });
  expect([first?.name, second?.name]).toEqual(["Person 5", "Person 4"]);
  const rest = await invitations.list({ cursor: second?.id ?? null, limit: 9 });
  expect(rest.map(({ name }) => name)).toEqual(["Person 3", "Person 2", "Person 1"]);
});
