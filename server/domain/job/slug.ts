/** The most characters that a name of the spec's alphabet may have. */
export const SLUG_LENGTH = 64;

/**
 * A name in the spec's alphabet out of somebody's words: `Llama 3.2:1b` is `llama-3-2-1b`.
 *
 * @param fallback what it is when nothing is left of the words.
 */
export function slugOf(words: string, fallback: string, length = SLUG_LENGTH): string {
  const slug = words
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, length)
    .replace(/-+$/, "");
  return slug === "" ? fallback : slug;
}
