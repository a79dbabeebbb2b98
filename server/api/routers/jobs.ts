import { z } from "zod";
import { CountryCode } from "@/schemas/country";
import { JobId } from "@/schemas/primitives";
import { adminProcedure, publicProcedure, router } from "@/server/api/trpc";
import { CONTROL_MODELS } from "@/server/domain/control/answer";
import { catalogOf } from "@/server/domain/job/catalog";
import { dayOf } from "@/server/domain/time";
import { LOOPBACK_SITES } from "@/server/domain/vantage/address-plan";
import { listServices } from "@/server/services/list-services";
import { showBlocks } from "@/server/services/show-blocks";
import { showCompleteness } from "@/server/services/show-completeness";
import { listJobs, showJob } from "@/server/services/show-jobs";
import { showTimeline } from "@/server/services/show-timeline";
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

  /** When its tasks waited and ran. */
  timeline: publicProcedure
    .input(z.strictObject({ jobId: JobId }))
    .query(({ ctx, input }) => showTimeline(ctx, input.jobId)),

  /** Whether the stores still have the job's blocks. */
  blocks: publicProcedure
    .input(z.strictObject({ jobId: JobId }))
    .query(({ ctx, input }) => showBlocks(ctx, input.jobId)),

  list: publicProcedure.input(Page).query(({ ctx, input }) => listJobs(ctx, input)),

  /** What a job may ask for here: services, countries, and limits. */
  catalog: publicProcedure.query(async ({ ctx }) =>
    catalogOf(
      {
        models: ctx.models.map((id) => ({
          id,
          description: CONTROL_MODELS.find((model) => model.id === id)?.description ?? null,
        })),
        services: await listServices(ctx),
        // On a real network nobody knows before asking where providers are.
        countries: ctx.simulated
          ? [...new Set(LOOPBACK_SITES.map(({ country }) => country))]
          : CountryCode.options.map((code) => CountryCode.parse(code)),
        areProvidersKnown: ctx.simulated,
        limits: ctx.limits,
        images: ctx.images,
        simulated: ctx.simulated,
      },
      dayOf(ctx.now()),
    ),
  ),
});
