import type { LiveEvent } from "@/schemas/live-event";

/** What is stored of the events: those after an id, oldest first and some at a time, and the newest id. */
export type StoredEvents = {
  readonly after: (id: bigint) => Promise<readonly LiveEvent[]>;
  readonly newest: () => Promise<bigint>;
};

export type Followers = {
  /** Joins at once, and yields what followers are told until `signal` aborts. */
  follow(signal: AbortSignal): AsyncIterable<LiveEvent>;
  /**
   * Remembers that somebody has read the events up to `id` and follows from there. Matters only until
   * `catchUp` ends for the first time: what is stored meanwhile has to be told then.
   */
  readUpTo(id: bigint): void;
  /** Tells an event that was notified; an old one, or one that comes twice, is passed over. */
  tell(event: LiveEvent): void;
  /** Keeps back what is told until `catchUp`: older events may have been missed. */
  hold(): void;
  /** Tells what was missed since the last event that was told, then what was kept back. */
  catchUp(): Promise<void>;
};

/** Everyone in this process who follows the events: each gets every event once, in the order of ids. */
export function createFollowers({ after, newest }: StoredEvents): Followers {
  const followers = new Set<(event: LiveEvent) => void>();
  let lastTold: bigint | null = null;
  let readUpTo: bigint | null = null;
  let held: LiveEvent[] | null = null;

  function tellNow(event: LiveEvent): void {
    const id = BigInt(event.id);
    if (lastTold !== null && id <= lastTold) return;
    lastTold = id;
    for (const follower of followers) follower(event);
  }
  async function tellMissed(since: bigint): Promise<void> {
    for (
      let missed = await after(since);
      missed.length > 0;
      missed = await after(lastTold ?? since)
    )
      for (const event of missed) tellNow(event);
  }

  return {
    readUpTo(id) {
      if (lastTold === null && (readUpTo === null || id < readUpTo)) readUpTo = id;
    },
    tell(event) {
      if (held === null) tellNow(event);
      else held.push(event);
    },
    hold() {
      held = [];
    },
    async catchUp() {
      const since = lastTold ?? readUpTo;
      if (since !== null) await tellMissed(since);
      const upTo = lastTold ?? (await newest());
      for (const event of held ?? []) tellNow(event);
      held = null;
      if (lastTold === null || lastTold < upTo) lastTold = upTo;
    },
    follow(signal) {
      const waiting: LiveEvent[] = [];
      let wake: (() => void) | null = null;
      const follower = (event: LiveEvent) => {
        waiting.push(event);
        wake?.();
      };
      const leave = () => {
        followers.delete(follower);
        wake?.();
      };
      if (!signal.aborted) followers.add(follower);
      signal.addEventListener("abort", leave, { once: true });
      return (async function* () {
        try {
          while (!signal.aborted) {
            const event = waiting.shift();
            if (event !== undefined) yield event;
            else
              await new Promise<void>((resolve) => {
                wake = resolve;
              });
          }
        } finally {
          leave();
        }
      })();
    },
  };
}
