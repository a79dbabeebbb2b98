import { expect, it } from "vitest";
import { userIdFrom } from "@/server/domain/identity";
import { NOON, sixteen } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const anAccount = (n: number, email: string) => ({
  id: userIdFrom(sixteen(n)),
  email,
  name: "Ada",
  passwordHash: "scrypt$…",
  role: "attester" as const,
  createdAt: NOON,
});

it("an address has one account, however it is spelled and whoever comes at once", async () => {
  const { accounts } = house.context;
  const answers = await Promise.all(
    ["ada@example.org", "Ada@Example.org", "ADA@EXAMPLE.ORG"].map((email, n) =>
      accounts.create(anAccount(n + 1, email)),
    ),
  );
  expect(answers.filter(Boolean)).toHaveLength(1);
  expect((await accounts.byEmail("aDa@example.ORG"))?.email).toBe("ada@example.org");
  expect(await accounts.count("attester")).toBe(1);
  expect(await accounts.count("admin")).toBe(0);
});

it("a new password ends the sessions that were given out before", async () => {
  const { accounts } = house.context;
  const account = anAccount(9, "grace@example.org");
  await accounts.create(account);
  await accounts.setPassword(account.id, "scrypt$new");
  expect(await accounts.byId(account.id)).toMatchObject({
    sessionVersion: 2,
    passwordHash: "scrypt$new",
  });
});

it("nobody has an account that was not made", async () => {
  expect(await house.context.accounts.byEmail("nobody@example.org")).toBeNull();
  expect(await house.context.accounts.byId("usr-nobody")).toBeNull();
});
