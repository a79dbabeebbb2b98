import { accountsRouter } from "@/server/api/routers/accounts";
import { attestationsRouter } from "@/server/api/routers/attestations";
import { citationsRouter } from "@/server/api/routers/citations";
import { comparisonsRouter } from "@/server/api/routers/comparisons";
import { draftsRouter } from "@/server/api/routers/drafts";
import { explorerRouter } from "@/server/api/routers/explorer";
import { invitationsRouter } from "@/server/api/routers/invitations";
import { jobsRouter } from "@/server/api/routers/jobs";
import { liveRouter } from "@/server/api/routers/live";
import { logRouter } from "@/server/api/routers/log";
import { providersRouter } from "@/server/api/routers/providers";
import { responsesRouter } from "@/server/api/routers/responses";
import { servicesRouter } from "@/server/api/routers/services";
import { sessionRouter } from "@/server/api/routers/session";
import { createCallerFactory, router } from "@/server/api/trpc";

export const appRouter = router({
  accounts: accountsRouter,
  invitations: invitationsRouter,
  jobs: jobsRouter,
  drafts: draftsRouter,
  comparisons: comparisonsRouter,
  attestations: attestationsRouter,
  responses: responsesRouter,
  explorer: explorerRouter,
  citations: citationsRouter,
  log: logRouter,
  services: servicesRouter,
  providers: providersRouter,
  session: sessionRouter,
  live: liveRouter,
});
/** What the WebSocket serves: what is live, and nothing that acts. */
export const liveDoor = router({ live: liveRouter });
export type AppRouter = typeof appRouter;
export const createCaller = createCallerFactory(appRouter);
