import { Bell } from "@/server/adapters/golem/bell";
import type { MicroClock } from "@/server/adapters/golem/loopback/micro-clock";
import { ok, type Reply } from "@/server/adapters/golem/loopback/reply";
import type { Call } from "@/server/adapters/golem/loopback/router";
import { microsOf } from "@/server/adapters/golem/micros";

/** How many events are kept: far more than a requestor can be behind. */
const MAX_EVENTS = 10_000;

type Entry = { readonly session: string | null; readonly micros: number; readonly event: object };

/** Events that a requestor long-polls for. Each belongs to the app session that its agreement was confirmed in. */
export class EventLog {
  readonly #clock: MicroClock;
  readonly #bell = new Bell();
  readonly #entries: Entry[] = [];

  constructor(clock: MicroClock) {
    this.#clock = clock;
  }

  append(session: string | null, event: object): void {
    const eventDate = this.#clock();
    this.#entries.push({ session, micros: microsOf(eventDate), event: { eventDate, ...event } });
    if (this.#entries.length > MAX_EVENTS) this.#entries.shift();
    this.#bell.ring();
  }

  /** Answers at once when something is strictly newer than `afterTimestamp`, else after `timeout` seconds with `[]`. */
  async poll({ query, closed }: Call): Promise<Reply> {
    const after = microsOf(query.get("afterTimestamp") ?? "1970-01-01T00:00:00Z");
    const session = query.get("appSessionId");
    const newer = () =>
      this.#entries.filter((entry) => entry.session === session && entry.micros > after);
    await this.#bell.until(() => newer().length > 0, secondsOf(query, "timeout", 5), closed);
    return ok(
      newer()
        .slice(0, Number(query.get("maxEvents") ?? 20))
        .map(({ event }) => event),
    );
  }
}

/** A duration that a query gives in seconds, in milliseconds. */
export function secondsOf(query: URLSearchParams, name: string, otherwise: number): number {
  const seconds = Number(query.get(name) ?? otherwise);
  return 1_000 * (Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 120) : otherwise);
}
