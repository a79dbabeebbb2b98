import { z } from "zod";
import { LeafIndex } from "@/schemas/primitives";
import { publicProcedure, router } from "@/server/api/trpc";
import { listLeaves, proveGrowth, showLeaf, showLogHead } from "@/server/services/show-log";

export const logRouter = router({
  head: publicProcedure.query(({ ctx }) => showLogHead(ctx)),

  /** Newest first. */
  leaves: publicProcedure
    .input(
      z.strictObject({
        cursor: z
          .string()
          .regex(/^\d{1,15}$/)
          .nullable(),
        limit: z.int().min(1).max(100),
      }),
    )
    .query(({ ctx, input }) => listLeaves(ctx, input)),

  leaf: publicProcedure
    .input(z.strictObject({ index: LeafIndex }))
    .query(({ ctx, input }) => showLeaf(ctx, input.index)),

  /** How the tree of `to` leaves extends the one of `from`: hashes in base64. */
  consistency: publicProcedure
    .input(z.strictObject({ from: LeafIndex, to: LeafIndex }))
    .query(({ ctx, input }) => proveGrowth(ctx, input)),
});
