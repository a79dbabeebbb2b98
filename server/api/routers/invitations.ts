import { z } from "zod";
import { InvitationToken, NewInvitation, Password } from "@/schemas/account";
import { InvitationId } from "@/schemas/primitives";
import { adminProcedure, publicProcedure, router } from "@/server/api/trpc";
import { invitationRefused } from "@/server/domain/account/open-invitation";
import { instantOf } from "@/server/domain/time";
import { acceptInvitation } from "@/server/services/accept-invitation";
import { createInvitation } from "@/server/services/create-invitation";
import { lookAtInvitation } from "@/server/services/look-at-invitation";
import { showInvitations } from "@/server/services/show-invitations";

export const invitationsRouter = router({
  /** The link is answered once: what opens it is kept only as a hash. */
  create: adminProcedure.input(NewInvitation).mutation(async ({ ctx, input }) => {
    const { id, token, expiresAt } = await createInvitation(ctx, ctx.actor.id, input);
    return { id, link: `${ctx.publicUrl}/invitations/${token}`, expiresAt: instantOf(expiresAt) };
  }),

  list: adminProcedure
    .input(z.strictObject({ cursor: InvitationId.nullable(), limit: z.int().min(1).max(100) }))
    .query(({ ctx, input }) => showInvitations(ctx, input)),

  withdraw: adminProcedure
    .input(z.strictObject({ id: InvitationId }))
    .mutation(async ({ ctx, input }) => {
      if (!(await ctx.invitations.withdraw(input.id, ctx.now()))) throw invitationRefused();
    }),

  /** What a link opens. Its token is the credential. */
  look: publicProcedure
    .input(z.strictObject({ token: InvitationToken }))
    .query(({ ctx, input }) => lookAtInvitation(ctx, input.token)),

  /** Makes the account, once. */
  accept: publicProcedure
    .input(z.strictObject({ token: InvitationToken, password: Password }))
    .mutation(({ ctx, input }) =>
      acceptInvitation({ ...ctx, throttle: ctx.passwordThrottle }, input.token, input.password),
    ),
});
