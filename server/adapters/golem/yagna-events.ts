import type { GolemNetwork } from "@golem-sdk/golem-js";
import { within } from "@/server/adapters/golem/golem-failure";

/** yagna's REST, as golem-js opens it. */
export type Yagna = GolemNetwork["services"]["yagna"];

/** Pauses after failed questions: doubled each time, so that a yagna that is away costs next to nothing. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/** How much longer than it was asked to wait yagna may take for a poll's answer. */
const LATE_MS = 10_000;

/** Before yagna's first event. Its own clock says what is newer from there on, never ours. */
const BEGINNING = "1970-01-01T00:00:00.000000Z";

/** A question that golem-js's client can take back. */
type Cancelable<T> = Promise<T> & { cancel(): void };

export type EventsOptions<Event extends { readonly eventDate: string }> = {
  /** How long yagna is asked to wait for events in one poll. */
  readonly pollSeconds: number;
  /** One long poll for what is newer than `after`. */
  readonly read: (after: string) => Cancelable<readonly Event[]>;
  /** Called one event after the other; the next poll waits for it. What it throws is not an event's end. */
  readonly take: (event: Event) => Promise<void>;
};

/**
 * Follows one of yagna's event lists until it is stopped.
 *
 * In place of golem-js's own pollers: those ask again without a pause when yagna is away, start at the
 * requestor's clock, and end for good with one answer that they cannot read.
 *
 * @returns stops following.
 */
export function followEvents<Event extends { readonly eventDate: string }>({
  pollSeconds,
  read,
  take,
}: EventsOptions<Event>): () => void {
  let isOver = false;
  let after = BEGINNING;
  let pauseMs = FIRST_PAUSE_MS;
  let interrupt = () => {};
  const once = async () => {
    const asked = read(after);
    interrupt = () => asked.cancel();
    try {
      // A connection that went silent would never answer, and no bill would be heard of again.
      for (const event of await within(asked, pollSeconds * 1_000 + LATE_MS)) {
        if (isOver) return;
        await take(event).catch(() => undefined);
        after = event.eventDate;
      }
      pauseMs = FIRST_PAUSE_MS;
    } catch {
      asked.cancel();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pauseMs).unref();
        interrupt = () => {
          clearTimeout(timer);
          resolve();
        };
        if (isOver) interrupt();
      });
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }
  };
  const run = async () => {
    while (!isOver) await once();
  };
  void run();
  return () => {
    isOver = true;
    interrupt();
  };
}
