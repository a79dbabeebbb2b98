/**
 * The number that an ASCII decimal without sign, spaces or leading zeroes stands for, as C2SP's
 * formats write sizes and positions; null for anything else and above 2^53 - 1.
 */
export function fromDecimal(text: string): number | null {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}
