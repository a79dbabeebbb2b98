import type { InvitationStore } from "@/server/adapters/db/invitation-store";
import type { Throttle } from "@/server/adapters/keys/throttle";
import { invitationTokenHash } from "@/server/domain/account/invitation-token";
import { invitationRefused, openInvitation } from "@/server/domain/account/open-invitation";
import { passwordProblem } from "@/server/domain/account/password-problem";
import { BeaconError } from "@/server/domain/errors";
import { userIdFrom } from "@/server/domain/identity";

export type AcceptInvitationDeps = {
  readonly invitations: Pick<InvitationStore, "byTokenHash" | "accept">;
  readonly hashPassword: (password: string) => Promise<string>;
  readonly throttle: Pick<Throttle, "take">;
  readonly now: () => Date;
  readonly random16: () => Uint8Array;
};

/**
 * Makes the account that an invitation is for, with the password that its owner chose. However often and
 * by however many it is asked, there is one account.
 *
 * @throws BeaconError INVITATION_REFUSED, in the same words for a link that is unknown, used, withdrawn, too
 *   old, tried too often, or made by who is no admin any more; PASSWORD_TOO_WEAK; ACCOUNT_EXISTS when the address got an account meanwhile
 */
export async function acceptInvitation(
  deps: AcceptInvitationDeps,
  token: string,
  password: string,
): Promise<{ readonly email: string }> {
  const found = await deps.invitations.byTokenHash(invitationTokenHash(token));
  const invitation = openInvitation(found, deps.now());
  const problem = passwordProblem(password, invitation);
  if (problem !== null) throw new BeaconError("PASSWORD_TOO_WEAK", problem);
  if (!deps.throttle.take(invitation.id)) throw invitationRefused();
  const { email, name, role, organisation } = invitation;
  const id = userIdFrom(deps.random16());
  const passwordHash = await deps.hashPassword(password);
  const at = deps.now();
  const account = { id, email, name, role, organisation, passwordHash, createdAt: at };
  const outcome = await deps.invitations.accept(invitation.id, account, at);
  if (outcome === "refused") throw invitationRefused();
  if (outcome === "exists")
    throw new BeaconError("ACCOUNT_EXISTS", `There is an account for ${email} already.`);
  return { email };
}
