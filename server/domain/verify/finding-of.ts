import { BeaconError } from "@/server/domain/errors";
import { type Decided, fails, holds } from "@/server/domain/verify/report";

/** Makes a finding of a check that throws, or rejects, when it does not hold. */
export async function findingOf(
  check: () => unknown,
  whenHolds: string,
  whenFails: string,
): Promise<Decided> {
  try {
    await check();
    return holds(whenHolds);
  } catch (error) {
    return fails(whenFails, refusalIn(error).code);
  }
}

/**
 * What was caught, when it says that something is refused; anything else is thrown on.
 *
 * `instanceof` is right here: the verifier throws and catches within one copy of its modules.
 */
export function refusalIn(error: unknown): BeaconError {
  if (error instanceof BeaconError) return error;
  throw error;
}
