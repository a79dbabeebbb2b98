import type { Place } from "@/schemas/country";
import type { SessionId, TaskId } from "@/schemas/primitives";
import type { StateCounts, TaskCounts } from "@/schemas/snapshot";
import type { ResponseState, TaskStatus } from "@/schemas/task";
import type { TaskTimes } from "@/schemas/task-times";
import type {
  TimelineBar,
  TimelineLane,
  TimelineSession,
  TimelineView,
  UnderWaySlice,
  WaitingSlice,
} from "@/schemas/timeline";
import { isClosed } from "@/server/domain/job/state";
import { runTimesOf, timesOf } from "@/server/domain/job/task-times";
import { timeAxis } from "@/server/domain/job/time-axis";

/** A task as the time line sees it. */
export type TimelineTask = {
  readonly id: TaskId;
  readonly prompt: string;
  readonly service: string;
  readonly place: Place;
  readonly repeat: number;
  readonly status: TaskStatus;
  readonly state: ResponseState | null;
  readonly claimedAt: Date | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Who holds it, or brought its outcome. */
  readonly session: SessionId | null;
};

export type TimelineInput = {
  readonly dispatchedAt: Date;
  /** Up to when it is drawn: now, or when the last task closed. */
  readonly until: Date;
  readonly places: readonly Place[];
  readonly tasks: readonly TimelineTask[];
  readonly sessions: readonly (TimelineSession & { readonly place: Place })[];
};

/** Lines of one lane that a reader still tells apart. */
const MAX_TRACKS = 12;
/** Bars that a page draws without effort, and a reader still finds one among. */
const MAX_BARS = 300;
/** Stretches that the axis is cut into: as wide as two pixels on a phone. */
const STRETCHES = 160;

/** From, up to but without `to`, in milliseconds after dispatch. `to` null: it goes on. */
type Span = { readonly from: number; readonly to: number | null };

/** A job's time line: a lane for each place, with a bar for every task where that can be read, else in slices. */
export function timelineOf(input: TimelineInput): Pick<TimelineView, "form" | "lanes" | "times"> {
  const drawn = input.places.map((place) => {
    const tasks = input.tasks.filter((task) => task.place === place);
    return { place, tasks, ...barsOf(tasks, input.dispatchedAt) };
  });
  const bars = drawn.reduce((sum, lane) => sum + lane.bars.length, 0);
  const isReadable = bars <= MAX_BARS && drawn.every(({ tracks }) => tracks <= MAX_TRACKS);
  const timed = input.tasks.map((task) => takenBy(task, input.dispatchedAt));
  return {
    form: isReadable ? "bars" : "slices",
    times: runTimesOf(timed),
    lanes: drawn.map((lane) => laneOf(input, lane, isReadable)),
  };
}

const takenBy = (task: TimelineTask, dispatchedAt: Date): TaskTimes =>
  timesOf({ ...task, dispatchedAt });

type Drawn = ReturnType<typeof barsOf> & {
  readonly place: Place;
  readonly tasks: readonly TimelineTask[];
};

function laneOf(
  { dispatchedAt, until, sessions }: TimelineInput,
  { place, tasks, bars, tracks }: Drawn,
  isReadable: boolean,
): TimelineLane {
  const untilMs = until.getTime() - dispatchedAt.getTime();
  return {
    place,
    counts: countsOf(tasks),
    unasked: tasks.filter((task) => isClosed(task.status) && task.startedAt === null).length,
    times: runTimesOf(tasks.map((task) => takenBy(task, dispatchedAt))),
    sessions: sessions
      .filter((session) => session.place === place)
      .map(({ place: _, ...session }) => session),
    waiting: waitingOf(tasks, dispatchedAt, untilMs),
    bars: isReadable ? bars : [],
    tracks: isReadable ? tracks : 0,
    underWay: isReadable ? [] : underWayOf(bars, dispatchedAt, untilMs),
  };
}

function countsOf(tasks: readonly TimelineTask[]): TaskCounts {
  const of = (status: TaskStatus) => tasks.filter((task) => task.status === status).length;
  return {
    announced: tasks.length,
    queued: of("QUEUED"),
    running: of("RUNNING"),
    succeeded: of("SUCCEEDED"),
    failed: of("FAILED"),
    withdrawn: of("WITHDRAWN"),
  };
}

/**
 * A bar for every task that is or was asked, each on the first track that is free when it begins: as
 * many tracks as were under way at once.
 */
export function barsOf(
  tasks: readonly TimelineTask[],
  dispatchedAt: Date,
): { readonly bars: readonly TimelineBar[]; readonly tracks: number } {
  const zero = dispatchedAt.getTime();
  const freeFrom: number[] = [];
  const bars = tasks
    .flatMap((task) => {
      const span = askedIn(task, zero);
      return span === null ? [] : [{ task, span }];
    })
    .sort((a, b) => a.span.from - b.span.from)
    .map(({ task, span: { from, to } }) => {
      const free = freeFrom.findIndex((end) => end <= from);
      const track = free === -1 ? freeFrom.length : free;
      freeFrom[track] = to ?? Number.POSITIVE_INFINITY;
      const { id, prompt, service, repeat, status, state, session } = task;
      const what = { task: id, prompt, service, repeat, status, state, session };
      return { ...what, track, fromMs: from, toMs: to };
    });
  return { bars, tracks: freeFrom.length };
}

