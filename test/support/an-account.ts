import type { Account } from "@/server/adapters/db/account-store";
import { userIdFrom } from "@/server/domain/identity";
import { NOON, sixteen } from "@/test/support/builders";

/** An attester's account with a password, `hash of right`. */
export const anAccount = (over: Partial<Account> = {}): Account => ({
  id: userIdFrom(sixteen(1)),
  email: "ada@example.org",
  name: "Ada",
  passwordHash: "hash of right",
  role: "attester",
  organisation: null,
  sessionVersion: 1,
  disabledAt: null,
  createdAt: NOON,
  ...over,
});

/** What a store is given to make one. */
export function aNewAccount(n: number, over: Partial<Account> = {}) {
  const {
    sessionVersion: _,
    disabledAt: __,
    ...account
  } = anAccount({
    id: userIdFrom(sixteen(n)),
    email: `person-${n}@example.org`,
    ...over,
  });
  return account;
}

/** `hash of x` is the hash of `x`; remembers what was hashed and compared. */
export function fakePasswords() {
  const hashed: string[] = [];
  return {
    hashed,
    hashPassword: async (password: string) => `hash of ${password}`,
    isPassword: async (password: string, hash: string) => {
      hashed.push(hash);
      return hash === `hash of ${password}`;
    },
  };
}
