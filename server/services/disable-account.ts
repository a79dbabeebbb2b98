import type { UserId } from "@/schemas/primitives";
import type { AccountStore } from "@/server/adapters/db/account-store";
import { unlessRefused } from "@/server/domain/account/account-refusal";

export type DisableAccountDeps = {
  readonly accounts: Pick<AccountStore, "disable">;
  /** Revokes the keys that the account signs reports with. Answers how many there were. */
  readonly revokeKeys: (accountId: UserId) => Promise<number>;
  readonly now: () => Date;
};

/**
 * Keeps an account from signing in, ends its sessions at once and revokes its keys. May be run again when it
 * failed in between.
 *
 * @throws BeaconError ACCOUNT_NOT_FOUND, ACCOUNT_LAST_ADMIN
 */
export async function disableAccount(
  deps: DisableAccountDeps,
  id: UserId,
): Promise<{ readonly revokedKeys: number }> {
  unlessRefused(await deps.accounts.disable(id, deps.now()));
  return { revokedKeys: await deps.revokeKeys(id) };
}
