import type { Amount } from "@/schemas/primitives";

/** An amount has at most this many digits after the point: GLM's own unit on Ethereum. */
const DECIMALS = 18;
/** One more than the largest amount's whole part: `Amount` has nine digits before the point. */
const WHOLE_LIMIT = 1_000_000_000n;

/** An amount in whole units of 10^-18, so that arithmetic is exact. */
export function unitsOf(amount: Amount): bigint {
  const [whole = "0", fraction = ""] = amount.split(".");
  return BigInt(whole + fraction.padEnd(DECIMALS, "0"));
}

/**
 * The one spelling of an amount: no leading zeros, no trailing zeros, no bare point.
 *
 * Throws Error on a negative amount or one of a billion or more, which no caller can reach.
 */
export function amountOf(units: bigint): Amount {
  const scale = 10n ** BigInt(DECIMALS);
  const whole = units / scale;
  if (units < 0n || whole >= WHOLE_LIMIT) throw new Error(`no amount has ${units} units`);
  const fraction = (units % scale).toString().padStart(DECIMALS, "0").replace(/0+$/, "");
  return fraction === "" ? `${whole}` : `${whole}.${fraction}`;
}

/** The same amount in its one spelling: `02.50` is `2.5`. */
export const canonicalAmount = (amount: Amount): Amount => amountOf(unitsOf(amount));

/** Negative when `a` is less than `b`, zero when they are worth the same, positive when it is more. */
export function compareAmounts(a: Amount, b: Amount): -1 | 0 | 1 {
  const difference = unitsOf(a) - unitsOf(b);
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
}

/** The exact sum of any number of amounts; `0` of none. */
export const addAmounts = (...amounts: readonly Amount[]): Amount =>
  amountOf(amounts.reduce((sum, amount) => sum + unitsOf(amount), 0n));

/** `a - b`, or null when that would be less than nothing: there are no negative amounts. */
export function subtractAmounts(a: Amount, b: Amount): Amount | null {
  const difference = unitsOf(a) - unitsOf(b);
  return difference < 0n ? null : amountOf(difference);
}
