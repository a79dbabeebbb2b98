import { tracked } from "@trpc/server";
import { z } from "zod";
import { EventId } from "@/schemas/live-event";
import { eventsAfter, startingPoint } from "@/server/api/live-events";
import { publicProcedure, router } from "@/server/api/trpc";

export const liveRouter = router({
  /**
   * Replays what the client missed, then follows. Where it begins is settled before the client is told
   * that it has: whoever fetches a snapshot then misses nothing that came after.
   */
  events: publicProcedure
    .input(z.strictObject({ lastEventId: EventId.nullish() }))
    .subscription(async ({ ctx, input, signal = AbortSignal.abort() }) => {
      const { from } = await startingPoint(ctx.bus, input.lastEventId ?? null);
      return (async function* () {
        for await (const event of eventsAfter(ctx.bus, from, signal))
          yield tracked(event.id, event);
      })();
    }),
});
