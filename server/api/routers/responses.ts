import { z } from "zod";
import { JobId, Slug, TaskId } from "@/schemas/primitives";
import { publicProcedure, router } from "@/server/api/trpc";
import { showCommonWords } from "@/server/services/show-common-words";
import { showExcerpts } from "@/server/services/show-jobs";
import { showResponse } from "@/server/services/show-response";

export const responsesRouter = router({
  /** One task with all its evidence. */
  byTask: publicProcedure
    .input(z.strictObject({ taskId: TaskId }))
    .query(({ ctx, input }) => showResponse(ctx, input.taskId)),

  /** Every response to one prompt by one service, in the spec's order of countries. */
  excerpts: publicProcedure
    .input(z.strictObject({ jobId: JobId, prompt: Slug, service: Slug }))
    .query(({ ctx, input }) => showExcerpts(ctx, input)),

  /** Words that answers in a prompt's language share whatever was asked; null where they cannot be known. */
  commonWords: publicProcedure
    .input(z.strictObject({ jobId: JobId, prompt: Slug }))
    .query(({ ctx, input }) => showCommonWords(ctx, input)),
});
