import type { Amount } from "@/schemas/primitives";
import { unitsOf } from "@/server/domain/job/amount";

/** How a task closed, as far as it says what its service charges. */
export type ChargedOutcome =
  | { readonly kind: "RESULT"; readonly costUsd: Amount | null }
  | { readonly kind: "FAILURE"; readonly wasSent: boolean }
  | { readonly kind: "WITHDRAWAL" };

/**
 * What a closed task counts against its job's dollars. Where nobody can know, everything that was put
 * aside for it counts: a cap that holds only when services are kind is none.
 */
export function chargeOf(outcome: ChargedOutcome, reserved: Amount): Amount {
  if (outcome.kind === "RESULT" && outcome.costUsd !== null) return outcome.costUsd;
  return outcome.kind === "FAILURE" && !outcome.wasSent ? "0" : reserved;
}

/** The tasks, in order, that `left` units of 10^-18 pay for: those that cost nothing, and paid ones until the first too dear. */
export function affordable<T extends { readonly atMost: Amount }>(
  tasks: readonly T[],
  left: bigint,
): { readonly tasks: readonly T[]; readonly total: bigint } {
  let total = 0n;
  let isSpent = false;
  const paid = tasks.filter(({ atMost }) => {
    const units = unitsOf(atMost);
    if (units === 0n) return true;
    isSpent ||= total + units > left;
    if (!isSpent) total += units;
    return !isSpent;
  });
  return { tasks: paid, total };
}
