/** Microseconds since 1970: yagna's own precision, finer than a `Date`. */
export type Micros = number;

/** Microseconds of an RFC 3339 instant with any number of decimals; NaN when it is none. */
export function microsOf(instant: string): Micros {
  const [, seconds = "", fraction = "", zone = ""] =
    /^(.*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(instant) ?? [];
  return Date.parse(`${seconds}${zone}`) * 1_000 + Number(fraction.slice(0, 6).padEnd(6, "0"));
}

/** RFC 3339 UTC with six decimals, as yagna writes instants. */
export function instantOf(micros: Micros): string {
  const millis = new Date(Math.floor(micros / 1_000)).toISOString().slice(0, -1);
  return `${millis}${String(micros % 1_000).padStart(3, "0")}Z`;
}
