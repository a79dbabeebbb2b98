/** The largest number that a PostgreSQL `integer` holds. */
const MAX_INTEGER = 2_147_483_647;

/** What JSON can spell and PostgreSQL cannot keep: a NUL character, and half a character. */
const UNSTORABLE = /\0|\p{Surrogate}/gu;

/**
 * Text that somebody else wrote, as PostgreSQL can keep it: what it cannot becomes U+FFFD. What must
 * be kept byte for byte lies in a block.
 */
export const storableText = <T extends string | null>(text: T): T =>
  (text === null ? null : text.replace(UNSTORABLE, "\uFFFD")) as T;

/** A count that somebody else stated; null when no column can hold it, which nothing real reaches. */
export const storableCount = (count: number | null): number | null =>
  count !== null && count <= MAX_INTEGER ? count : null;
