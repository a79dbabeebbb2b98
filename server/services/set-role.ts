import type { Role } from "@/schemas/account";
import type { UserId } from "@/schemas/primitives";
import type { AccountStore } from "@/server/adapters/db/account-store";
import { unlessRefused } from "@/server/domain/account/account-refusal";

export type SetRoleDeps = {
  readonly accounts: Pick<AccountStore, "setRole">;
  /** Revokes the keys that the account signs reports with. Answers how many there were. */
  readonly revokeKeys: (accountId: UserId) => Promise<number>;
};

/**
 * Gives an account another role; it holds from the next request on. Who is no attester any more signs
 * nothing any more: the keys are revoked. May be run again when it failed in between.
 *
 * @throws BeaconError ACCOUNT_NOT_FOUND, ACCOUNT_LAST_ADMIN
 */
export async function setRole(
  deps: SetRoleDeps,
  id: UserId,
  role: Role,
): Promise<{ readonly revokedKeys: number }> {
  unlessRefused(await deps.accounts.setRole(id, role));
  return { revokedKeys: role === "attester" ? 0 : await deps.revokeKeys(id) };
}
