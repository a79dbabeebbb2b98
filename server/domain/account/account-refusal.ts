import { BeaconError } from "@/server/domain/errors";

/** Why an account was not changed, as its store says. */
type Refusal = "last-admin" | "not-found";

/**
 * What came of a change that was made.
 *
 * @throws BeaconError ACCOUNT_NOT_FOUND, ACCOUNT_LAST_ADMIN unless the account was changed
 */
export function unlessRefused<T extends object>(change: T | Refusal): T {
  if (change === "not-found") throw noSuchAccount();
  if (change === "last-admin")
    throw new BeaconError(
      "ACCOUNT_LAST_ADMIN",
      "This is the last admin who may sign in; make another one first.",
    );
  return change;
}

/** There is no account of that id. */
export const noSuchAccount = (): BeaconError =>
  new BeaconError("ACCOUNT_NOT_FOUND", "There is no such account.");
