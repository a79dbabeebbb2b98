import { describe, expect, it } from "vitest";
import type { Account } from "@/server/adapters/db/account-store";
import { createThrottle } from "@/server/adapters/keys/throttle";
import { BeaconError } from "@/server/domain/errors";
import { userIdFrom } from "@/server/domain/identity";
import { createAccount } from "@/server/services/create-account";
import { signIn } from "@/server/services/sign-in";
import { NOON, sixteen } from "@/test/support/builders";
import { aClock, counting16 } from "@/test/support/fakes";

const ada: Account = {
  id: userIdFrom(sixteen(1)),
  email: "ada@example.org",
  name: "Ada",
  passwordHash: "hash of right",
  role: "attester",
  sessionVersion: 1,
};

function aDoor(limit = 100) {
  const clock = aClock();
  const hashed: string[] = [];
  const deps = {
    accounts: {
      byEmail: async (email: string) => (email.toLowerCase() === ada.email ? ada : null),
    },
    isPassword: async (password: string, hash: string) => {
      hashed.push(hash);
      return hash === `hash of ${password}`;
    },
    decoyHash: "hash of nothing that anybody knows",
    throttle: createThrottle(limit, 60_000, clock.now),
  };
  const guess = (email: string, password: string) => signIn(deps, { email, password });
  const refusal = async (email: string, password: string) => {
    const error = await guess(email, password).catch((reason: unknown) => reason);
    if (!(error instanceof BeaconError)) throw new Error("it was not refused");
    return { code: error.code, message: error.message, details: error.details };
  };
  return { clock, hashed, guess, refusal };
}

describe("signIn", () => {
  it("gives the account to its password", async () => {
    expect(await aDoor().guess("Ada@example.org", "right")).toBe(ada);
  });

  it("answers alike to an unknown address, a wrong password and too many tries", async () => {
    const unknown = await aDoor().refusal("eve@example.org", "right");
    const wrong = await aDoor().refusal(ada.email, "wrong");
    const throttled = await aDoor(0).refusal(ada.email, "right");
    expect(unknown.code).toBe("SIGN_IN_REFUSED");
    expect(wrong).toEqual(unknown);
    expect(throttled).toEqual(unknown);
  });

  it("hashes once for every guess that it lets through, whether there is an account or not", async () => {
    const door = aDoor(1);
    await door.refusal("eve@example.org", "right");
    await door.refusal(ada.email, "wrong");
    await door.refusal(ada.email, "right");
    expect(door.hashed).toEqual(["hash of nothing that anybody knows", "hash of right"]);
  });

  it("counts tries by address, however it is spelled, and forgets them after a minute", async () => {
    const door = aDoor(2);
    await door.refusal("ADA@example.org", "wrong");
    await door.refusal("ada@EXAMPLE.org", "wrong");
    await door.refusal(ada.email, "right");
    await door.refusal("eve@example.org", "right");
    door.clock.pass(60_000);
    expect(await door.guess(ada.email, "right")).toBe(ada);
  });
});

describe("createAccount", () => {
  const deps = (isNew: boolean) => ({
    accounts: { create: async () => isNew },
    hashPassword: async (password: string) => `hash of ${password}`,
    now: () => NOON,
    random16: counting16(),
  });
  const wanted = { email: "new@example.org", name: "New", role: "admin", password: "x" } as const;

  it("refuses an address that has one", async () => {
    await expect(createAccount(deps(false), wanted)).rejects.toMatchObject({
      code: "ACCOUNT_EXISTS",
    });
  });

  it("names the account by bytes that were handed in", async () => {
    expect(await createAccount(deps(true), wanted)).toEqual({ id: userIdFrom(sixteen(1)) });
  });
});
