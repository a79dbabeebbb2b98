import { describe, expect, it } from "vitest";
import type { Account } from "@/server/adapters/db/account-store";
import { signInIdFrom, userIdFrom } from "@/server/domain/identity";
import { aNewAccount } from "@/test/support/an-account";
import { NOON, sixteen } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();
let n = 0;
/** A change of an account that has no keys. */
const changed = { revokedKeys: 0 };

/** An account that was made, with one open session. */
async function made(over: Partial<Account> = {}) {
  n += 1;
  const { accounts, signIns } = house.context;
  const account = aNewAccount(n, over);
  expect(await accounts.create(account)).toBe(true);
  const session = signInIdFrom(sixteen(n));
  await signIns.open({
    id: session,
    accountId: account.id,
    method: "password",
    userAgent: "a test",
    createdAt: NOON,
    expiresAt: new Date(NOON.getTime() + 3_600_000),
  });
  const now = async () => {
    const found = await signIns.byId(session);
    return { ...found?.account, isOpen: found?.signIn.endedAt === null };
  };
  return { id: account.id, email: account.email, session, now };
}

it("an address has one account, however it is spelled and whoever comes at once", async () => {
  const { accounts } = house.context;
  const answers = await Promise.all(
    ["ada@example.org", "Ada@Example.org", "ADA@EXAMPLE.ORG"].map((email, i) =>
      accounts.create(aNewAccount(200 + i, { email })),
    ),
  );
  expect(answers.filter(Boolean)).toHaveLength(1);
  expect((await accounts.byEmail("aDa@example.ORG"))?.email).toBe("ada@example.org");
  expect(await accounts.count("attester")).toBe(1);
  expect(await accounts.count("admin")).toBe(0);
});

it("nobody has an account that was not made", async () => {
  const { accounts } = house.context;
  const nobody = userIdFrom(sixteen(199));
  expect(await accounts.byEmail("nobody@example.org")).toBeNull();
  expect(await accounts.byId("usr-nobody")).toBeNull();
  expect(await accounts.setRole(nobody, "reader", NOON)).toBe("not-found");
  expect(await accounts.disable(nobody, NOON)).toBe("not-found");
  expect(await accounts.enable(nobody)).toBe(false);
  expect(await accounts.endSessions(nobody, NOON)).toBe(false);
});

describe("sessions that were given out before", () => {
  it("end with a new password", async () => {
    const { id, now } = await made();
    await house.context.accounts.setPassword(id, "scrypt$new", NOON);
    expect(await now()).toMatchObject({
      sessionVersion: 2,
      passwordHash: "scrypt$new",
      isOpen: false,
    });
  });

  it("end when the account is disabled, which keeps the time of the first time", async () => {
    const { id, now } = await made();
    const { accounts } = house.context;
    expect(await accounts.disable(id, NOON)).toEqual(changed);
    expect(await accounts.disable(id, new Date())).toEqual(changed);
    expect(await now()).toMatchObject({ disabledAt: NOON, isOpen: false });
    expect(await accounts.enable(id)).toBe(true);
    expect(await now()).toMatchObject({ disabledAt: null, isOpen: false });
  });

  it("end when an admin ends them, and those of nobody else", async () => {
    const one = await made();
    const other = await made();
    expect(await house.context.accounts.endSessions(one.id, NOON)).toBe(true);
    expect(await one.now()).toMatchObject({ sessionVersion: 2, isOpen: false });
    expect(await other.now()).toMatchObject({ sessionVersion: 1, isOpen: true });
  });
});

describe("the last admin", () => {
  it("stays one, and may sign in", async () => {
    const { accounts } = house.context;
    const { id } = await made({ role: "admin" });
    expect(await accounts.disable(id, NOON)).toBe("last-admin");
    expect(await accounts.setRole(id, "attester", NOON)).toBe("last-admin");
    expect(await accounts.setRole(id, "admin", NOON)).toEqual(changed);
    const disabled = await made({ role: "admin" });
    expect(await accounts.disable(disabled.id, NOON)).toEqual(changed);
    expect(await accounts.setRole(id, "reader", NOON)).toBe("last-admin");
    expect(await accounts.setRole(disabled.id, "reader", NOON)).toEqual(changed);
    expect(await accounts.byId(id)).toMatchObject({ role: "admin", disabledAt: null });
    const successor = await made({ role: "admin" });
    expect(await accounts.setRole(id, "reader", NOON)).toEqual(changed);
    expect(await accounts.disable(successor.id, NOON)).toBe("last-admin");
    await accounts.setRole(id, "admin", NOON);
    await accounts.setRole(successor.id, "reader", NOON);
    expect(await accounts.count("admin")).toBe(1);
  });

  it("is left when all admins leave at once", async () => {
    const { accounts } = house.context;
    const admins = [await made({ role: "admin" }), await made({ role: "admin" })];
    const before = (await accounts.list({ cursor: null, limit: 100, now: NOON })).filter(
      ({ role, disabledAt }) => role === "admin" && disabledAt === null,
    );
    expect(before.length).toBe(admins.length + 1);
    const outcomes = await Promise.all(
      before.map(({ id }, i) =>
        i % 2 === 0 ? accounts.disable(id, NOON) : accounts.setRole(id, "reader", NOON),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === "last-admin")).toHaveLength(1);
    expect(outcomes.filter((outcome) => typeof outcome === "object")).toHaveLength(
      before.length - 1,
    );
  });
});

it("an account speaks for the organisation that was set last", async () => {
  const { accounts } = house.context;
  const { id } = await made();
  await accounts.setOrganisation(id, "The Daily Example", NOON);
  expect(await accounts.byId(id)).toMatchObject({ organisation: "The Daily Example" });
  await accounts.setOrganisation(id, null, NOON);
  expect(await accounts.byId(id)).toMatchObject({ organisation: null });
});

it("a list goes on after the one that it is told, and counts open sessions only", async () => {
  const { accounts, signIns } = house.context;
  const a = await made({ email: "list-a@example.org" });
  const b = await made({ email: "list-b@example.org" });
  const c = await made({ email: "list-c@example.org" });
  await signIns.end(b.id, b.session, NOON);
  const later = new Date(NOON.getTime() + 60_000);
  await signIns.seen(b.session, later, NOON);
  const after = (ms: number) => new Date(NOON.getTime() + ms);
  const [first, second] = await accounts.list({ cursor: a.id, limit: 2, now: later });
  expect(first).toMatchObject({ id: b.id, openSessions: 0, lastSeenAt: later, identities: 0 });
  expect(second).toMatchObject({ id: c.id, openSessions: 1, lastSeenAt: NOON });
  const [same] = await accounts.list({ cursor: b.id, limit: 1, now: after(3_600_000) });
  expect(same).toMatchObject({ id: c.id, openSessions: 0 });
});
