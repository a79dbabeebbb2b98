import type { UserId } from "@/schemas/primitives";
import type { AccountStore } from "@/server/adapters/db/account-store";
import { noSuchAccount } from "@/server/domain/account/account-refusal";

export type SetOrganisationDeps = {
  readonly accounts: Pick<AccountStore, "byId" | "setOrganisation">;
  /** Revokes the keys that the account signs reports with. Answers how many there were. */
  readonly revokeKeys: (accountId: UserId) => Promise<number>;
};

/**
 * Says for whom an attester speaks. Keys are registered in the log with the organisation that they were
 * enrolled for: with another one they are revoked, and new ones have to be enrolled.
 *
 * @throws BeaconError ACCOUNT_NOT_FOUND
 */
export async function setOrganisation(
  deps: SetOrganisationDeps,
  id: UserId,
  organisation: string | null,
): Promise<{ readonly revokedKeys: number }> {
  const account = await deps.accounts.byId(id);
  if (account === null) throw noSuchAccount();
  if (account.organisation === organisation) return { revokedKeys: 0 };
  // Before, so that it can be run again when it fails in between; after, for a key enrolled meanwhile.
  const before = await deps.revokeKeys(id);
  await deps.accounts.setOrganisation(id, organisation);
  return { revokedKeys: before + (await deps.revokeKeys(id)) };
}
