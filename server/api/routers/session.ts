import { publicProcedure, router } from "@/server/api/trpc";

export const sessionRouter = router({
  /** Who is signed in; null: nobody. */
  viewer: publicProcedure.query(({ ctx: { actor } }) =>
    actor === null ? null : { id: actor.id, name: actor.name, role: actor.role },
  ),

  /** What the provider of OpenID Connect is called; null: people have passwords here, and nothing else. */
  openId: publicProcedure.query(({ ctx }) => ({ name: ctx.openId?.name ?? null })),

  /** What has to come with e-mail and password, once. */
  challenge: publicProcedure.query(({ ctx }) => ({ challenge: ctx.challenges.make("sign-in") })),
});
