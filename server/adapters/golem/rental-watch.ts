import type { AllocationCover } from "@/server/adapters/golem/allocation-cover";
import type { RentalUses } from "@/server/adapters/golem/rental-uses";
import type { RenterBook } from "@/server/adapters/golem/vantage";

export type RentalWatchOptions = {
  readonly uses: Pick<RentalUses, "agreementIds">;
  readonly cover: Pick<AllocationCover, "look">;
  readonly book: Pick<RenterBook, "hold">;
  readonly everyMs: number;
};

/**
 * Says again and again which agreements this process holds, so that no reaper takes one whose machine is
 * still coming up, and looks at whether their allocations still pay for them.
 *
 * @returns stops.
 */
export function watchRentals({ uses, cover, book, everyMs }: RentalWatchOptions): () => void {
  const hold = async () => {
    const ids = uses.agreementIds();
    // A book that takes nothing now is told again in a moment.
    if (ids.length > 0) await book.hold(ids).catch(() => undefined);
  };
  // Neither waits for the other: a yagna that is slow must not make agreements look abandoned.
  const stops = [hold, () => cover.look()].map((work) => repeat(work, everyMs));
  return () => {
    for (const stop of stops) stop();
  };
}

/** Does `work` every `everyMs`, and never a second time while it goes on. */
function repeat(work: () => Promise<void>, everyMs: number): () => void {
  let isAtWork = false;
  const timer = setInterval(() => {
    if (isAtWork) return;
    isAtWork = true;
    void work().finally(() => {
      isAtWork = false;
    });
  }, everyMs).unref();
  return () => clearInterval(timer);
}
