const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

/** `4,212`. */
export const formatCount = (n: number | bigint): string => whole.format(n);

/** `1 answer`, `12 answers`: a number with its unit. */
export const counted = (n: number | bigint, one: string, many = `${one}s`): string =>
  `${formatCount(n)} ${Number(n) === 1 ? one : many}`;

/** `Germany`, `Germany and Kenya`, `Germany, Kenya and Brazil`. */
export function listed(words: readonly string[]): string {
  const last = words.at(-1);
  if (last === undefined) return "";
  return words.length === 1 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}

/** `3.2 kB`, in powers of ten. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return counted(bytes, "byte");
  return bytes < 1_000_000
    ? `${(bytes / 1_000).toFixed(1)} kB`
    : `${(bytes / 1_000_000).toFixed(2)} MB`;
}

/** `840 ms` below a second, `1.9 s` above. */
export const formatDuration = (ms: number): string =>
  ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
