import type { ClaimedIdentity } from "@/schemas/account";
import type { Account, AccountStore } from "@/server/adapters/db/account-store";
import type { IdentityStore } from "@/server/adapters/db/identity-store";
import { BeaconError } from "@/server/domain/errors";

export type SignInWithIdentityDeps = {
  readonly identities: Pick<IdentityStore, "accountOf" | "link">;
  readonly accounts: Pick<AccountStore, "byEmail">;
  readonly now: () => Date;
};

/**
 * The account of who signs in with OpenID Connect. An identity that is known signs in; one that is not is
 * linked once, for good, to the account with its verified e-mail address. Nobody gets an account this way.
 *
 * @throws BeaconError SIGN_IN_REFUSED, with the same words whether there is no account, it is disabled, the
 *   address is not verified, or another identity of the same provider has the account.
 */
export async function signInWithIdentity(
  deps: SignInWithIdentityDeps,
  { issuer, subject, email, isEmailVerified }: ClaimedIdentity,
): Promise<Account> {
  const identity = { issuer, subject };
  const known = await deps.identities.accountOf(identity);
  if (known !== null) return unlessDisabled(known);
  if (email === null || !isEmailVerified) throw refused();
  const account = unlessDisabled(await deps.accounts.byEmail(email));
  if (await deps.identities.link(identity, account.id, deps.now())) return account;
  // Of two sign-ins at once, the other may have linked it.
  const linked = await deps.identities.accountOf(identity);
  if (linked?.id !== account.id) throw refused();
  return account;
}

function unlessDisabled(account: Account | null): Account {
  if (account === null || account.disabledAt !== null) throw refused();
  return account;
}

const refused = (): BeaconError =>
  new BeaconError(
    "SIGN_IN_REFUSED",
    "No account here that is open belongs to this person. Ask who runs this portal for an invitation.",
  );
