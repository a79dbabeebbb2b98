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

/** `840 ms` below a second, `1.9 s` below two minutes, then `3 min 5 s` and `2 h 10 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${formatCount(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}
