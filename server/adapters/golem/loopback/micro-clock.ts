/** RFC 3339 UTC with microseconds, as yagna writes them. */
export type MicroClock = () => string;

/** Instants that always rise: two events never share one, so "newer than" never skips an event. */
export function createMicroClock(now: () => Date): MicroClock {
  let last = 0;
  return () => {
    last = Math.max(last + 1, now().getTime() * 1_000);
    const millis = new Date(Math.floor(last / 1_000)).toISOString().slice(0, -1);
    return `${millis}${String(last % 1_000).padStart(3, "0")}Z`;
  };
}

/** Microseconds since 1970 of an RFC 3339 UTC instant with any number of decimals; NaN when it is none. */
export function microsOf(instant: string): number {
  const [, seconds = "", fraction = ""] = /^(.*?)(?:\.(\d+))?Z$/.exec(instant) ?? [];
  return Date.parse(`${seconds}Z`) * 1_000 + Number(fraction.slice(0, 6).padEnd(6, "0"));
}
