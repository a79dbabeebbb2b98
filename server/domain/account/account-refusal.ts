import { BeaconError } from "@/server/domain/errors";

/** What came of a change of an account, as its store says. */
type Change = "changed" | "last-admin" | "not-found";

/** @throws BeaconError ACCOUNT_NOT_FOUND, ACCOUNT_LAST_ADMIN unless the account was changed */
export function unlessRefused(change: Change): void {
  if (change === "not-found") throw noSuchAccount();
  if (change === "last-admin")
    throw new BeaconError(
      "ACCOUNT_LAST_ADMIN",
      "This is the last admin who may sign in; make another one first.",
    );
}

/** There is no account of that id. */
export const noSuchAccount = (): BeaconError =>
  new BeaconError("ACCOUNT_NOT_FOUND", "There is no such account.");
