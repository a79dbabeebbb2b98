import { Amount } from "@/schemas/primitives";
import { unitsOf } from "@/server/domain/job/amount";

/** An amount that someone else wrote, in units of 10^-18 GLM; null when it is no plain decimal of at most 18 places. */
export function unitsIn(text: string): bigint | null {
  const amount = Amount.safeParse(text);
  return amount.success ? unitsOf(amount.data) : null;
}
