import { publicProcedure, router } from "@/server/api/trpc";

export const sessionRouter = router({
  /** Who is signed in; null: nobody. */
  viewer: publicProcedure.query(({ ctx }) => ctx.actor),
});
