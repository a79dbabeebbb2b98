import type { Pause } from "@/server/adapters/clock/deadline";
import type { Account, AccountStore } from "@/server/adapters/db/account-store";
import type { Challenges } from "@/server/adapters/keys/challenges";
import type { Throttle } from "@/server/adapters/keys/throttle";
import { BeaconError, isBeaconError } from "@/server/domain/errors";

export type SignInDeps = {
  readonly accounts: Pick<AccountStore, "byEmail">;
  readonly challenges: Pick<Challenges, "isOurs" | "spend">;
  readonly isPassword: (password: string, hash: string) => Promise<boolean>;
  /** A hash of no known password: a stranger's guess takes as long as one at a real account. */
  readonly decoyHash: string;
  readonly throttle: Pick<Throttle, "take">;
  readonly now: () => Date;
  readonly pause: Pause;
};

/** What somebody signs in with: a challenge is good once, so a request that is sent again signs nobody in. */
export type SignInAttempt = {
  readonly email: string;
  readonly password: string;
  readonly challenge: string;
};

/** A refusal takes so long, whatever it was for: some three times what a hash takes on a small machine. */
const REFUSED_AFTER_MS = 500;

/**
 * The account that an e-mail address and a password belong to.
 *
 * @throws BeaconError SIGN_IN_REFUSED, with the same words and after the same time for an unknown address,
 *   a wrong password, a disabled account and too many tries, so that nobody learns which addresses have
 *   accounts; CHALLENGE_REFUSED, alike, for a challenge that is none, too old, or taken before.
 */
export async function signIn(deps: SignInDeps, attempt: SignInAttempt): Promise<Account> {
  const beganAt = deps.now().getTime();
  try {
    return await admit(deps, attempt);
  } catch (error) {
    if (isBeaconError(error))
      await deps.pause(Math.max(0, beganAt + REFUSED_AFTER_MS - deps.now().getTime()), []);
    throw error;
  }
}

async function admit(deps: SignInDeps, attempt: SignInAttempt): Promise<Account> {
  const { email, password, challenge } = attempt;
  // Before the tries are counted: what nobody was given a challenge for takes nobody's try.
  if (!deps.challenges.isOurs("sign-in", challenge)) throw refused("CHALLENGE_REFUSED");
  // Before the hash: a flood of guesses must not cost the machine what one guess costs.
  if (!deps.throttle.take(email.toLowerCase())) throw refused("SIGN_IN_REFUSED");
  if (!(await deps.challenges.spend("sign-in", challenge))) throw refused("CHALLENGE_REFUSED");
  const account = await deps.accounts.byEmail(email);
  const isRight = await deps.isPassword(password, account?.passwordHash ?? deps.decoyHash);
  const mayEnter = account !== null && account.passwordHash !== null && account.disabledAt === null;
  if (!mayEnter || !isRight) throw refused("SIGN_IN_REFUSED");
  return account;
}

const refused = (code: "SIGN_IN_REFUSED" | "CHALLENGE_REFUSED"): BeaconError =>
  new BeaconError(
    code,
    "E-mail address and password do not fit, or there were too many tries; wait a minute and try again.",
  );
