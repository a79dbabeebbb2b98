import type { UserId } from "@/schemas/primitives";
import type { AccountStore } from "@/server/adapters/db/account-store";
import { unlessRefused } from "@/server/domain/account/account-refusal";

export type DisableAccountDeps = {
  readonly accounts: Pick<AccountStore, "disable">;
  /** Tells the log at once which keys the account has lost; after a crash the next sweep does. */
  readonly fileRevocations: () => Promise<unknown>;
  readonly now: () => Date;
};

/**
 * Keeps an account from signing in, ends its sessions and takes its keys back, all at once. May be run again
 * when it failed in between.
 *
 * @throws BeaconError ACCOUNT_NOT_FOUND, ACCOUNT_LAST_ADMIN
 */
export async function disableAccount(
  deps: DisableAccountDeps,
  id: UserId,
): Promise<{ readonly revokedKeys: number }> {
  const { revokedKeys } = unlessRefused(await deps.accounts.disable(id, deps.now()));
  await deps.fileRevocations();
  return { revokedKeys };
}
