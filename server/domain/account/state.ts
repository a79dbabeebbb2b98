import type { InvitationState, SignInState } from "@/schemas/account";

type Moments<K extends string> = Readonly<Record<K, Date | null>> & { readonly expiresAt: Date };

/** What an invitation is at a time. Only an open one can be accepted. */
export function invitationState(
  { acceptedAt, withdrawnAt, expiresAt }: Moments<"acceptedAt" | "withdrawnAt">,
  now: Date,
): InvitationState {
  if (acceptedAt !== null) return "accepted";
  if (withdrawnAt !== null) return "withdrawn";
  return expiresAt.getTime() <= now.getTime() ? "expired" : "open";
}

/** What a sign-in is at a time. Only an open one's cookie is anybody's. */
export function signInState({ endedAt, expiresAt }: Moments<"endedAt">, now: Date): SignInState {
  if (endedAt !== null) return "ended";
  return expiresAt.getTime() <= now.getTime() ? "expired" : "open";
}
