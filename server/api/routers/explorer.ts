import { ExploreFilter, ExploreQuery } from "@/schemas/explore";
import { publicProcedure, router } from "@/server/api/trpc";
import {
  countResponses,
  exploreFacets,
  exploreResponses,
} from "@/server/services/explore-responses";

export const explorerRouter = router({
  /** Answers of all jobs that a filter finds, newest first. */
  search: publicProcedure
    .input(ExploreQuery)
    .query(({ ctx, input }) => exploreResponses(ctx, input)),

  /** How many they are, and in which states. */
  count: publicProcedure.input(ExploreFilter).query(({ ctx, input }) => countResponses(ctx, input)),

  /** What can be chosen. */
  facets: publicProcedure.query(({ ctx }) => exploreFacets(ctx)),
});
