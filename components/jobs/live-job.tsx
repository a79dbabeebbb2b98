"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useRouter } from "next/navigation";
import { useRef } from "react";
import { CompletenessPanel } from "@/components/jobs/completeness-panel";
import { JobEvidence } from "@/components/jobs/evidence";
import { JobProgress } from "@/components/jobs/job-progress";
import { WithdrawnNote } from "@/components/jobs/withdrawn-note";
import { TrpcProvider, useApi } from "@/components/trpc-provider";
import { Button } from "@/components/ui/button";
import type { CompletenessView, JobSnapshot } from "@/schemas/snapshot";

/** Events come in bursts; the snapshot is fetched at most this often. */
const SETTLE_MS = 400;
/** Asked again this often where the socket is down. */
const POLL_MS = 15_000;

/** Also a withdrawn job goes on: what was open has to close in the log, and is compared then. */
const isOpen = (job: JobSnapshot | undefined) => job !== undefined && job.comparedAt === null;

type Initial = { readonly initial: JobSnapshot; readonly completeness: CompletenessView };

function Progress({ initial, completeness }: Initial) {
  const api = useApi();
  const queryClient = useQueryClient();
  const router = useRouter();
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const options = api.jobs.byId.queryOptions({ jobId: initial.id });
  const { data: job = initial, isError } = useQuery({
    ...options,
    initialData: initial,
    refetchInterval: (query) => (isOpen(query.state.data) ? POLL_MS : false),
  });
  const closings = api.jobs.completeness.queryOptions({ jobId: initial.id });
  const { data: closed = completeness } = useQuery({ ...closings, initialData: completeness });
  const refresh = async () => {
    timer.current = null;
    await queryClient.invalidateQueries({ queryKey: closings.queryKey });
    await queryClient.invalidateQueries({ queryKey: options.queryKey });
    if (!isOpen(queryClient.getQueryData(options.queryKey))) router.refresh();
  };
  const socket = useSubscription(
    api.live.events.subscriptionOptions(
      { lastEventId: null },
      {
        enabled: isOpen(job),
        onData: ({ data }) => {
          if (data.kind !== "job.changed" || data.jobId !== initial.id) return;
          timer.current ??= setTimeout(() => void refresh(), SETTLE_MS);
        },
      },
    ),
  );
  return (
    <>
      <p
        role="status"
        className="no-print mb-4 flex flex-wrap items-center gap-x-3 gap-y-2 text-[13px] text-muted"
      >
        {isOpen(job) ? (
          <LiveMark isLive={socket.status === "pending"} isStale={isError} />
        ) : (
          <>
            This job has closed.
            <Button onClick={() => router.refresh()}>Show the result</Button>
          </>
        )}
      </p>
      {job.status === "WITHDRAWN" && <WithdrawnNote counts={job.counts} />}
      <div className="grid gap-6 *:min-w-0">
        <JobProgress job={job} />
        <CompletenessPanel jobId={job.id} view={closed} />
        <JobEvidence job={job} comparison={null} />
      </div>
    </>
  );
}

function LiveMark({ isLive, isStale }: { isLive: boolean; isStale: boolean }) {
  if (isStale) return "The portal did not answer the last time; what you see may be out of date.";
  return (
    <span className="inline-flex items-center gap-2.5">
      <span
        aria-hidden="true"
        className={`size-2 rounded-full ${isLive ? "animate-pulse bg-ok" : "bg-line-strong"}`}
      />
      {isLive
        ? "Live: this page follows the job."
        : "Not live yet: this page asks again every 15 seconds."}
    </span>
  );
}

/** A job that is under way. The snapshot is the truth; an event only says: look again. */
export function LiveJob(props: Initial) {
  return (
    <TrpcProvider>
      <Progress {...props} />
    </TrpcProvider>
  );
}
