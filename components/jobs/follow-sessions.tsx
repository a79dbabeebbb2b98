"use client";
import { useRouter } from "next/navigation";
import { useJobEvents } from "@/components/jobs/use-job-events";
import { TrpcProvider } from "@/components/trpc-provider";
import type { JobId } from "@/schemas/primitives";

/** Events come in bursts; the page is fetched at most this often. */
const SETTLE_MS = 400;

const WORDS = {
  live: "This page follows until they are.",
  connecting: "Not live yet: load this page again to see it.",
  lost: "Connection lost, trying again.",
} as const;

function Follow({ jobId }: { jobId: JobId }) {
  const router = useRouter();
  const connection = useJobEvents(jobId, () => router.refresh(), { settleMs: SETTLE_MS });
  return (
    <p role="status" className="no-print mb-3 text-[13px] text-muted">
      All tasks have closed; the providers are still being paid. {WORDS[connection]}
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
