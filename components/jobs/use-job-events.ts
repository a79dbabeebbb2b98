import { useSubscription } from "@trpc/tanstack-react-query";
import { useEffect, useRef } from "react";
import { useApi } from "@/components/trpc-provider";
import type { JobId } from "@/schemas/primitives";

/** How the portal's events reach this page: they do; not yet; they did, and are tried for again. */
export type Connection = "live" | "connecting" | "lost";

/**
 * Calls `onChange` when something about a job has changed, at most once in `settleMs`: events come in
 * bursts. Also when the connection begins or comes back: what happened before that is in no event.
 */
export function useJobEvents(
  jobId: JobId,
  onChange: () => void,
  { settleMs, isOn = true }: { readonly settleMs: number; readonly isOn?: boolean },
): Connection {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = null;
    },
    [],
  );
  const changed = () => {
    timer.current ??= setTimeout(() => {
      timer.current = null;
      latest.current();
    }, settleMs);
  };
  const { status, error } = useSubscription(
    useApi().live.events.subscriptionOptions(
      { lastEventId: null },
      {
        enabled: isOn,
        onStarted: changed,
        onData: ({ data }) => {
          if ("jobId" in data && data.jobId === jobId) changed();
        },
      },
    ),
  );
  if (status === "pending") return "live";
  return error === null ? "connecting" : "lost";
}
