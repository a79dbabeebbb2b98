import { z } from "zod";
import { JobId, TaskId } from "@/schemas/primitives";
import { publicProcedure, router } from "@/server/api/trpc";
import { citeComparison, citeResponse } from "@/server/services/cite-work";

export const citationsRouter = router({
  /** What a citation of one task says; null: there is nothing to cite yet. */
  byTask: publicProcedure
    .input(z.strictObject({ taskId: TaskId }))
    .query(({ ctx, input }) => citeResponse(ctx, input.taskId)),

  /** What a citation of a job's comparison says; null while there is none. */
  byJob: publicProcedure
    .input(z.strictObject({ jobId: JobId }))
    .query(({ ctx, input }) => citeComparison(ctx, input.jobId)),
});
