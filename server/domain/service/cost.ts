import type { Amount } from "@/schemas/primitives";
import { amountOf, unitsOf } from "@/server/domain/job/amount";
import type { Price } from "@/server/domain/service/prices";

const MILLION = 1_000_000n;

/**
 * What a chat template adds to the texts at most: role marks, separators, the start of the answer. The
 * vendors document some four tokens a message; two messages are sent, and there is room to spare.
 */
const TEMPLATE_TOKENS = 256n;

/** The price of so many tokens, exact, rounded up to the amount's last digit. */
const priceOfTokens = (tokens: bigint, usdPerMillion: Amount): bigint =>
  (tokens * unitsOf(usdPerMillion) + MILLION - 1n) / MILLION;

/**
 * What one answer cost by the service's own count, in US dollars, or null: the service did not count.
 * Discounts for cached input are not looked at, and every input token is taken at the dearest price
 * that it may have, so it is never less than the bill at these prices.
 *
 * @param usage as the service said; output counts thinking too.
 */
export function costOf(
  usage: { readonly promptTokens: number | null; readonly completionTokens: number | null },
  price: Price,
): Amount | null {
  const { promptTokens, completionTokens } = usage;
  if (promptTokens === null || completionTokens === null) return null;
  return amountOf(
    priceOfTokens(BigInt(promptTokens), price.inputAtMostUsd) +
      priceOfTokens(BigInt(completionTokens), price.outputUsd),
  );
}

/**
 * The most that one question can cost, in US dollars: what is put aside before it is asked.
 *
 * A token stands for at least one byte of UTF-8 (byte-level and byte-fallback tokenizers), so a text
 * has at most as many tokens as bytes.
 *
 * @param promptBytes UTF-8 bytes of the system prompt and the prompt together.
 * @param maxOutputTokens the most that the service may write, thinking included.
 */
export const costAtMost = (promptBytes: number, maxOutputTokens: number, price: Price): Amount =>
  amountOf(
    priceOfTokens(BigInt(promptBytes) + TEMPLATE_TOKENS, price.inputAtMostUsd) +
      priceOfTokens(BigInt(maxOutputTokens), price.outputUsd),
  );
