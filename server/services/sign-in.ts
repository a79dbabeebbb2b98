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
  // Before the hash: a flood of guesses must not cost the machine what one guess costs.
  if (!deps.throttle.take(credentials.email.toLowerCase())) throw refused();
  const account = await deps.accounts.byEmail(credentials.email);
  const hash = account?.passwordHash ?? deps.decoyHash;
  const isRight = await deps.isPassword(credentials.password, hash);
  if (account === null || !isRight) throw refused();
  return account;
}

const refused = (): BeaconError =>
  new BeaconError(
    "SIGN_IN_REFUSED",
    "E-mail address and password do not fit, or there were too many tries; wait a minute and try again.",
  );
