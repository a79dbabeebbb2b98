import { tracked } from "@trpc/server";
import { z } from "zod";
import { EventId } from "@/schemas/live-event";
import { publicProcedure, router } from "@/server/api/trpc";

export const liveRouter = router({
  /** Replays what the client missed, then follows. Follow first, then replay: nothing falls between. */
  events: publicProcedure
    .input(z.strictObject({ lastEventId: EventId.nullish() }))
    .subscription(async function* ({ ctx, input, signal }) {
      const following = ctx.bus.follow(signal ?? AbortSignal.abort());
      let last = input.lastEventId ?? null;
      for (let missed = await ctx.bus.since(last); missed.length > 0; ) {
        for (const event of missed) {
          yield tracked(event.id, event);
          last = event.id;
        }
        missed = await ctx.bus.since(last);
      }
      for await (const event of following) {
        if (last !== null && BigInt(event.id) <= BigInt(last)) continue;
        yield tracked(event.id, event);
        last = event.id;
      }
    }),
});
