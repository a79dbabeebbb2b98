import { Instant, TaskId } from "@/schemas/primitives";
import type { RunningTask, TimelineLane, TimelineView } from "@/schemas/timeline";
import { DE } from "@/test/support/builders";

export const aTaskId = (n: number): TaskId =>
  TaskId.parse(`tsk-${"abcdefghijklmnopqrstuvwxyz"[n] ?? "z"}${"a".repeat(25)}`);

const NOT_MEASURED = { queue: null, held: null, run: null };

/** A lane of four tasks of which one waits, one goes on, and two have closed. */
export const aLane = (fields: Partial<TimelineLane> = {}): TimelineLane => {
  const bar = { prompt: "p1", service: "control-open", session: null };
  return {
    place: DE,
    counts: { announced: 4, queued: 1, running: 1, succeeded: 2, failed: 0, withdrawn: 0 },
    unasked: 0,
    times: {
      queue: { n: 3, medianMs: 1_000, p90Ms: 9_000 },
      held: { n: 2, medianMs: 40, p90Ms: 60 },
      run: { n: 2, medianMs: 2_000, p90Ms: 2_500 },
    },
    sessions: [],
    waiting: [{ fromMs: 0, toMs: 9_000, queued: 2, held: 1 }],
    bars: [
      {
        ...bar,
        task: aTaskId(0),
        repeat: 0,
        status: "SUCCEEDED",
        state: "answered",
        track: 0,
        fromMs: 1_000,
        toMs: 3_000,
      },
      {
        ...bar,
        task: aTaskId(1),
        repeat: 1,
        status: "SUCCEEDED",
        state: "refused",
        track: 0,
        fromMs: 3_000,
        toMs: 5_500,
      },
      {
        ...bar,
        task: aTaskId(2),
        repeat: 2,
        status: "RUNNING",
        state: null,
        track: 1,
        fromMs: 9_000,
        toMs: null,
      },
    ],
    tracks: 2,
    underWay: [],
    ...fields,
  };
};

/** The third of its tasks, right now. */
export const aRunningTask = (fields: Partial<RunningTask> = {}): RunningTask => ({
  id: aTaskId(2),
  prompt: "p1",
  service: "control-open",
  place: DE,
  repeat: 2,
  since: Instant.parse("2026-11-22T12:01:09.000Z"),
  providerName: "linden",
  ...fields,
});

/** A job that was dispatched at 12:01, ten seconds later. */
export const aTimeline = (fields: Partial<TimelineView> = {}): TimelineView => ({
  asOf: Instant.parse("2026-11-22T12:01:10.000Z"),
  dispatchedAt: Instant.parse("2026-11-22T12:01:00.000Z"),
  closedAt: null,
  times: NOT_MEASURED,
  form: "bars",
  lanes: [aLane()],
  running: [],
  ...fields,
});
