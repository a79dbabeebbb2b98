import { z } from "zod";
import { AnchorId } from "@/schemas/anchor";
import { KeyId, LeafIndex } from "@/schemas/primitives";
import { adminProcedure, publicProcedure, router } from "@/server/api/trpc";
import { anchorCheckpoint } from "@/server/services/anchor-checkpoint";
import { revokeKey } from "@/server/services/revoke-key";
import { listAnchors } from "@/server/services/show-anchors";
import { listLeaves, proveGrowth, showLeaf, showLogHead } from "@/server/services/show-log";
import { showKeys, showVerifiers } from "@/server/services/show-registry";

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

  /** The keys that sign entries, as the log registered them and took them back. */
  keys: publicProcedure.query(({ ctx }) => showKeys(ctx)),

  /** The verification programs that the log commits to. */
  verifiers: publicProcedure.query(({ ctx }) => showVerifiers(ctx)),

  /** False: it was revoked before. */
  revokeKey: adminProcedure
    .input(z.strictObject({ key: KeyId, reason: z.enum(["superseded", "compromised", "retired"]) }))
    .mutation(async ({ ctx, input }) => ({ isNew: await revokeKey(ctx, input) })),

  /** Who outside vouches for which checkpoint: the largest first. */
  anchors: publicProcedure
    .input(z.strictObject({ cursor: AnchorId.nullable(), limit: z.int().min(1).max(100) }))
    .query(({ ctx, input }) => listAnchors(ctx, input)),

  /** Lays anchors over the published checkpoint down at once; the worker then asks for them. */
  anchorNow: adminProcedure.mutation(async ({ ctx }) => ({
    laidDown: await anchorCheckpoint(ctx, { isForced: true }),
    services: ctx.anchorServices.length,
  })),

  /** How the tree of `to` leaves extends the one of `from`: hashes in base64. */
  consistency: publicProcedure
    .input(z.strictObject({ from: LeafIndex, to: LeafIndex }))
    .query(({ ctx, input }) => proveGrowth(ctx, input)),
});