/** When a task was asked; of one that goes on, since when it is held. Null: it was not, or nobody measured it. */
function askedIn(
  { status, claimedAt, startedAt, finishedAt }: TimelineTask,
  zero: number,
): Span | null {
  if (status === "RUNNING") return claimedAt && { from: claimedAt.getTime() - zero, to: null };
  if (startedAt === null || finishedAt === null || finishedAt < startedAt) return null;
  return { from: startedAt.getTime() - zero, to: finishedAt.getTime() - zero };
}

/** How many tasks of a lane waited, stretch by stretch: in the queue, or held by a session that had not asked them yet. */
function waitingOf(
  tasks: readonly TimelineTask[],
  dispatchedAt: Date,
  untilMs: number,
): readonly WaitingSlice[] {
  const zero = dispatchedAt.getTime();
  const queued: Span[] = [];
  const held: Span[] = [];
  const after = (moment: Date | null) => moment && moment.getTime() - zero;
  for (const { status, ...task } of tasks) {
    const [claimed, started] = [after(task.claimedAt), after(task.startedAt)];
    if (status === "QUEUED") queued.push({ from: 0, to: null });
    else if (claimed !== null) queued.push({ from: 0, to: claimed });
    // Nobody ever took it; it waited until it was closed.
    else if (started === null) queued.push({ from: 0, to: after(task.finishedAt) });
    if (claimed !== null && started !== null) held.push({ from: claimed, to: started });
  }
  const cut = cutter(dispatchedAt, untilMs);
  const [inQueue, atSession] = [cut(queued), cut(held)];
  return merged(
    inQueue.map((stretch, n) => ({
      fromMs: stretch.fromMs,
      toMs: stretch.toMs,
      queued: stretch.count,
      held: atSession[n]?.count ?? 0,
    })),
    ({ queued: waiting, held: kept }) => `${waiting} ${kept}`,
  ).filter((slice) => slice.queued + slice.held > 0);
}

/** How many of the bars were there, stretch by stretch. */
function underWayOf(
  bars: readonly TimelineBar[],
  dispatchedAt: Date,
  untilMs: number,
): readonly UnderWaySlice[] {
  const cut = cutter(dispatchedAt, untilMs);
  const spansOf = (some: readonly TimelineBar[]): readonly Span[] =>
    some.map(({ fromMs, toMs }) => ({ from: fromMs, to: toMs }));
  const running = cut(spansOf(bars.filter(({ toMs }) => toMs === null)));
  const states = [...new Set(bars.flatMap(({ state }) => state ?? []))].sort();
  const closed = states.map((state) => ({
    state,
    cut: cut(spansOf(bars.filter((bar) => bar.state === state))),
  }));
  const slices = running.map(({ fromMs, toMs, count }, n): UnderWaySlice => {
    const counts = closed.map(({ state, cut: own }) => [state, own[n]?.count ?? 0] as const);
    const some: StateCounts = Object.fromEntries(counts.filter(([, count]) => count > 0));
    return { fromMs, toMs, running: count, closed: some };
  });
  return merged(slices, (slice) => JSON.stringify([slice.running, slice.closed])).filter(
    (slice) => slice.running > 0 || Object.keys(slice.closed).length > 0,
  );
}

type Counted = { readonly fromMs: number; readonly toMs: number; readonly count: number };

/**
 * Cuts the axis from dispatch to `untilMs` into equal stretches, and counts the spans that each of them
 * touches. A span counts once a stretch; one that goes on counts up to the stretch in which `untilMs` lies;
 * one of no length counts where it lies, one that ends before it began nowhere.
 */
export function cutter(
  dispatchedAt: Date,
  untilMs: number,
  stretches: number = STRETCHES,
): (spans: readonly Span[]) => readonly Counted[] {
  const { fromMs, toMs } = timeAxis(dispatchedAt, untilMs);
  const width = (toMs - fromMs) / stretches;
  const stretchOf = (ms: number): number =>
    Math.min(stretches - 1, Math.max(0, Math.floor((ms - fromMs) / width)));
  return (spans) => {
    // What begins and what ends at each stretch: one pass over the spans, one over the stretches.
    const change = new Float64Array(stretches + 1);
    for (const { from, to } of spans) {
      const end = to ?? Math.max(from, untilMs);
      if (end < from) continue;
      const first = stretchOf(from);
      const last = end === from ? first : Math.max(first, lastBefore(end));
      change[first] = (change[first] ?? 0) + 1;
      change[last + 1] = (change[last + 1] ?? 0) - 1;
    }
    let count = 0;
    return Array.from({ length: stretches }, (_, n) => {
      count += change[n] ?? 0;
      return { fromMs: fromMs + n * width, toMs: fromMs + (n + 1) * width, count };
    });
  };
  /** The stretch that holds the last moment before `ms`. */
  function lastBefore(ms: number): number {
    const n = Math.ceil((ms - fromMs) / width) - 1;
    return Math.min(stretches - 1, Math.max(0, n));
  }
}

/** Neighbours that say the same become one. */
function merged<S extends { readonly fromMs: number; readonly toMs: number }>(
  slices: readonly S[],
  keyOf: (slice: S) => string,
): readonly S[] {
  const out: S[] = [];
  for (const slice of slices) {
    const before = out.at(-1);
    if (before !== undefined && keyOf(before) === keyOf(slice))
      out[out.length - 1] = { ...before, toMs: slice.toMs };
    else out.push(slice);
  }
  return out;
}
