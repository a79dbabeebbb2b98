import { BeaconError } from "@/server/domain/errors";

/** The largest size or position that C2SP's formats name, and so the largest that is read here: 2^63 - 1. */
export const MAX_POSITION = 0x7fff_ffff_ffff_ffffn;

/**
 * The number that an ASCII decimal without sign, spaces or leading zeroes stands for, as C2SP's
 * formats write sizes and positions; null for anything else and above 2^63 - 1.
 */
export function fromDecimal(text: string): bigint | null {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(text)) return null;
  const value = BigInt(text);
  return value > MAX_POSITION ? null : value;
}

/**
 * A size or position as a number, for stores and services, whose own logs end below 2^53.
 *
 * @throws BeaconError LOG_POSITION_INVALID when a number would not be exact.
 */
export function toSafeNumber(position: bigint): number {
  const value = Number(position);
  if (!Number.isSafeInteger(value))
    throw new BeaconError("LOG_POSITION_INVALID", `${position} is beyond what is kept here`);
  return value;
}

/** A size or position in JSON: a number where every reader keeps it exact, else its decimal. */
export const jsonPosition = (position: bigint): number | string =>
  position > BigInt(Number.MAX_SAFE_INTEGER) ? String(position) : Number(position);
