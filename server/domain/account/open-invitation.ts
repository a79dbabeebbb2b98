import { invitationState } from "@/server/domain/account/state";
import { BeaconError } from "@/server/domain/errors";

/**
 * An invitation that can be accepted now: open, and by somebody who may still invite.
 *
 * @throws BeaconError INVITATION_REFUSED, in the same words for one that is unknown, used, withdrawn or too old,
 *   or whose maker is no admin any more
 */
export function openInvitation<
  T extends Parameters<typeof invitationState>[0] & { readonly isBacked: boolean },
>(found: T | null, now: Date): T {
  if (found === null || !found.isBacked || invitationState(found, now) !== "open")
    throw invitationRefused();
  return found;
}

/** What somebody hears whose link opens nothing. */
export const invitationRefused = (): BeaconError =>
  new BeaconError(
    "INVITATION_REFUSED",
    "This link is not good, or not any more. Ask who sent it for a new one.",
  );
