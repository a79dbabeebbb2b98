import { z } from "zod";
import { JobId } from "@/schemas/primitives";
import { publicProcedure, router } from "@/server/api/trpc";
import { latestComparisons, showComparison } from "@/server/services/show-jobs";

export const comparisonsRouter = router({
  /** The comparison of one job; null while there is none. */
  byJob: publicProcedure
    .input(z.strictObject({ jobId: JobId }))
    .query(({ ctx, input }) => showComparison(ctx, input.jobId)),

  /** Newest first. */
  latest: publicProcedure
    .input(z.strictObject({ limit: z.int().min(1).max(20) }))
    .query(({ ctx, input }) => latestComparisons(ctx, input.limit)),
});
