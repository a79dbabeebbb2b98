/** How long tasks waited and ran, as pages show it. Plain types: what we send ourselves is not parsed again. */

/**
 * How long one task took, kind by kind; never one number for several. Null: not measured.
 *
 * Queue time is from the job's dispatch to the moment when a session last took the task. Held time is
 * from there to the moment when its question was put for the last time: the session's own queue, and
 * attempts that came to nothing. Run time is from there to the end of the answer.
 */
export type TaskTimes = {
  readonly queueMs: number | null;
  readonly heldMs: number | null;
  readonly runMs: number | null;
};

/** How one kind of time is spread over the `n` tasks of which it was measured. */
export type TimeSpread = { readonly n: number; readonly medianMs: number; readonly p90Ms: number };

/** The spreads of each kind of time. Null: measured of no task. */
export type RunTimes = {
  readonly queue: TimeSpread | null;
  readonly held: TimeSpread | null;
  readonly run: TimeSpread | null;
};
