import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { withBoundedBody } from "@/server/api/bounded-body";
import { refuseForeignOrigin } from "@/server/api/own-origin";
import { answerOrRefuse } from "@/server/api/refuse";
import { appRouter } from "@/server/api/root";
import { actorOf, cookiesIn } from "@/server/auth";
import { getContext } from "@/server/context";

/** Calls that one request may hold: each costs what it costs alone. */
const MAX_BATCH = 10;

const handler = (request: Request): Promise<Response> =>
  answerOrRefuse(async () => {
    const context = getContext();
    refuseForeignOrigin(request, context.publicUrl);
    return fetchRequestHandler({
      endpoint: "/api/trpc",
      req: await withBoundedBody(request),
      router: appRouter,
      maxBatchSize: MAX_BATCH,
      createContext: async () => {
        const cookies = cookiesIn(request.headers.get("cookie") ?? undefined);
        const authorization = request.headers.get("authorization");
        return { ...context, actor: await actorOf(context, { cookies, authorization }) };
      },
    });
  });

export { handler as GET, handler as POST };
