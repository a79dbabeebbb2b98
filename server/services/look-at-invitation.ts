import type { OpenInvitation } from "@/schemas/account";
import type { InvitationStore } from "@/server/adapters/db/invitation-store";
import { invitationTokenHash } from "@/server/domain/account/invitation-token";
import { openInvitation } from "@/server/domain/account/open-invitation";
import { instantOf } from "@/server/domain/time";

export type LookAtInvitationDeps = {
  readonly invitations: Pick<InvitationStore, "byTokenHash">;
  readonly now: () => Date;
};

/** What the link of an open invitation says. @throws BeaconError INVITATION_REFUSED */
export async function lookAtInvitation(
  deps: LookAtInvitationDeps,
  token: string,
): Promise<OpenInvitation> {
  const found = await deps.invitations.byTokenHash(invitationTokenHash(token));
  const { email, name, role, organisation, expiresAt } = openInvitation(found, deps.now());
  return { email, name, role, organisation, expiresAt: instantOf(expiresAt) };
}
