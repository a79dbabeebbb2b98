import { z } from "zod";
import { isAccepted, type ReceivedBill } from "@/server/adapters/golem/answer-bill";
import { unitsIn } from "@/server/adapters/golem/glm";
import { within } from "@/server/adapters/golem/golem-failure";
import type { Yagna } from "@/server/adapters/golem/yagna-events";
import type { BillAccount } from "@/server/domain/golem/judge-bill";
import type { Prices } from "@/server/domain/golem/prices";

/** How long yagna may take for one answer. */
const PATIENCE_MS = 10_000;

const Terms = z.object({
  state: z.string(),
  offer: z.object({
    properties: z.object({
      "golem.com.usage.vector": z.array(z.string()),
      "golem.com.pricing.model.linear.coeffs": z.array(z.number()),
      "golem.inf.cpu.threads": z.number().positive().catch(1),
    }),
  }),
  validTo: z.coerce.date(),
  timestamp: z.coerce.date(),
  approvedDate: z.coerce.date().nullish(),
});

/** yagna's word on how an agreement ended. */
const End = z.object({ eventDate: z.coerce.date() });

/** What a bill asks for in units; -1 when that is no plain decimal, so that it comes below all others. */
export const unitsOf = ({ amount }: ReceivedBill): bigint => unitsIn(amount) ?? -1n;

/**
 * What the bills of an agreement that an earlier process made are judged by, from yagna's own records.
 * Where yagna does not tell when it ended, the time runs until its validity's end, at most until now: its provider
 * may then ask for more than is fair, and the allocation is the limit.
 *
 * Throws when yagna shows no such agreement, or one whose prices cannot be read.
 */
export async function accountOf(
  { yagna, now }: { readonly yagna: Yagna; readonly now: () => Date },
  agreementId: string,
  bills: readonly ReceivedBill[],
): Promise<BillAccount> {
  const dto = await within(yagna.market.getAgreement(agreementId), PATIENCE_MS);
  const { state, offer, validTo, timestamp, approvedDate } = Terms.parse(dto);
  const known = state === "Terminated" ? await endOf(yagna, agreementId) : null;
  const accepted = bills.filter(isAccepted);
  return {
    prices: pricesIn(offer.properties),
    startedAt: approvedDate ?? timestamp,
    endedAt: known ?? new Date(Math.min(validTo.getTime(), now().getTime())),
    activityId: await activityOf(yagna, agreementId, bills),
    acceptedUnits: acceptedUnitsOf(bills),
    isFinal: accepted.some(({ document }) => document === "invoice"),
    notes: 0,
  };
}

/** The largest total that was accepted of an agreement's bills. */
export const acceptedUnitsOf = (bills: readonly ReceivedBill[]): bigint =>
  highest(bills.filter(isAccepted).map(unitsOf));

const highest = (amounts: readonly bigint[]): bigint =>
  [...amounts].sort((a, b) => Number(a - b)).at(-1) ?? 0n;

function pricesIn(offer: z.infer<typeof Terms>["offer"]["properties"]): Prices {
  const vector = offer["golem.com.usage.vector"];
  const coefficients = offer["golem.com.pricing.model.linear.coeffs"];
  const priceOf = (counter: string) => coefficients[vector.indexOf(counter)] ?? 0;
  return {
    start: coefficients.at(-1) ?? 0,
    envSec: priceOf("golem.usage.duration_sec"),
    cpuSec: priceOf("golem.usage.cpu_sec"),
    threads: offer["golem.inf.cpu.threads"],
  };
}

async function endOf({ market }: Yagna, agreementId: string): Promise<Date | null> {
  try {
    const event = await within(market.getTerminateAgreementReason(agreementId), PATIENCE_MS);
    return End.parse(event).eventDate;
  } catch {
    return null;
  }
}

/** The activity that debit notes name, when yagna says that it belongs to the agreement. */
async function activityOf(
  { activity }: Yagna,
  agreementId: string,
  bills: readonly ReceivedBill[],
): Promise<string | null> {
  const ids = new Set(bills.flatMap(({ activityId }) => (activityId === null ? [] : [activityId])));
  for (const id of ids)
    try {
      const owner = await within(activity.state.getActivityAgreement(id), PATIENCE_MS);
      if (owner === agreementId) return id;
    } catch {
      // An activity that yagna does not know is nobody's.
    }
  return null;
}
