import { describe, expect, it } from "vitest";
import type { ClaimedIdentity } from "@/schemas/account";
import type { Account } from "@/server/adapters/db/account-store";
import type { Identity } from "@/server/adapters/db/identity-store";
import { signInWithIdentity } from "@/server/services/sign-in-with-identity";
import { anAccount } from "@/test/support/an-account";
import { NOON } from "@/test/support/builders";

const issuer = "https://id.example.org";
const ada = anAccount();
const claimed = (over: Partial<ClaimedIdentity> = {}): ClaimedIdentity => ({
  issuer,
  subject: "248289761001",
  email: "Ada@example.org",
  isEmailVerified: true,
  ...over,
});

/** Accounts, and identities that are linked as the database links them. */
function aHouse(account: Account | null = ada, linked: readonly [Identity, Account][] = []) {
  const identities = [...linked];
  const ofIdentity = (identity: Identity) =>
    identities.find(
      ([one]) => one.issuer === identity.issuer && one.subject === identity.subject,
    )?.[1] ?? null;
  const deps = {
    identities: {
      accountOf: async (identity: Identity) => ofIdentity(identity),
      link: async (identity: Identity, accountId: string) => {
        const isTaken =
          ofIdentity(identity) !== null ||
          identities.some(([one, { id }]) => one.issuer === identity.issuer && id === accountId);
        if (!isTaken && account !== null) identities.push([identity, account]);
        return !isTaken;
      },
    },
    accounts: {
      byEmail: async (email: string) => (account?.email === email.toLowerCase() ? account : null),
    },
    now: () => NOON,
  };
  return { identities, deps, enter: (who: ClaimedIdentity) => signInWithIdentity(deps, who) };
}

describe("somebody who comes from a provider of OpenID Connect", () => {
  it("is linked once by the verified address, and known by the subject ever after", async () => {
    const house = aHouse();
    expect(await house.enter(claimed())).toBe(ada);
    expect(house.identities).toEqual([[{ issuer, subject: "248289761001" }, ada]]);
    expect(await house.enter(claimed({ email: null, isEmailVerified: false }))).toBe(ada);
    expect(house.identities).toHaveLength(1);
  });

  it.each<[string, ReturnType<typeof aHouse>, ClaimedIdentity]>([
    ["whose address is not verified", aHouse(), claimed({ isEmailVerified: false })],
    ["who has no address", aHouse(), claimed({ email: null })],
    ["who has no account", aHouse(null), claimed()],
    ["whose account is disabled", aHouse(anAccount({ disabledAt: NOON })), claimed()],
    [
      "whose linked account was disabled",
      aHouse(null, [[claimed(), anAccount({ disabledAt: NOON })]]),
      claimed(),
    ],
    [
      "who was given the address after somebody else",
      aHouse(ada, [[{ issuer, subject: "another" }, ada]]),
      claimed(),
    ],
  ])("%s is refused, and nothing is linked", async (_, house, who) => {
    const before = house.identities.length;
    await expect(house.enter(who)).rejects.toMatchObject({ code: "SIGN_IN_REFUSED" });
    expect(house.identities).toHaveLength(before);
  });

  it("may come twice at once the first time", async () => {
    const house = aHouse();
    const { link } = house.deps.identities;
    // The other is quicker by one step.
    house.deps.identities.link = async (identity, accountId) => {
      await link(identity, accountId);
      return false;
    };
    expect(await house.enter(claimed())).toBe(ada);
  });
});
