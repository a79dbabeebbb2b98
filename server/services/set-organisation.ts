import type { UserId } from "@/schemas/primitives";
import type { AccountStore } from "@/server/adapters/db/account-store";
import { unlessRefused } from "@/server/domain/account/account-refusal";

export type SetOrganisationDeps = {
  readonly accounts: Pick<AccountStore, "setOrganisation">;
  /** Tells the log at once which keys the account has lost; after a crash the next sweep does. */
  readonly fileRevocations: () => Promise<unknown>;
  readonly now: () => Date;
};

/**
 * Says for whom an attester speaks. Keys are registered in the log with the organisation that they were
 * enrolled for: with another one they are taken back, and new ones have to be enrolled. May be run again when
 * it failed in between.
 *
 * @throws BeaconError ACCOUNT_NOT_FOUND
 */
export async function setOrganisation(
  deps: SetOrganisationDeps,
  id: UserId,
  organisation: string | null,
): Promise<{ readonly revokedKeys: number }> {
  const change = await deps.accounts.setOrganisation(id, organisation, deps.now());
  const { revokedKeys } = unlessRefused(change);
  await deps.fileRevocations();
  return { revokedKeys };
}
