/** The first yagna that golem-js 3.6.0 works with (its MIN_SUPPORTED_YAGNA). */
const OLDEST = [0, 15, 2] as const;

/** The first yagna that knows the test network `hoodi` (its config-payments.toml, 2025-10-03). */
const OLDEST_FOR_HOODI = [0, 17, 4] as const;

/**
 * The oldest version that would do in place of `version`; null when it will do itself. What holds no
 * three numbers will not do.
 *
 * @param network what is paid on; null: not known.
 */
export function yagnaNeeded(version: string, network: string | null): string | null {
  const needed = network === "hoodi" ? OLDEST_FOR_HOODI : OLDEST;
  const [, ...digits] = /(\d+)\.(\d+)\.(\d+)/.exec(version) ?? [];
  const given = digits.map(Number);
  const isEnough = given.length === needed.length && compare(given, needed) >= 0;
  return isEnough ? null : needed.join(".");
}

/** Negative when `a` is the older one. */
function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
