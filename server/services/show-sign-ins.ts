import type { SignInView } from "@/schemas/account";
import type { SignInId } from "@/schemas/primitives";
import type { SignInStore } from "@/server/adapters/db/sign-in-store";
import { signInState } from "@/server/domain/account/state";
import { instantOf } from "@/server/domain/time";

export type ShowSignInsDeps = {
  readonly signIns: Pick<SignInStore, "ofAccount">;
  readonly now: () => Date;
};

/** Enough to see one that is not one's own. */
const SHOWN_SIGN_INS = 50;

/**
 * The last 50 sign-ins of an account, newest first.
 *
 * @param current the one that asks; null: the command line.
 */
export async function showSignIns(
  deps: ShowSignInsDeps,
  accountId: string,
  current: SignInId | null,
): Promise<readonly SignInView[]> {
  const now = deps.now();
  return (await deps.signIns.ofAccount(accountId, SHOWN_SIGN_INS)).map((signIn) => ({
    id: signIn.id,
    method: signIn.method,
    userAgent: signIn.userAgent,
    state: signInState(signIn, now),
    isThis: signIn.id === current,
    createdAt: instantOf(signIn.createdAt),
    lastSeenAt: instantOf(signIn.lastSeenAt),
    expiresAt: instantOf(signIn.expiresAt),
  }));
}
