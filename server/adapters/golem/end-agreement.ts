import { golemFailure, statusOf, within } from "@/server/adapters/golem/golem-failure";
import type { Yagna } from "@/server/adapters/golem/yagna-events";

/** How long yagna may take for one answer, unless the caller has less time. */
export const END_MS = 5_000;

/** Statuses with which yagna says that an agreement is over, or that it never knew it. */
const OVER: readonly (number | null)[] = [404, 410];

/** Statuses with which yagna says that an agreement is in a state that this cannot end. */
const WRONG_STATE: readonly (number | null)[] = [400, 409];

/**
 * Ends an agreement in whatever state it is: one that nobody signed is taken back, one that is approved
 * is terminated. Safe to repeat.
 *
 * golem-js's `stopAndFinalize` gives up at the activity of a provider that is gone, and never comes to
 * the agreement; this asks for the agreement alone.
 *
 * @returns null when it is over for sure; otherwise why it is not. A provider that cannot be reached never
 * hears of it, and yagna keeps the agreement.
 */
export async function endAgreement(
  yagna: Yagna,
  agreementId: string,
  reason: string,
  waitMs = END_MS,
): Promise<string | null> {
  const { market } = yagna;
  try {
    await within(market.terminateAgreement(agreementId, { message: reason }), waitMs);
    return null;
  } catch (error) {
    if (OVER.includes(statusOf(error))) return null;
    if (!WRONG_STATE.includes(statusOf(error))) return wordsOf(error);
  }
  try {
    await within(market.cancelAgreement(agreementId, { message: reason }), waitMs);
    return null;
  } catch (error) {
    return OVER.includes(statusOf(error))
      ? null
      : await finalState(yagna, agreementId, error, waitMs);
  }
}

/** States from which no agreement returns. */
const FINAL_STATES: readonly string[] = ["Cancelled", "Rejected", "Expired", "Terminated"];

/** Null when the agreement stands in a final state: neither call above may be used on those. */
async function finalState(
  { market }: Yagna,
  agreementId: string,
  cause: unknown,
  waitMs: number,
): Promise<string | null> {
  try {
    const { state } = await within(market.getAgreement(agreementId), waitMs);
    // A proposal that was never confirmed was never sent: its provider knows of nothing.
    return FINAL_STATES.includes(state) || state === "Proposal" ? null : wordsOf(cause);
  } catch (error) {
    return OVER.includes(statusOf(error)) ? null : wordsOf(error);
  }
}

const wordsOf = (error: unknown): string =>
  golemFailure("GOLEM_SETTLEMENT_FAILED", "the agreement was not ended", error).message;
