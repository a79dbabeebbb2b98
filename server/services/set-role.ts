import type { Role } from "@/schemas/account";
import type { UserId } from "@/schemas/primitives";
import type { AccountStore } from "@/server/adapters/db/account-store";
import { unlessRefused } from "@/server/domain/account/account-refusal";

export type SetRoleDeps = {
  readonly accounts: Pick<AccountStore, "setRole">;
  /** Tells the log at once which keys the account has lost; after a crash the next sweep does. */
  readonly fileRevocations: () => Promise<unknown>;
  readonly now: () => Date;
};

/**
 * Gives an account another role; it holds from the next request on. Who is no attester any more signs
 * nothing any more: the keys are taken back with the role. May be run again when it failed in between.
 *
 * @throws BeaconError ACCOUNT_NOT_FOUND, ACCOUNT_LAST_ADMIN
 */
export async function setRole(
  deps: SetRoleDeps,
  id: UserId,
  role: Role,
): Promise<{ readonly revokedKeys: number }> {
  const { revokedKeys } = unlessRefused(await deps.accounts.setRole(id, role, deps.now()));
  await deps.fileRevocations();
  return { revokedKeys };
}
