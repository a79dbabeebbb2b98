import type { Amount } from "@/schemas/primitives";
import type { MoneyLine } from "@/schemas/snapshot";
import { addAmounts, subtractAmounts } from "@/server/domain/job/amount";

/** One purse: what it may come to, what is put aside, what is gone. */
export type Purse = { readonly cap: Amount; readonly reserved: Amount; readonly spent: Amount };

/**
 * A job's purse in GLM. While its allocation is open, all that is left of the budget is put aside there,
 * so that nobody else can spend it; once it is given back, nothing is.
 */
export const glmPurse = (cap: Amount, spent: Amount, isAllocated: boolean): Purse => ({
  cap,
  spent,
  reserved: isAllocated ? (subtractAmounts(cap, spent) ?? "0") : "0",
});

/** What pages show of a purse. More than the cap is never spent; should it be, nothing remains. */
export const moneyLineOf = (
  currency: MoneyLine["currency"],
  { cap, reserved, spent }: Purse,
): MoneyLine => ({
  currency,
  cap,
  reserved,
  spent,
  remaining: subtractAmounts(cap, addAmounts(reserved, spent)) ?? "0",
});
