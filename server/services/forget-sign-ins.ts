import type { ChallengeStore } from "@/server/adapters/db/challenge-store";
import type { SignInStore } from "@/server/adapters/db/sign-in-store";

export type ForgetSignInsDeps = {
  readonly spentChallenges: Pick<ChallengeStore, "forget">;
  readonly signIns: Pick<SignInStore, "forget">;
  readonly now: () => Date;
};

/** So long people see where they were signed in. */
const SIGN_INS_KEPT_MS = 90 * 24 * 3_600_000;

/** Forgets challenges that nobody takes any more, and sign-ins of long ago. */
export async function forgetSignIns({
  spentChallenges,
  signIns,
  now,
}: ForgetSignInsDeps): Promise<void> {
  const at = now();
  await spentChallenges.forget(at);
  await signIns.forget(new Date(at.getTime() - SIGN_INS_KEPT_MS));
}
