import type { NewInvitation } from "@/schemas/account";
import type { InvitationId } from "@/schemas/primitives";
import type { AccountStore } from "@/server/adapters/db/account-store";
import type { InvitationStore } from "@/server/adapters/db/invitation-store";
import { invitationTokenFrom, invitationTokenHash } from "@/server/domain/account/invitation-token";
import { BeaconError } from "@/server/domain/errors";
import { invitationIdFrom } from "@/server/domain/identity";

export type CreateInvitationDeps = {
  readonly accounts: Pick<AccountStore, "byEmail">;
  readonly invitations: Pick<InvitationStore, "create">;
  readonly now: () => Date;
  readonly random16: () => Uint8Array;
};

const DAY_MS = 24 * 3_600_000;

/**
 * Invites somebody to make an account. The answer's token is the secret of the link, and is kept nowhere.
 *
 * @throws BeaconError ACCOUNT_EXISTS
 */
export async function createInvitation(
  deps: CreateInvitationDeps,
  invitedBy: string,
  { validDays, ...invited }: NewInvitation,
): Promise<{ readonly id: InvitationId; readonly token: string; readonly expiresAt: Date }> {
  if ((await deps.accounts.byEmail(invited.email)) !== null)
    throw new BeaconError("ACCOUNT_EXISTS", `There is an account for ${invited.email} already.`);
  const id = invitationIdFrom(deps.random16());
  const token = invitationTokenFrom(deps.random16(), deps.random16());
  const createdAt = deps.now();
  const expiresAt = new Date(createdAt.getTime() + validDays * DAY_MS);
  await deps.invitations.create(
    { id, ...invited, invitedBy, createdAt, expiresAt },
    invitationTokenHash(token),
  );
  return { id, token, expiresAt };
}
