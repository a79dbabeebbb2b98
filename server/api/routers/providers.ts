import { z } from "zod";
import { adminProcedure, publicProcedure, router } from "@/server/api/trpc";
import { shortestBackOffMs } from "@/server/domain/provider/patience";
import { dropProviderRule, ruleProvider } from "@/server/services/rule-provider";
import { showProviders } from "@/server/services/show-providers";

/** Whether it has the form of a provider's id, the service says. */
const ProviderId = z.string().max(200);

export const providersRouter = router({
  /** Providers that were met lately, whether each may be rented now, and why not. */
  list: publicProcedure.query(({ ctx }) =>
    showProviders({ ...ctx, backOffMs: shortestBackOffMs(ctx.simulated) }),
  ),

  /** Never rents a provider, or makes it one of those that alone are rented. The reason is public. */
  rule: adminProcedure
    .input(
      z.strictObject({
        providerId: ProviderId,
        rule: z.enum(["allow", "deny"]),
        reason: z.string().trim().min(1).max(300),
      }),
    )
    .mutation(({ ctx, input }) => ruleProvider(ctx, { ...input, byAccount: ctx.actor.id })),

  /** False: there was none. */
  dropRule: adminProcedure
    .input(z.strictObject({ providerId: ProviderId }))
    .mutation(async ({ ctx, input }) => ({
      isDropped: await dropProviderRule(ctx, input.providerId),
    })),
});
