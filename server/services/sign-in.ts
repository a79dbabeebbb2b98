import type { Account, AccountStore } from "@/server/adapters/db/account-store";
import { BeaconError } from "@/server/domain/errors";

export type SignInDeps = {
  readonly accounts: Pick<AccountStore, "byEmail">;
  readonly isPassword: (password: string, hash: string) => Promise<boolean>;
  /** A hash of no known password: a stranger's guess takes as long as one at a real account. */
  readonly decoyHash: string;
  readonly throttle: { take(key: string): boolean };
};

/**
 * The account that an e-mail address and a password belong to.
 *
 * @throws BeaconError SIGN_IN_REFUSED, with the same words for an unknown address, a wrong password
 *   and too many guesses, so that nobody learns which addresses have accounts.
 */
export async function signIn(
  deps: SignInDeps,
  credentials: { readonly email: string; readonly password: string },
): Promise<Account> {
  const isAllowed = deps.throttle.take(credentials.email.toLowerCase());
  const account = await deps.accounts.byEmail(credentials.email);
  const isRight = await deps.isPassword(
    credentials.password,
    account?.passwordHash ?? deps.decoyHash,
  );
  if (account === null || !isRight || !isAllowed)
    throw new BeaconError(
      "SIGN_IN_REFUSED",
      "E-mail address and password do not fit, or there were too many tries; wait a minute and try again.",
    );
  return account;
}
