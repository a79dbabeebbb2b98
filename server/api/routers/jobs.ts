import { z } from "zod";
import { JobId } from "@/schemas/primitives";
import { adminProcedure, publicProcedure, router } from "@/server/api/trpc";
import { CONTROL_MODELS } from "@/server/domain/control/answer";
import { LOOPBACK_SITES } from "@/server/domain/vantage/address-plan";
import { showBlocks } from "@/server/services/show-blocks";
import { showCompleteness } from "@/server/services/show-completeness";
import { listJobs, showJob } from "@/server/services/show-jobs";
import { submitJob } from "@/server/services/submit-job";
import { withdrawJob } from "@/server/services/withdraw-job";

const Page = z.strictObject({ cursor: JobId.nullable(), limit: z.int().min(1).max(100) });

export const jobsRouter = router({
  /** Accepts a job spec. The spec is parsed by the domain, which words its refusals for people. */
  submit: adminProcedure
    .input(z.strictObject({ spec: z.unknown(), submissionKey: z.uuid() }))
    .mutation(({ ctx, input }) => submitJob(ctx, ctx.actor.id, input)),

  /** Ends a job early: what is open closes as withdrawn. */
  withdraw: adminProcedure
    .input(z.strictObject({ jobId: JobId }))
    .mutation(({ ctx, input }) => withdrawJob(ctx, input.jobId)),

  byId: publicProcedure
    .input(z.strictObject({ jobId: JobId }))
    .query(({ ctx, input }) => showJob(ctx, input.jobId)),

  /** What the published log closed of what the job announced. */
  completeness: publicProcedure
    .input(z.strictObject({ jobId: JobId }))
    .query(({ ctx, input }) => showCompleteness(ctx, input.jobId)),

  /** Whether the stores still have the job's blocks. */
  blocks: publicProcedure
    .input(z.strictObject({ jobId: JobId }))
    .query(({ ctx, input }) => showBlocks(ctx, input.jobId)),

  list: publicProcedure.input(Page).query(({ ctx, input }) => listJobs(ctx, input)),

  /** What a job may ask for here: services, countries with providers, and limits. */
  catalog: publicProcedure.query(({ ctx }) => ({
    services: CONTROL_MODELS.map(({ id, description }) => ({
      id,
      model: id,
      door: "model" as const,
      description,
      simulated: ctx.simulated,
    })),
    countries: [...new Set(LOOPBACK_SITES.map(({ country }) => country))],
    limits: ctx.limits,
  })),
});
