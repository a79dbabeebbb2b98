import { fairTotal, type Prices, unitsAbove } from "@/server/domain/golem/prices";
import { amountOf } from "@/server/domain/job/amount";

/** A provider's bill, as far as it is judged. */
export type BillFacts = {
  readonly document: "invoice" | "debit-note";
  /** What it asks for in all, in units of 10^-18 GLM; null when that is no plain decimal of at most 18 places. */
  readonly units: bigint | null;
  /** What a debit note is for; null for an invoice. */
  readonly activityId: string | null;
};

/** What is known of the agreement that a bill names. */
export type BillAccount = {
  readonly prices: Prices;
  readonly startedAt: Date;
  /** When it ended; null: it has not, or nobody here knows when. */
  readonly endedAt: Date | null;
  /** Null: there was none. */
  readonly activityId: string | null;
  /** The largest total that was accepted of it so far, in units. */
  readonly acceptedUnits: bigint;
  /** Whether an invoice of it was accepted. */
  readonly isFinal: boolean;
  /** Debit notes of it that came before this one. */
  readonly notes: number;
};

export type BillVerdict = { readonly accept: boolean; readonly reason: string };

/** How many debit notes are read at all: golem-js negotiates one in two minutes, a flood has thousands. */
const NOTES_AT_ONCE = 30;
const NOTES_PER_MINUTE = 30;

const refuse = (reason: string): BillVerdict => ({ accept: false, reason });
const glm = (units: bigint): string => `${amountOf(units)} GLM`;

/** Whether a debit note is one too many after so long, be it a fair one. */
export const isFlood = (notes: number, elapsedMs: number): boolean =>
  notes >= NOTES_AT_ONCE + (Math.max(0, elapsedMs) / 60_000) * NOTES_PER_MINUTE;

/**
 * Decides on a bill by rule, the first that speaks: it must name an agreement of ours (`account` is
 * null otherwise), be a plain decimal, come before the final bill, not be one of a flood, be for the
 * agreement's own activity, not ask for less than was accepted already (totals never fall), and not
 * for more than its own prices come to by the time that has passed.
 */
export function judgeBill(bill: BillFacts, account: BillAccount | null, now: Date): BillVerdict {
  if (account === null) return refuse("it names no agreement of ours");
  if (bill.units === null) return refuse("its amount is no plain decimal of at most 18 places");
  if (account.isFinal) return refuse("the agreement's final bill was accepted already");
  const elapsedMs = (account.endedAt ?? now).getTime() - account.startedAt.getTime();
  if (bill.document === "debit-note" && isFlood(account.notes, elapsedMs))
    return refuse("there were too many debit notes before it");
  if (bill.document === "debit-note" && bill.activityId !== account.activityId)
    return refuse("it is for an activity that is not the agreement's");
  if (bill.units < account.acceptedUnits)
    return refuse(`it asks for less than the ${glm(account.acceptedUnits)} accepted already`);
  const fair = unitsAbove(fairTotal(account.prices, elapsedMs));
  if (bill.units > fair)
    return refuse(`its own prices come to ${glm(fair)} at most after ${seconds(elapsedMs)}`);
  return {
    accept: true,
    reason: `within the ${glm(fair)} that its prices come to at most after ${seconds(elapsedMs)}`,
  };
}

const seconds = (elapsedMs: number): string => `${Math.ceil(Math.max(0, elapsedMs) / 1_000)} s`;
