import type { AccountStore } from "@/server/adapters/db/account-store";
import type { Throttle } from "@/server/adapters/keys/throttle";
import { passwordProblem } from "@/server/domain/account/password-problem";
import { BeaconError } from "@/server/domain/errors";

export type ChangePasswordDeps = {
  readonly accounts: Pick<AccountStore, "byId" | "setPassword">;
  readonly hashPassword: (password: string) => Promise<string>;
  readonly isPassword: (password: string, hash: string) => Promise<boolean>;
  readonly throttle: Pick<Throttle, "take">;
  readonly now: () => Date;
};

/**
 * Gives an account a new password and ends all of its sessions, also the one that asks: who knew the old
 * one is out.
 *
 * @throws BeaconError SIGN_IN_REFUSED when the old one is wrong or was tried too often; PASSWORD_TOO_WEAK;
 *   ACCOUNT_NOT_FOUND, also for an account without a password
 */
export async function changePassword(
  deps: ChangePasswordDeps,
  accountId: string,
  { current, next }: { readonly current: string; readonly next: string },
): Promise<void> {
  const account = await deps.accounts.byId(accountId);
  if (account === null || account.passwordHash === null)
    throw new BeaconError("ACCOUNT_NOT_FOUND", "There is no password here that could be changed.");
  const problem = passwordProblem(next, account);
  if (problem !== null) throw new BeaconError("PASSWORD_TOO_WEAK", problem);
  const isRight =
    deps.throttle.take(account.id) && (await deps.isPassword(current, account.passwordHash));
  if (!isRight)
    throw new BeaconError(
      "SIGN_IN_REFUSED",
      "The password so far is another one, or there were too many tries; wait a minute and try again.",
    );
  await deps.accounts.setPassword(account.id, await deps.hashPassword(next), deps.now());
}
