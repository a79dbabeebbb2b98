import { instantOf } from "@/server/adapters/golem/micros";

/** RFC 3339 UTC with microseconds, as yagna writes them. */
export type MicroClock = () => string;

/** Instants that always rise: two events never share one, so "newer than" never skips an event. */
export function createMicroClock(now: () => Date): MicroClock {
  let last = 0;
  return () => {
    last = Math.max(last + 1, now().getTime() * 1_000);
    return instantOf(last);
  };
}
