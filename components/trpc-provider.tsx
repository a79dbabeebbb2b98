"use client";
import { QueryClientProvider } from "@tanstack/react-query";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import { type ReactNode, useState } from "react";
import { createQueryClient } from "@/components/query-client";
import { createApiClient } from "@/components/trpc-client";
import type { AppRouter } from "@/server/api/root";

const context = createTRPCContext<AppRouter>();

/** The API as React Query options. Only below a `TrpcProvider`. */
export const useApi = context.useTRPC;

/** The API as plain calls, for what takes several of them in a row. Only below a `TrpcProvider`. */
export const useApiClient = context.useTRPCClient;

/** Stands around what talks to the server from the browser, and around nothing else: pages that are only read stay small. */
export function TrpcProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(createQueryClient);
  const [client] = useState(createApiClient);
  return (
    <QueryClientProvider client={queryClient}>
      <context.TRPCProvider trpcClient={client} queryClient={queryClient}>
        {children}
      </context.TRPCProvider>
    </QueryClientProvider>
  );
}
