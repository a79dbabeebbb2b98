import { QueryClient } from "@tanstack/react-query";

/** One cache per page's life. A snapshot is fresh until an event says that it is stale. */
export const createQueryClient = () =>
  new QueryClient({
    defaultOptions: { queries: { staleTime: 30_000, refetchOnWindowFocus: true, retry: 2 } },
  });
