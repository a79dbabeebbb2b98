import type { RunTimes, TaskTimes, TimeSpread } from "@/schemas/task-times";

/** The moments of one task's life. Null: it did not come to that, or nobody wrote it down. */
export type TaskMoments = {
  readonly dispatchedAt: Date | null;
  /** When a session last took it. */
  readonly claimedAt: Date | null;
  /** When its question was put for the last time. */
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
};

/** From one moment to a later one. Null where one is missing, or clocks contradict each other. */
function between(from: Date | null, to: Date | null): number | null {
  if (from === null || to === null) return null;
  const ms = to.getTime() - from.getTime();
  return ms < 0 ? null : ms;
}

/**
 * How long a task took, each kind of time for itself.
 *
 * A task that closed without being asked has no run time, however long it was open: `startedAt` is then
 * null, and nothing is put in its place.
 */
export const timesOf = ({
  dispatchedAt,
  claimedAt,
  startedAt,
  finishedAt,
}: TaskMoments): TaskTimes => ({
  queueMs: between(dispatchedAt, claimedAt),
  heldMs: between(claimedAt, startedAt),
  runMs: between(startedAt, finishedAt),
});

/**
 * Median and 90th percentile of what was measured; null when nothing was.
 *
 * The median of an even number is the mean of the middle two. The 90th percentile is the nearest rank:
 * the smallest measured value that at least 90 % do not exceed.
 */
export function spreadOf(values: readonly (number | null)[]): TimeSpread | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const n = sorted.length;
  const at = (rank: number): number => sorted[rank] ?? 0;
  if (n === 0) return null;
  return {
    n,
    medianMs: Math.round((at(Math.floor((n - 1) / 2)) + at(Math.ceil((n - 1) / 2))) / 2),
    p90Ms: at(Math.ceil((9 * n) / 10) - 1),
  };
}

/** The spread of every kind of time over some tasks. */
export const runTimesOf = (times: readonly TaskTimes[]): RunTimes => ({
  queue: spreadOf(times.map(({ queueMs }) => queueMs)),
  held: spreadOf(times.map(({ heldMs }) => heldMs)),
  run: spreadOf(times.map(({ runMs }) => runMs)),
});
