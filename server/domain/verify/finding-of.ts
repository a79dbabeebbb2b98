import { BeaconError } from "@/server/domain/errors";
import { type Finding, fails, holds } from "@/server/domain/verify/report";

/**
 * Makes a finding of a check that throws when it does not hold.
 *
 * `instanceof` is right here: the verifier throws and catches within one copy of its modules.
 */
export function findingOf(check: () => void, whenHolds: string, whenFails: string): Finding {
  try {
    check();
    return holds(whenHolds);
  } catch (error) {
    if (error instanceof BeaconError) return fails(whenFails, error.code);
    throw error;
  }
}
