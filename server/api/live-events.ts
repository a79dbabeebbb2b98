import type { LiveEvent } from "@/schemas/live-event";
import type { EventBus } from "@/server/adapters/db/event-bus";

/** Where somebody goes on who has seen the events up to some id. */
export type StartingPoint = {
  /** Everything after this id is still to be told. */
  readonly from: string;
  readonly oldest: string | null;
  readonly newest: string | null;
  /** Whether events may be missing before it: they are kept no longer, or the id was never given out here. */
  readonly hasGap: boolean;
};

/** Finds where to go on after `id`; from null: with what happens from now on. */
export async function startingPoint(
  bus: Pick<EventBus, "range">,
  id: string | null,
): Promise<StartingPoint> {
  const range = await bus.range();
  const [oldest, newest] = [range?.oldest ?? null, range?.newest ?? null];
  const end = newest ?? "0";
  if (id === null) return { from: end, oldest, newest, hasGap: false };
  // An id of another database: to wait for ids beyond it would be to miss all that come before.
  if (BigInt(id) > BigInt(end)) return { from: end, oldest, newest, hasGap: true };
  const hasGap = oldest !== null && BigInt(id) + 1n < BigInt(oldest);
  return { from: id, oldest, newest, hasGap };
}

/**
 * All events after `id`, each once and in order: first what is stored, then what comes, until `signal`
 * aborts. What is stored is read page by page as it is taken, and joined by what comes only at its end:
 * who reads slowly keeps nothing in memory here.
 */
export async function* eventsAfter(
  bus: Pick<EventBus, "since" | "follow">,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<LiveEvent, void, undefined> {
  let last = id;
  async function* stored() {
    for (let page = await bus.since(last); page.length > 0; page = await bus.since(last))
      for (const event of page) {
        if (signal.aborted) return;
        last = event.id;
        yield event;
      }
  }
  yield* stored();
  // Follow first, then read what came before one followed: nothing falls between.
  const following = bus.follow(signal);
  yield* stored();
  for await (const event of following) {
    if (BigInt(event.id) <= BigInt(last)) continue;
    last = event.id;
    yield event;
  }
}
