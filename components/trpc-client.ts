import { createTRPCClient, createWSClient, httpBatchLink, splitLink, wsLink } from "@trpc/client";
import superjson from "superjson";
import type { AppRouter } from "@/server/api/root";

/** The live socket is on the page's own host and port. */
const liveUrl = () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live`;

/** No more calls in a request than the portal takes. */
const MAX_BATCH = 10;

/** The portal's API for the browser: calls over HTTP in batches, subscriptions over one lazy WebSocket. */
export const createApiClient = () =>
  createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === "subscription",
        true: wsLink({
          client: createWSClient({
            url: liveUrl,
            lazy: { enabled: true, closeMs: 5_000 },
            // A connection that is gone without a word is noticed, and opened again.
            keepAlive: { enabled: true, intervalMs: 10_000, pongTimeoutMs: 5_000 },
          }),
          transformer: superjson,
        }),
        false: httpBatchLink({ url: "/api/trpc", transformer: superjson, maxItems: MAX_BATCH }),
      }),
    ],
  });
