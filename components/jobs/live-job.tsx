"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { CompletenessPanel } from "@/components/jobs/completeness-panel";
import { JobEvidence } from "@/components/jobs/evidence";
import { JobProgress } from "@/components/jobs/job-progress";
import { LiveMark } from "@/components/jobs/live-mark";
import { useJobEvents } from "@/components/jobs/use-job-events";
import { WithdrawnNote } from "@/components/jobs/withdrawn-note";
import { TrpcProvider, useApi } from "@/components/trpc-provider";
import { Button } from "@/components/ui/button";
import type { CompletenessView, JobSnapshot } from "@/schemas/snapshot";
import type { TimelineView } from "@/schemas/timeline";

/** Events come in bursts; the snapshot is fetched at most this often. A large one takes longer to make and to read. */
const SETTLE_MS = 400;
const LARGE_SETTLE_MS = 2_000;
const LARGE_FROM_TASKS = 1_000;
/** Asked again this often where the socket is down. */
const POLL_MS = 15_000;
/** How often what goes on is drawn longer. */
const TICK_MS = 1_000;

/** Also a withdrawn job goes on: what was open has to close in the log, and is compared then. */
const isOpen = (job: JobSnapshot | undefined) => job !== undefined && job.comparedAt === null;

type Initial = {
  readonly initial: JobSnapshot;
  readonly completeness: CompletenessView;
  readonly timeline: TimelineView;
};

/** How long ago something came in, counted on while `isOn`. Zero at first, on the server as in the browser. */
function useAge(since: number, isOn: boolean): number {
  const [ageMs, setAgeMs] = useState(0);
  useEffect(() => {
    setAgeMs(0);
    if (!isOn) return;
    const tick = setInterval(() => setAgeMs(Date.now() - since), TICK_MS);
    return () => clearInterval(tick);
  }, [since, isOn]);
  return ageMs;
}

/** Everything that the page of a running job shows, and how to fetch it anew. */
function useJob({ initial, completeness, timeline }: Initial) {
  const api = useApi();
  const queryClient = useQueryClient();
  const input = { jobId: initial.id };
  const snapshot = api.jobs.byId.queryOptions(input);
  const others = [
    api.jobs.completeness.queryOptions(input),
    api.jobs.timeline.queryOptions(input),
  ] as const;
  const { data: job = initial, isError } = useQuery({
    ...snapshot,
    initialData: initial,
    refetchInterval: (query) => (isOpen(query.state.data) ? POLL_MS : false),
  });
  const { data: closed = completeness } = useQuery({ ...others[0], initialData: completeness });
  const { data: times = timeline, dataUpdatedAt } = useQuery({
    ...others[1],
    initialData: timeline,
    refetchInterval: isOpen(job) ? POLL_MS : false,
  });
  return {
    job,
    closed,
    times,
    timesAt: dataUpdatedAt,
    isStale: isError,
    /** Fetches everything anew. False: the job is over. */
    async refresh(): Promise<boolean> {
      await Promise.all(
        [snapshot, ...others].map(({ queryKey }) => queryClient.invalidateQueries({ queryKey })),
      );
      return isOpen(queryClient.getQueryData(snapshot.queryKey));
    },
  };
}

function Progress(initial: Initial) {
  const router = useRouter();
  const { job, closed, times, timesAt, isStale, refresh } = useJob(initial);
  const connection = useJobEvents(
    job.id,
    () => void refresh().then((isStillOpen) => isStillOpen || router.refresh()),
    {
      settleMs: job.counts.announced >= LARGE_FROM_TASKS ? LARGE_SETTLE_MS : SETTLE_MS,
      isOn: isOpen(job),
    },
  );
  const beyondMs = useAge(timesAt, times.closedAt === null);
  return (
    <>
      <p
        role="status"
        className="no-print mb-4 flex flex-wrap items-center gap-x-3 gap-y-2 text-[13px] text-muted"
      >
        {isOpen(job) ? (
          <LiveMark connection={connection} isStale={isStale} />
        ) : (
          <>
            This job has closed.
            <Button onClick={() => router.refresh()}>Show the result</Button>
          </>
        )}
      </p>
      {job.status === "WITHDRAWN" && <WithdrawnNote counts={job.counts} />}
      <div className="grid gap-6 *:min-w-0">
        <JobProgress job={job} timeline={times} beyondMs={beyondMs} />
        <CompletenessPanel jobId={job.id} view={closed} />
        <JobEvidence job={job} comparison={null} />
      </div>
    </>
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
