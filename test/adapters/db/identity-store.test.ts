import { beforeAll, expect, it } from "vitest";
import { userIdFrom } from "@/server/domain/identity";
import { aNewAccount } from "@/test/support/an-account";
import { NOON, sixteen } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const [ada, eve] = [userIdFrom(sixteen(1)), userIdFrom(sixteen(2))];
const issuer = "https://id.example.org";
beforeAll(async () => {
  for (const n of [1, 2]) await house.context.accounts.create(aNewAccount(n));
});

it("an account has one identity of an issuer, whoever comes at once", async () => {
  const { identities } = house.context;
  const outcomes = await Promise.all(
    ["one", "two", "three"].map((subject) => identities.link({ issuer, subject }, ada, NOON)),
  );
  expect(outcomes.filter(Boolean)).toHaveLength(1);
  expect(
    await identities.link({ issuer: "https://other.example", subject: "one" }, ada, NOON),
  ).toBe(true);
});

it("an identity is one account's for good", async () => {
  const { identities } = house.context;
  const identity = { issuer: "https://third.example", subject: "same" };
  expect(await identities.link(identity, ada, NOON)).toBe(true);
  expect(await identities.link(identity, eve, NOON)).toBe(false);
  expect(await identities.accountOf(identity)).toMatchObject({ id: ada });
  expect(await identities.accountOf({ ...identity, subject: "Same" })).toBeNull();
  expect(await identities.accountOf({ ...identity, issuer })).toBeNull();
});
