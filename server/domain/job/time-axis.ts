/** A stretch of time with round marks on it, in milliseconds after some zero. */
export type TimeAxis = {
  /** Never after the zero. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly tickMs: number;
  /** Where the marks stand, the ends included. */
  readonly ticksMs: readonly number[];
};

const S = 1_000;
const MIN = 60 * S;
const H = 60 * MIN;
const D = 24 * H;
/** Distances of marks that a clock's reader expects. */
const STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * S),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MIN),
  ...[1, 2, 3, 6, 12].map((n) => n * H),
  ...[1, 2, 7, 14, 28].map((n) => n * D),
];
/** So many labels of eight characters stand side by side on a phone. */
const MAX_INTERVALS = 5;

/**
 * The axis from a moment to `untilMs` after it, with marks at round UTC times: as few and as round as
 * possible, at most six. It begins and ends at a mark, so that it stays the same while time goes on within it.
 */
export function timeAxis(zero: Date, untilMs: number): TimeAxis {
  const start = zero.getTime();
  const fits = (stepMs: number): boolean => intervalsOf(start, untilMs, stepMs) <= MAX_INTERVALS;
  const tickMs = STEPS_MS.find(fits) ?? roughly(untilMs);
  const fromMs = Math.floor(start / tickMs) * tickMs - start;
  const intervals = intervalsOf(start, untilMs, tickMs);
  const ticksMs = Array.from({ length: intervals + 1 }, (_, n) => fromMs + n * tickMs);
  return { fromMs, toMs: fromMs + intervals * tickMs, tickMs, ticksMs };
}

/** Steps from the mark at or before the start to the mark at or after the end: one at least. */
const intervalsOf = (start: number, untilMs: number, stepMs: number): number =>
  Math.max(1, Math.ceil((start + untilMs) / stepMs) - Math.floor(start / stepMs));

/** For what takes months: whole days, as many as are needed. */
const roughly = (untilMs: number): number => Math.ceil(untilMs / (MAX_INTERVALS - 1) / D) * D;
