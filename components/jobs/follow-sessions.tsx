"use client";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useRouter } from "next/navigation";
import { useRef } from "react";
import { TrpcProvider, useApi } from "@/components/trpc-provider";
import type { JobId } from "@/schemas/primitives";

/** Events come in bursts; the page is fetched at most this often. */
const SETTLE_MS = 400;

function Follow({ jobId }: { jobId: JobId }) {
  const router = useRouter();
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const refresh = () => {
    timer.current ??= setTimeout(() => {
      timer.current = null;
      router.refresh();
    }, SETTLE_MS);
  };
  const socket = useSubscription(
    useApi().live.events.subscriptionOptions(
      { lastEventId: null },
      {
        // What happened between the page and the socket is in no event.
        onStarted: refresh,
        onData: ({ data }) => {
          if (data.kind === "job.changed" && data.jobId === jobId) refresh();
        },
      },
    ),
  );
  return (
    <p role="status" className="no-print mb-3 text-[13px] text-muted">
      All tasks have closed; the providers are still being paid.{" "}
      {socket.status === "pending"
        ? "This page follows until they are."
        : "Not live: load this page again to see it."}
    </p>
  );
}

/** Brings the page up to date until the providers of a compared job are settled with, which is after its comparison. */
export function FollowSessions({ jobId }: { jobId: JobId }) {
  return (
    <TrpcProvider>
      <Follow jobId={jobId} />
    </TrpcProvider>
  );
}
