/** When tasks waited and ran, as pages draw it. Plain types: what we send ourselves is not parsed again. */
import type { Place } from "@/schemas/country";
import type { Instant, SessionId, TaskId } from "@/schemas/primitives";
import type { SessionSnapshot, StateCounts, TaskCounts } from "@/schemas/snapshot";
import type { ResponseState, TaskStatus } from "@/schemas/task";
import type { RunTimes } from "@/schemas/task-times";

/** A stretch of the axis, in milliseconds after the job's dispatch. */
type Stretch = { readonly fromMs: number; readonly toMs: number };

/** One task that is or was asked, to be drawn as a bar. */
export type TimelineBar = Pick<Stretch, "fromMs"> & {
  readonly task: TaskId;
  readonly prompt: string;
  readonly service: string;
  readonly repeat: number;
  readonly status: TaskStatus;
  readonly state: ResponseState | null;
  readonly session: SessionId | null;
  /** The line of its lane in which it has room. */
  readonly track: number;
  /** Null: it goes on. Then it begins when its session took it: when it was asked is known once it has closed. */
  readonly toMs: number | null;
};

/** How many tasks were in the queue, and how many a session held before it asked them, at some time of a stretch. */
export type WaitingSlice = Stretch & { readonly queued: number; readonly held: number };

/** How many tasks were under way at some time of a stretch: those that go on, and the others by how they closed. */
export type UnderWaySlice = Stretch & { readonly running: number; readonly closed: StateCounts };

/** One session on the axis: how long its provider was held. */
export type TimelineSession = Pick<SessionSnapshot, "id" | "providerName" | "status"> & {
  readonly fromMs: number;
  readonly toMs: number | null;
};

/** Everything that was asked from one place. */
export type TimelineLane = {
  readonly place: Place;
  readonly counts: TaskCounts;
  /** Closed tasks that were never asked: withdrawn, or given up. */
  readonly unasked: number;
  readonly times: RunTimes;
  readonly sessions: readonly TimelineSession[];
  readonly waiting: readonly WaitingSlice[];
  /** Empty unless the job's form is "bars". */
  readonly bars: readonly TimelineBar[];
  /** Lines that the bars need. */
  readonly tracks: number;
  /** Empty unless the job's form is "slices". */
  readonly underWay: readonly UnderWaySlice[];
};

/** A task that a session holds right now. */
export type RunningTask = {
  readonly id: TaskId;
  readonly prompt: string;
  readonly service: string;
  readonly place: Place;
  readonly repeat: number;
  /** Null: not measured. */
  readonly since: Instant | null;
  /** What the session's provider calls itself; null: nobody is rented, or it is not known yet. */
  readonly providerName: string | null;
};

/** When a job's tasks waited and ran, at one moment. */
export type TimelineView = {
  /** The portal's clock when this was made. */
  readonly asOf: Instant;
  /** The axis' zero; null: not dispatched yet, and nothing has a time. */
  readonly dispatchedAt: Instant | null;
  /** When the last task closed; null: some are open. */
  readonly closedAt: Instant | null;
  readonly times: RunTimes;
  /** A bar a task, where all can be told apart; else how many were under way, stretch by stretch. */
  readonly form: "bars" | "slices";
  readonly lanes: readonly TimelineLane[];
  readonly running: readonly RunningTask[];
};
