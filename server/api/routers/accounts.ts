import { z } from "zod";
import { adminProcedure, router } from "@/server/api/trpc";
import { createAccount } from "@/server/services/create-account";

export const accountsRouter = router({
  /** Makes an account with a generated password, which is answered once and kept only as a hash. */
  create: adminProcedure
    .input(
      z.strictObject({
        email: z.email().max(320),
        name: z.string().min(1).max(100),
        role: z.enum(["admin", "attester"]),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const password = Buffer.from(ctx.random16()).toString("base64url");
      const { id } = await createAccount(ctx, { ...input, password });
      return { id, password };
    }),
});
